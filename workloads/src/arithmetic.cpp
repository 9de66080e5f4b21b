#include "axvp/workloads/arithmetic.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace axvp {
namespace {

constexpr int kLowestShift = 1;
constexpr int kHighestShift = 32;
constexpr std::int32_t kMultiplierLimit = 32767;
constexpr std::int64_t kBiasLimit = (std::int64_t{1} << 47) - 1;

/// Largest shift in [1, 32] at which round(scale * 2^shift) still fits 16 signed bits.
int shift_for(double scale) {
  for (int shift = kHighestShift; shift > kLowestShift; --shift)
    if (std::abs(std::round(std::ldexp(scale, shift))) <= kMultiplierLimit) return shift;
  return kLowestShift;
}

std::int16_t multiplier_at(double scale, int shift) {
  const double scaled = std::round(std::ldexp(scale, shift));
  return static_cast<std::int16_t>(std::clamp<double>(scaled, -kMultiplierLimit, kMultiplierLimit));
}

}  // namespace

Requantisation make_requantisation(double scale, double offset) {
  Requantisation r;
  r.shift = static_cast<std::uint8_t>(scale == 0.0 ? 16 : shift_for(scale));
  r.multiplier = multiplier_at(scale, r.shift);
  const double bias = std::round(std::ldexp(offset, r.shift));
  r.bias =
      static_cast<std::int64_t>(std::clamp(bias, -static_cast<double>(kBiasLimit), static_cast<double>(kBiasLimit)));
  return r;
}

RealAffine to_real(const Requantisation& r) {
  return {std::ldexp(static_cast<double>(r.multiplier), -r.shift), std::ldexp(static_cast<double>(r.bias), -r.shift)};
}

AddScaling make_add_scaling(double scale_a, double scale_b) {
  AddScaling s;
  const int shift = shift_for(std::max(std::abs(scale_a), std::abs(scale_b)));
  s.shift = static_cast<std::uint8_t>(shift);
  s.multiplier_a = multiplier_at(scale_a, shift);
  s.multiplier_b = multiplier_at(scale_b, shift);
  return s;
}

PoolScaling make_pool_scaling(double scale) {
  const int shift = shift_for(scale);
  return {multiplier_at(scale, shift), static_cast<std::uint8_t>(shift)};
}

}  // namespace axvp
