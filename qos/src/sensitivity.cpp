#include "axvp/qos/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "axvp/common/random.h"
#include "axvp/qos/layer_divergence.h"
#include "axvp/workloads/product_plan.h"

namespace axvp {
namespace {

constexpr std::size_t kDraws = std::size_t{1} << 16;

/// One normal sequence for all; each layer and image starts somewhere else in it.
class NoiseTable {
 public:
  explicit NoiseTable(std::uint64_t seed) : seed_(seed) {
    Random random{seed};
    for (std::size_t i = 0; i < kDraws; ++i) draws_.push_back(random.normal());
  }

  void add(std::size_t layer, std::size_t image, double deviation, std::int32_t* sums, std::size_t count) const {
    Random random{derive_seed(derive_seed(seed_, layer), image)};
    for (std::size_t i = 0; i < count;) {
      const std::size_t start = random.below(kDraws);
      const std::size_t run = std::min({count - i, kDraws - start, std::size_t{4096}});
      for (std::size_t k = 0; k < run; ++k)
        sums[i + k] += static_cast<std::int32_t>(std::lround(deviation * draws_[start + k]));
      i += run;
    }
  }

 private:
  std::uint64_t seed_;
  std::vector<double> draws_;
};

Progress progress_of(const SensitivityInputs& inputs, const char* task) {
  return Progress{inputs.progress, task, (inputs.images->size() + 15) / 16, "batches"};
}

/// Deviation of noise in the accumulators that has this variance relative to the layer's output.
double accumulator_deviation(const SampledErrors& errors, std::size_t layer, double relative_variance) {
  double squares = 0.0;
  for (const double step : errors.steps(layer)) squares += step * step;
  squares /= static_cast<double>(errors.steps(layer).size());
  return squares > 0.0 ? std::sqrt(relative_variance * errors.signal_variance(layer) / squares) : 0.0;
}

}  // namespace

std::vector<double> noise_curvatures(const SensitivityInputs& inputs, const std::vector<double>& relative_variances) {
  const NoiseTable noise{inputs.seed};
  std::vector<LayerTrial> trials;
  for (std::size_t l = 0; l < inputs.errors->layers(); ++l)
    for (const double variance : relative_variances) {
      const double deviation = accumulator_deviation(*inputs.errors, l, variance);
      trials.push_back({l,
                        [&noise, l, deviation](const std::uint8_t* const* /*inputs*/, std::size_t first,
                                               std::size_t images, std::vector<std::int32_t>& sums) {
                          const std::size_t size = sums.size() / images;
                          for (std::size_t i = 0; i < images; ++i)
                            noise.add(l, first + i, deviation, sums.data() + i * size, size);
                        },
                        nullptr});
    }
  Progress progress = progress_of(inputs, "sensitivity");
  const auto divergences = layer_divergences(*inputs.exact, *inputs.images, trials, inputs.threads, progress);
  std::vector<double> curvatures(inputs.errors->layers(), 0.0);
  for (std::size_t t = 0; t < trials.size(); ++t) {
    const double variance = relative_variances[t % relative_variances.size()];
    curvatures[trials[t].layer] += 2.0 * divergences[t] / variance / static_cast<double>(relative_variances.size());
  }
  return curvatures;
}

std::vector<double> single_layer_divergences(const SensitivityInputs& inputs,
                                             const std::vector<SingleLayerPoint>& points) {
  const QuantizedNetwork& network = inputs.exact->network();
  std::vector<std::vector<Requantisation>> sets;
  std::vector<ConvolutionKernel> kernels;
  for (const SingleLayerPoint& point : points) {
    const QuantizedTensor& in = network.tensors[network.nodes[network.layers()[point.layer]].inputs[0]];
    sets.push_back(inputs.errors->matched(point.layer, point.table));
    kernels.emplace_back(network.layer(point.layer), in.shape,
                         ProductPlan::of(point.table, network.encoding, in.type == ElementType::Signed8));
  }
  std::vector<LayerTrial> trials;
  for (std::size_t p = 0; p < points.size(); ++p)
    trials.push_back({points[p].layer,
                      [&kernel = kernels[p]](const std::uint8_t* const* in, std::size_t /*first*/, std::size_t images,
                                             std::vector<std::int32_t>& sums) {
                        thread_local KernelScratch scratch;
                        kernel.accumulate(in, images, sums.data(), scratch);
                      },
                      &sets[p]});
  Progress progress = progress_of(inputs, "single layers");
  return layer_divergences(*inputs.exact, *inputs.images, trials, inputs.threads, progress);
}

std::vector<double> relative_budgets(const std::vector<double>& curvatures, const std::vector<double>& mac_shares,
                                     double lambda, double sigma_max) {
  std::vector<double> budgets;
  for (std::size_t l = 0; l < curvatures.size(); ++l)
    budgets.push_back(curvatures[l] > 0.0 ? std::min(lambda * mac_shares[l] / curvatures[l], sigma_max) : sigma_max);
  return budgets;
}

std::vector<double> curvatures_of(const std::vector<double>& sigma, const std::vector<double>& mac_shares,
                                  double lambda) {
  constexpr double kLeastSigma = 1e-4;  // relative deviation: as good as exact
  std::vector<double> curvatures;
  for (std::size_t l = 0; l < sigma.size(); ++l)
    curvatures.push_back(lambda * mac_shares[l] / std::max(sigma[l], kLeastSigma));
  return curvatures;
}

}  // namespace axvp
