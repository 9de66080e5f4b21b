#include "axvp/qos/error_comparison.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "axvp/common/parallel.h"
#include "axvp/qos/closed_form_error.h"
#include "axvp/qos/sampled_error.h"
#include "axvp/workloads/exact_network.h"

namespace axvp {
namespace {

/// Pearson's correlation.
double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double mean_a = 0.0, mean_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mean_a += a[i] / static_cast<double>(a.size());
    mean_b += b[i] / static_cast<double>(a.size());
  }
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

double quantile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(fraction * static_cast<double>(values.size() - 1))];
}

/// Stored inputs of every layer, [layer][image].
std::vector<std::vector<StoredTensor>> layer_inputs(const Int8Executor& exact,
                                                    const std::vector<StoredTensor>& images) {
  const QuantizedNetwork& network = exact.network();
  const auto layers = network.layers();
  std::vector<std::vector<StoredTensor>> inputs(layers.size());
  for (const StoredTensor& image : images) {
    const auto tensors = exact.run_all(image);
    for (std::size_t l = 0; l < layers.size(); ++l) inputs[l].push_back(tensors[network.nodes[layers[l]].inputs[0]]);
  }
  return inputs;
}

ReceptiveFields first_fields(const ReceptiveFields& fields, std::size_t count) {
  ReceptiveFields result = fields;
  result.count = std::min(count, fields.count);
  result.bytes.resize(result.count * fields.groups * fields.fan_in);
  return result;
}

}  // namespace

std::string_view to_string(ErrorModel model) {
  switch (model) {
    case ErrorModel::Sampled:
      return "sampled fields, real weights";
    case ErrorModel::ClosedForm:
      return "closed form, histogram of the layer";
    case ErrorModel::ClosedFormChannel:
      break;
  }
  return "closed form, histogram of each channel";
}

Result<std::vector<ErrorComparison>> compare_error_models(const Quantisation& quantisation, const Dataset& images,
                                                          const Dataset& held_out,
                                                          const std::vector<TruthTable>& tables,
                                                          const ErrorComparisonOptions& options) {
  auto fields = draw_receptive_fields(quantisation, images, options.fields, options.seed);
  if (!fields) return forward_error(fields);
  const SampledErrors errors{quantisation, std::move(*fields)};
  const auto exact = exact_executor(quantisation);
  if (!exact) return forward_error(exact);
  const auto stored = stored_images(quantisation.network, held_out);
  if (!stored) return forward_error(stored);
  const auto inputs = layer_inputs(*exact, *stored);
  std::vector<ErrorComparison> comparisons(errors.layers() * tables.size());
  Progress progress{options.progress, "error models", comparisons.size(), "selectables in layers"};
  std::mutex mutex;
  std::size_t done = 0;
  for_each_dynamic(errors.layers(), options.threads, [&](std::size_t l) {
    const ReceptiveFields few = first_fields(errors.fields(l), options.closed_form_fields);
    std::vector<const std::uint8_t*> pointers;
    for (const StoredTensor& input : inputs[l]) pointers.push_back(input.data());
    for (std::size_t m = 0; m < tables.size(); ++m) {
      const auto closed = [&](WeightHistogram histogram) {
        return closed_form_error(quantisation.network, l, few, tables[m], histogram).std();
      };
      ErrorComparison& row = comparisons[l * tables.size() + m];
      row = {l, m, measure_error(quantisation, l, pointers, tables[m]).std_within_channels, {}};
      if (row.measured > 0.0)
        row.predicted = {errors.predict(l, tables[m]).std_within_channels, closed(WeightHistogram::Layer),
                         closed(WeightHistogram::Channel)};
      const std::lock_guard lock{mutex};
      progress.update(++done);
    }
  });
  progress.finish();
  comparisons.erase(
      std::remove_if(comparisons.begin(), comparisons.end(), [](const auto& c) { return c.measured == 0.0; }),
      comparisons.end());
  return comparisons;
}

ErrorModelQuality quality_of(const std::vector<ErrorComparison>& comparisons, ErrorModel model) {
  std::vector<double> measured, predicted, log_measured, log_predicted, relative;
  for (const ErrorComparison& c : comparisons) {
    const double own = c.predicted[static_cast<std::size_t>(model)];
    measured.push_back(c.measured);
    predicted.push_back(own);
    relative.push_back(std::abs(own / c.measured - 1.0));
    if (own <= 0.0) continue;
    log_measured.push_back(std::log(c.measured));
    log_predicted.push_back(std::log(own));
  }
  return {quantile(relative, 0.5), quantile(relative, 0.9), correlation(predicted, measured),
          correlation(log_predicted, log_measured)};
}

}  // namespace axvp
