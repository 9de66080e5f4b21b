#include "calibration.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "axvp/workloads/float_executor.h"
#include "parallel.h"

namespace axvp::detail {
namespace {

constexpr std::uint32_t kSignMask = 0x7FFFFFFF;
constexpr int kDroppedBits = 23 - 8;
constexpr std::uint32_t kFirstCell = (127u - 64u) << 8;  // of 2^-64

double margin_of(std::vector<float> logits) {
  if (logits.size() < 2) return 0.0;
  std::nth_element(logits.begin(), logits.begin() + 1, logits.end(), std::greater<>{});
  return static_cast<double>(logits[0]) - static_cast<double>(logits[1]);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void MagnitudeHistogram::add(const std::vector<float>& values) {
  for (const float value : values) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    const std::uint32_t cell = (bits & kSignMask) >> kDroppedBits;
    if (cell < kFirstCell)
      ++counts_[0];
    else if (cell - kFirstCell < kBins)
      ++counts_[cell - kFirstCell];
    else
      ++unusable_;
  }
  total_ += values.size();
}

void MagnitudeHistogram::merge(const MagnitudeHistogram& other) {
  for (std::size_t i = 0; i < kBins; ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  unusable_ += other.unusable_;
}

std::optional<double> MagnitudeHistogram::percentile(double percentile) const {
  if (unusable_ > 0) return std::nullopt;
  const double wanted = percentile / 100.0 * static_cast<double>(total_);
  std::uint64_t seen = 0;
  std::size_t last_used = 0;
  bool any_used = false;
  for (std::size_t i = 0; i < kBins; ++i) {
    if (counts_[i] == 0) continue;
    seen += counts_[i];
    last_used = i;
    any_used = true;
    if (static_cast<double>(seen) >= wanted) break;
  }
  if (!any_used || last_used == 0) return 0.0;
  const std::uint32_t edge_bits = (static_cast<std::uint32_t>(last_used) + 1 + kFirstCell) << kDroppedBits;
  float edge = 0.0F;
  std::memcpy(&edge, &edge_bits, sizeof edge);
  return edge;
}

ActivationStatistics measure_activations(const Network& network, const FusedNetwork& fused, const Dataset& calibration,
                                         std::size_t images) {
  const std::size_t workers = worker_count(images);
  std::vector<std::vector<MagnitudeHistogram>> of_worker(workers,
                                                         std::vector<MagnitudeHistogram>(fused.tensors.size()));
  std::vector<double> margins(images);
  for_each_parallel(images, workers, [&](std::size_t worker, std::size_t i) {
    const auto tensors = run_float(network, preprocess(calibration.images[i], network.preprocessing));
    for (std::size_t t = 0; t < fused.tensors.size(); ++t) of_worker[worker][t].add(tensors[fused.tensors[t].source]);
    margins[i] = margin_of(tensors[network.output]);
  });
  for (std::size_t worker = 1; worker < workers; ++worker)
    for (std::size_t t = 0; t < fused.tensors.size(); ++t) of_worker[0][t].merge(of_worker[worker][t]);
  return {std::move(of_worker[0]), median(std::move(margins))};
}

}  // namespace axvp::detail
