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

float from_bits(std::uint32_t bits) {
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

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

void MagnitudeHistogram::add(const std::vector<float>& values, const std::vector<double>& factors) {
  const std::size_t plane = factors.empty() ? values.size() : values.size() / factors.size();
  for (std::size_t first = 0; first < values.size(); first += plane)
    add_channel(values.data() + first, plane, factors.empty() ? 1.0F : static_cast<float>(factors[first / plane]));
}

void MagnitudeHistogram::add_channel(const float* values, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) {
    const float value = values[i] * factor;
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
  total_ += count;
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
  return from_bits((static_cast<std::uint32_t>(last_used) + 1 + kFirstCell) << kDroppedBits);
}

template <class Visit>
void MagnitudeHistogram::for_each_bin(const Visit& visit) const {
  constexpr std::uint32_t kHalfBin = 1u << (kDroppedBits - 1);
  if (counts_[0] > 0) visit(0.0, static_cast<double>(counts_[0]));
  for (std::size_t i = 1; i < kBins; ++i)
    if (counts_[i] > 0)
      visit(double{from_bits(((static_cast<std::uint32_t>(i) + kFirstCell) << kDroppedBits) + kHalfBin)},
            static_cast<double>(counts_[i]));
}

double MagnitudeHistogram::power() const {
  double sum = 0.0;
  for_each_bin([&](double value, double count) { sum += value * value * count; });
  return total_ > 0 ? sum / static_cast<double>(total_) : 0.0;
}

double MagnitudeHistogram::noise(double step, double codes) const {
  const double largest = step * codes;
  double sum = 0.0;
  for_each_bin([&](double value, double count) {
    if (value < step / 2)
      sum += value * value * count;
    else if (value > largest + step / 2)
      sum += (value - largest) * (value - largest) * count;
    else
      sum += step * step / 12 * count;
  });
  return total_ > 0 ? sum / static_cast<double>(total_) : 0.0;
}

ActivationStatistics measure_activations(const Network& network, const FusedNetwork& fused, const Dataset& calibration,
                                         std::size_t images, const std::vector<std::vector<double>>& factors) {
  static const std::vector<double> none;
  const std::size_t workers = worker_count(images);
  std::vector<std::vector<MagnitudeHistogram>> of_worker(workers,
                                                         std::vector<MagnitudeHistogram>(fused.tensors.size()));
  std::vector<double> margins(images);
  for_each_parallel(images, workers, [&](std::size_t worker, std::size_t i) {
    const auto tensors = run_float(network, preprocess(calibration.images[i], network.preprocessing));
    for (std::size_t t = 0; t < fused.tensors.size(); ++t)
      of_worker[worker][t].add(tensors[fused.tensors[t].source], factors.empty() ? none : factors[t]);
    margins[i] = margin_of(tensors[network.output]);
  });
  for (std::size_t worker = 1; worker < workers; ++worker)
    for (std::size_t t = 0; t < fused.tensors.size(); ++t) of_worker[0][t].merge(of_worker[worker][t]);
  return {std::move(of_worker[0]), median(std::move(margins))};
}

std::vector<std::vector<double>> measure_ranges(const Network& network, const FusedNetwork& fused,
                                                const Dataset& calibration, std::size_t images) {
  std::vector<std::vector<double>> ranges;
  for (const FusedTensor& tensor : fused.tensors) ranges.emplace_back(tensor.shape.channels, 0.0);
  const std::size_t workers = worker_count(images);
  std::vector<std::vector<std::vector<double>>> of_worker(workers, ranges);
  for_each_parallel(images, workers, [&](std::size_t worker, std::size_t i) {
    const auto tensors = run_float(network, preprocess(calibration.images[i], network.preprocessing));
    for (std::size_t t = 0; t < fused.tensors.size(); ++t) {
      const std::vector<float>& values = tensors[fused.tensors[t].source];
      std::vector<double>& largest = of_worker[worker][t];
      const std::size_t plane = values.size() / largest.size();
      for (std::size_t k = 0; k < values.size(); ++k)
        if (std::isfinite(values[k])) largest[k / plane] = std::max(largest[k / plane], std::abs(double{values[k]}));
    }
  });
  for (const auto& own : of_worker)
    for (std::size_t t = 0; t < ranges.size(); ++t)
      for (std::size_t c = 0; c < ranges[t].size(); ++c) ranges[t][c] = std::max(ranges[t][c], own[t][c]);
  return ranges;
}

}  // namespace axvp::detail
