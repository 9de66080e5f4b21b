#include "tensor_scales.h"

#include <algorithm>
#include <cmath>

#include "calibration.h"
#include "range_choice.h"

namespace axvp::detail {
namespace {

/// The classifier's step stays below 1/1024 of the median margin: a quarter of that at most, so that the margin of the
/// quantised network, which differs a little, meets the bound too.
constexpr double kStepsPerMedianMargin = 4096.0;
constexpr double kStepsPerLargestLogit = 32768.0;
constexpr double kLogitCodes = 2147483647.0;

/// Largest magnitude of a preprocessed pixel: known exactly, without images.
double largest_input(const Preprocessing& p) {
  double largest = 0.0;
  for (std::size_t c = 0; c < p.mean.size(); ++c)
    for (const double value : {0.0, 255.0})
      largest = std::max(largest, std::abs((value / p.divisor - p.mean[c]) / p.deviation[c]));
  return largest;
}

/// A power of two: the same on every machine although float logits differ in their last bits.
double power_of_two_below(double value) {
  return std::exp2(std::floor(std::log2(value)));
}

Result<double> logit_scale(const Network& network, const ActivationStatistics& statistics, const FusedNetwork& fused) {
  const auto largest = statistics.magnitudes[fused.output].percentile(100.0);
  if (!largest) return fail("{}: a logit is not finite", network.name);
  if (statistics.median_margin > 0.0) return power_of_two_below(statistics.median_margin / kStepsPerMedianMargin);
  return *largest > 0.0 ? power_of_two_below(*largest / kStepsPerLargestLogit) : 1.0;
}

/// Of exact values (the input's pixels among them) there is no noise: infinity.
double decibels(double signal, double noise) {
  return 10.0 * std::log10(signal / noise);
}

double spread(const std::vector<double>& factors) {
  if (factors.empty()) return 1.0;
  const auto [least, largest] = std::minmax_element(factors.begin(), factors.end());
  return *largest / *least;
}

/// Why tensor `t` cannot be stored with the scale that the model gives it; empty if it can.
std::string why_not_kept(const FusedNetwork& fused, std::size_t t, const GivenScale& given,
                         const std::vector<double>& scales, Encoding encoding) {
  const FusedTensor& tensor = fused.tensors[t];
  if (t == fused.output) return "the network's output is stored with 32 bits, in finer steps";
  if (tensor.scale_of && scales[*tensor.scale_of] != given.step)
    return fmt::format("it keeps the codes of `{}`, whose scale is {}", fused.tensors[*tensor.scale_of].name,
                       scales[*tensor.scale_of]);
  const std::int32_t largest = full_range(tensor.type, encoding).high;
  if (given.largest_code > largest)
    return fmt::format("its codes go up to {}, those of {} here to {}", given.largest_code, to_string(encoding),
                       largest);
  return {};
}

/// Scales inside of a fused node, such as between a convolution and its Relu.
void remark_unstored(const Network& network, const FusedNetwork& fused, std::vector<std::string>& remarks) {
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const bool is_stored = std::any_of(fused.tensors.begin(), fused.tensors.end(),
                                       [&](const FusedTensor& tensor) { return tensor.source == t; });
    if (network.tensors[t].scale && !is_stored)
      remarks.push_back(
          fmt::format("tensor `{}`: scale {} is not kept: it is not stored, the next node continues with "
                      "the accumulators",
                      network.tensors[t].name, network.tensors[t].scale->step));
  }
}

}  // namespace

Result<TensorScales> choose_scales(const Network& network, const FusedNetwork& fused, const Dataset& calibration,
                                   const QuantisationOptions& options, const ChannelFactors& factors) {
  const std::size_t images = std::min(options.calibration_images, calibration.images.size());
  const auto statistics = measure_activations(network, fused, calibration, images, factors);
  TensorScales result;
  result.remarks = network.remarks;
  remark_unstored(network, fused, result.remarks);
  for (std::size_t t = 0; t < fused.tensors.size(); ++t) {
    const FusedTensor& tensor = fused.tensors[t];
    const MagnitudeHistogram& magnitudes = statistics.magnitudes[t];
    const double codes = t == fused.output ? kLogitCodes : full_range(tensor.type, options.encoding).high;
    TensorReport report{tensor.name};
    double scale = 1.0;
    const auto& given = network.tensors[tensor.source].scale;
    const std::string reason = given ? why_not_kept(fused, t, *given, result.scales, options.encoding) : "";
    if (!reason.empty())
      result.remarks.push_back(fmt::format("tensor `{}`: scale {} is not kept: {}", tensor.name, given->step, reason));
    if (given && reason.empty()) {
      scale = given->step;
      report.source = RangeSource::Model;
    } else if (tensor.scale_of) {
      scale = result.scales[*tensor.scale_of];
      report.source = RangeSource::Kept;
    } else if (t == fused.output) {
      const auto step = logit_scale(network, statistics, fused);
      if (!step) return forward_error(step);
      scale = *step;
      report.source = RangeSource::Margin;
    } else {
      const auto choice = t == fused.input
                              ? std::optional{RangeChoice{largest_input(network.preprocessing), RangeSource::Pixels}}
                              : choose_range(magnitudes, codes, options.range, options.activation_percentile);
      if (!choice) return fail("{}: tensor `{}` holds a value that is not finite", network.name, tensor.name);
      if (choice->largest > 0.0) scale = choice->largest / codes;
      report.source = choice->source;
    }
    report.largest_kept = scale * codes;
    report.factor_spread = spread(factors[t]);
    report.rounding_snr_db = decibels(magnitudes.power(), magnitudes.noise(scale, codes));
    result.scales.push_back(scale);
    result.report.push_back(std::move(report));
  }
  return result;
}

}  // namespace axvp::detail
