#include "axvp/workloads/evaluation.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "axvp/common/parallel.h"
#include "axvp/workloads/divergence.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/int8_batch.h"
#include "parallel.h"

namespace axvp {
namespace {

constexpr double kNormalQuantile = 1.959963984540054;  // 97.5 %
constexpr std::size_t kTop = 5;

using Logits = std::vector<double>;  ///< In the float network's units.
using LogitsOfImages = std::vector<Logits>;

bool in_top(const Logits& logits, int label, std::size_t top) {
  const auto own = static_cast<std::size_t>(label);
  if (own >= logits.size()) return false;
  std::size_t before = 0;  // classes that rank above: larger, or equal with a lower index
  for (std::size_t c = 0; c < logits.size(); ++c)
    if (logits[c] > logits[own] || (logits[c] == logits[own] && c < own)) ++before;
  return before < top;
}

std::size_t answer(const Logits& logits) {
  return static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

double margin(const Logits& logits) {
  if (logits.size() < 2) return 0.0;
  Logits sorted = logits;
  std::partial_sort(sorted.begin(), sorted.begin() + 2, sorted.end(), std::greater<>());
  return sorted[0] - sorted[1];
}

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Of `n` pairs `lost` went one way and `gained` the other.
Interval paired_difference(std::uint64_t lost, std::uint64_t gained, std::uint64_t pairs) {
  const auto n = static_cast<double>(pairs);
  if (n == 0) return {};
  const auto b = static_cast<double>(lost), c = static_cast<double>(gained);
  const double difference = (b - c) / n;
  const double error = std::sqrt(std::max(0.0, b + c - (b - c) * (b - c) / n)) / n;
  return {difference, difference - kNormalQuantile * error, difference + kNormalQuantile * error};
}

PairedComparison compare(const LogitsOfImages& reference, const LogitsOfImages& own, const Dataset& data) {
  PairedComparison pair;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const int label = data.images[i].label;
    const bool right = in_top(own[i], label, 1), reference_right = in_top(reference[i], label, 1);
    ++(right ? (reference_right ? pair.both_right : pair.only_this_right)
             : (reference_right ? pair.only_reference_right : pair.none_right));
    pair.same_class += answer(own[i]) == answer(reference[i]) ? 1 : 0;
    const bool in_own = in_top(own[i], label, kTop), in_reference = in_top(reference[i], label, kTop);
    pair.top5_only_this += in_own && !in_reference ? 1 : 0;
    pair.top5_only_reference += in_reference && !in_own ? 1 : 0;
    pair.mean_kl += kl_divergence(reference[i], own[i]);
  }
  if (!own.empty()) pair.mean_kl /= static_cast<double>(own.size());
  return pair;
}

PointEvaluation summarise(const std::string& name, const LogitsOfImages& own, const Dataset& data) {
  PointEvaluation result;
  result.name = name;
  result.images = own.size();
  std::vector<double> margins;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const int label = data.images[i].label;
    result.top1_right += in_top(own[i], label, 1) ? 1 : 0;
    result.top5_right += in_top(own[i], label, kTop) ? 1 : 0;
    margins.push_back(margin(own[i]));
  }
  result.median_margin = median(std::move(margins));
  return result;
}

/// Calls `run(i)` for every image, in threads.
template <class Run>
void for_each_image(const Dataset& data, std::size_t threads, ProgressStyle progress, const std::string& what,
                    const Run& run) {
  Progress bar{progress, what, data.images.size(), "images"};
  constexpr std::size_t kChunk = 64;  // images between two looks at the progress bar
  for (std::size_t begin = 0; begin < data.images.size(); begin += kChunk) {
    const std::size_t count = std::min(kChunk, data.images.size() - begin);
    detail::for_each_parallel(count, threads, [&](std::size_t /*worker*/, std::size_t i) { run(begin + i); });
    bar.update(begin + count);
  }
  bar.finish();
}

/// [executor][image]: every executor gets some images before any gets the next.
std::vector<LogitsOfImages> int8_logits(const std::vector<Int8Executor>& executors, const Dataset& data,
                                        std::size_t threads, ProgressStyle progress) {
  const QuantizedNetwork& network = executors[0].network();
  const double scale = network.tensors[network.output].scale;
  std::vector<LogitsOfImages> logits(executors.size(), LogitsOfImages(data.images.size()));
  Progress bar{progress, "evaluate", data.images.size(), "images"};
  const std::size_t images = data.images.size(), points = executors.size();
  const std::size_t share = (images + threads - 1) / threads;
  const std::size_t batch = std::clamp<std::size_t>(share, 1, batch_capacity(network));
  const std::size_t batches = (images + batch - 1) / batch;
  std::mutex mutex;
  std::size_t done = 0;
  for_each_dynamic(batches * points, static_cast<unsigned>(threads), [&](std::size_t task) {
    const std::size_t begin = task / points * batch, end = std::min(begin + batch, images);
    std::vector<StoredTensor> inputs;
    for (std::size_t i = begin; i < end; ++i) inputs.push_back(quantise_image(network, data.images[i]));
    const auto of_images = run_images(executors[task % points], inputs, 1);
    for (std::size_t i = begin; i < end; ++i)
      for (const std::int32_t logit : of_images[i - begin]) logits[task % points][i].push_back(logit * scale);
    const std::lock_guard lock{mutex};
    done += end - begin;
    bar.update(done / points);
  });
  bar.finish();
  return logits;
}

}  // namespace

