#include "preprocessing.h"

#include <charconv>
#include <cmath>
#include <map>

#include "axvp/common/text.h"

namespace axvp::onnx_detail {
namespace {

constexpr const char* kDivisor = "axvp.divisor";
constexpr const char* kMean = "axvp.mean";
constexpr const char* kDeviation = "axvp.deviation";
constexpr const char* kShorterSide = "axvp.shorter_side";
constexpr double kLargestShorterSide = 8192.0;

Result<std::vector<double>> parse_numbers(const std::string& key, const std::string& text, std::size_t count) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    double number = 0.0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc{} || end != part.data() + part.size() || !std::isfinite(number))
      return fail("metadata `{}`: `{}` is not a number", key, part);
    numbers.push_back(number);
  }
  if (numbers.size() != count) return fail("metadata `{}`: {} numbers, expected {}", key, numbers.size(), count);
  return numbers;
}

void write_numbers(const char* key, const std::vector<double>& numbers, onnx::ModelProto& model) {
  std::vector<std::string> parts;
  for (const double number : numbers) parts.push_back(shortest(number));
  auto* entry = model.add_metadata_props();
  entry->set_key(key);
  entry->set_value(join(parts, ","));
}

}  // namespace

Result<Preprocessing> read_preprocessing(const onnx::ModelProto& model) {
  std::map<std::string, std::string> entries;
  for (const auto& entry : model.metadata_props())
    if (entry.key() == kDivisor || entry.key() == kMean || entry.key() == kDeviation || entry.key() == kShorterSide)
      entries[entry.key()] = entry.value();
  if (entries.empty()) return Preprocessing{};
  double shorter_side = 0.0;
  if (const auto entry = entries.find(kShorterSide); entry != entries.end()) {
    const auto side = parse_numbers(kShorterSide, entry->second, 1);
    if (!side) return forward_error(side);
    shorter_side = side->front();
    if (!(shorter_side >= 0.0 && shorter_side <= kLargestShorterSide && shorter_side == std::floor(shorter_side)))
      return fail("metadata `{}`: expected a whole number from 0 to {}", kShorterSide, kLargestShorterSide);
    entries.erase(entry);
  }
  if (entries.size() != 3) return fail("metadata: `{}`, `{}` and `{}` belong together", kDivisor, kMean, kDeviation);
  const auto divisor = parse_numbers(kDivisor, entries[kDivisor], 1);
  if (!divisor) return forward_error(divisor);
  const auto mean = parse_numbers(kMean, entries[kMean], 3);
  if (!mean) return forward_error(mean);
  const auto deviation = parse_numbers(kDeviation, entries[kDeviation], 3);
  if (!deviation) return forward_error(deviation);
  Preprocessing preprocessing;
  preprocessing.shorter_side = static_cast<int>(shorter_side);
  preprocessing.divisor = (*divisor)[0];
  for (std::size_t c = 0; c < 3; ++c) {
    preprocessing.mean[c] = (*mean)[c];
    preprocessing.deviation[c] = (*deviation)[c];
    if (!(preprocessing.deviation[c] > 0.0)) return fail("metadata `{}`: expected > 0", kDeviation);
  }
  if (!(preprocessing.divisor > 0.0)) return fail("metadata `{}`: expected > 0", kDivisor);
  return preprocessing;
}

void write_preprocessing(const Preprocessing& preprocessing, onnx::ModelProto& model) {
  const auto& mean = preprocessing.mean;
  const auto& deviation = preprocessing.deviation;
  write_numbers(kDivisor, {preprocessing.divisor}, model);
  write_numbers(kMean, {mean.begin(), mean.end()}, model);
  write_numbers(kDeviation, {deviation.begin(), deviation.end()}, model);
  if (preprocessing.shorter_side != 0)
    write_numbers(kShorterSide, {static_cast<double>(preprocessing.shorter_side)}, model);
}

}  // namespace axvp::onnx_detail
