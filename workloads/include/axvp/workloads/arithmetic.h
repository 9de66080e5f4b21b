#pragma once

#include <cstdint>

namespace axvp {

/// Requantisation of one output channel at one operating point (docs/arithmetic.md):
/// y = clamp((acc * multiplier + bias + 2^(shift-1)) >> shift, low, high), arithmetic shift, so a half rounds up.
struct Requantisation {
  std::int16_t multiplier = 0;  ///< |multiplier| in [2^14, 2^15); smaller only at shift 32; 0 for a dead channel.
  std::uint8_t shift = 1;       ///< [1, 32].
  std::int64_t bias = 0;        ///< Signed 48 bit.

  friend bool operator==(const Requantisation& a, const Requantisation& b) {
    return a.multiplier == b.multiplier && a.shift == b.shift && a.bias == b.bias;
  }
  friend bool operator!=(const Requantisation& a, const Requantisation& b) { return !(a == b); }
};

/// Bounds of a requantised value, both included.
struct ClampRange {
  std::int32_t low = 0;
  std::int32_t high = 0;
};

[[nodiscard]] constexpr std::int64_t rounding_shift(std::int64_t value, int shift) {
  return (value + (std::int64_t{1} << (shift - 1))) >> shift;
}

[[nodiscard]] constexpr std::int32_t clamp_to(std::int64_t value, ClampRange range) {
  return static_cast<std::int32_t>(value < range.low ? range.low : value > range.high ? range.high : value);
}

[[nodiscard]] constexpr std::int32_t requantise(std::int32_t accumulator, const Requantisation& r, ClampRange range) {
  return clamp_to(rounding_shift(std::int64_t{accumulator} * r.multiplier + r.bias, r.shift), range);
}

/// y = clamp((a * ma + b * mb + 2^(shift-1)) >> shift): residual addition of two stored values.
struct AddScaling {
  std::int16_t multiplier_a = 0;
  std::int16_t multiplier_b = 0;
  std::uint8_t shift = 1;  ///< [1, 32].
};

[[nodiscard]] constexpr std::int32_t add_scaled(std::int32_t a, std::int32_t b, const AddScaling& s, ClampRange range) {
  return clamp_to(rounding_shift(std::int64_t{a} * s.multiplier_a + std::int64_t{b} * s.multiplier_b, s.shift), range);
}

/// y = clamp((sum * multiplier + 2^(shift-1)) >> shift): average pooling of a window's sum.
struct PoolScaling {
  std::int16_t multiplier = 0;
  std::uint8_t shift = 1;  ///< [1, 32].
};

[[nodiscard]] constexpr std::int32_t average(std::int64_t sum, const PoolScaling& s, ClampRange range) {
  return clamp_to(rounding_shift(sum * s.multiplier, s.shift), range);
}

/// y = clamp((acc * scale + offset), ...) in real numbers as a Requantisation: the multiplier with 15 significant bits
/// that is nearest to `scale`, `offset` rounded into the bias. Scale 0 gives a dead channel: y = round(offset). A bias
/// beyond 48 bits saturates.
[[nodiscard]] Requantisation make_requantisation(double scale, double offset);

/// The real numbers that a Requantisation stands for.
struct RealAffine {
  double scale = 0.0;
  double offset = 0.0;
};
[[nodiscard]] RealAffine to_real(const Requantisation& r);

/// Scaling of y = (a * scale_a + b * scale_b): one shift, both multipliers as precise as 16 bits allow.
[[nodiscard]] AddScaling make_add_scaling(double scale_a, double scale_b);
[[nodiscard]] PoolScaling make_pool_scaling(double scale);

}  // namespace axvp