Interval wilson_interval(std::uint64_t k, std::uint64_t n) {
  if (n == 0) return {0.0, 0.0, 1.0};
  const auto count = static_cast<double>(n);
  const double p = static_cast<double>(k) / count;
  const double z2 = kNormalQuantile * kNormalQuantile;
  const double centre = (p + z2 / (2 * count)) / (1 + z2 / count);
  const double half = kNormalQuantile * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count)) / (1 + z2 / count);
  return {p, std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Interval PairedComparison::loss() const {
  return paired_difference(only_reference_right, only_this_right, images());
}

Interval PairedComparison::top5_loss() const {
  return paired_difference(top5_only_reference, top5_only_this, images());
}

double PairedComparison::mcnemar_p() const {
  const std::uint64_t discordant = only_reference_right + only_this_right;
  const std::uint64_t smaller = std::min(only_reference_right, only_this_right);
  if (discordant == 0) return 1.0;
  // Twice the binomial tail P(X <= smaller), X ~ B(discordant, 1/2), summed in logarithms.
  double tail = 0.0;
  for (std::uint64_t k = 0; k <= smaller; ++k)
    tail += std::exp(std::lgamma(static_cast<double>(discordant) + 1) - std::lgamma(static_cast<double>(k) + 1) -
                     std::lgamma(static_cast<double>(discordant - k) + 1) -
                     static_cast<double>(discordant) * std::log(2.0));
  return std::min(1.0, 2 * tail);
}

std::vector<PointEvaluation> evaluate(const std::vector<Int8Executor>& executors, const Dataset& data,
                                      std::size_t threads, ProgressStyle progress) {
  if (executors.empty()) return {};
  const auto logits = int8_logits(executors, data, threads, progress);
  std::vector<PointEvaluation> results;
  for (std::size_t e = 0; e < executors.size(); ++e) {
    results.push_back(summarise(executors[e].operating_point().name, logits[e], data));
    results.back().against_exact = compare(logits[0], logits[e], data);
  }
  return results;
}

FloatEvaluation evaluate_with_float(const Network& network, const std::vector<Int8Executor>& executors,
                                    const Dataset& data, std::size_t threads, ProgressStyle progress) {
  LogitsOfImages of_float(data.images.size());
  for_each_image(data, threads, progress, "float network", [&](std::size_t i) {
    const auto logits = run_float_logits(network, preprocess(data.images[i], network.preprocessing));
    of_float[i].assign(logits.begin(), logits.end());
  });
  FloatEvaluation result{summarise("float", of_float, data), {}};
  if (executors.empty()) return result;
  const auto logits = int8_logits(executors, data, threads, progress);
  for (std::size_t e = 0; e < executors.size(); ++e) {
    result.points.push_back(summarise(executors[e].operating_point().name, logits[e], data));
    result.points.back().against_exact = compare(logits[0], logits[e], data);
    result.points.back().against_float = compare(of_float, logits[e], data);
  }
  return result;
}

}  // namespace axvp
