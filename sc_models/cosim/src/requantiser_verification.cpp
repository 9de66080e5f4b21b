#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "axvp/common/random.h"
#include "axvp/cosim/array_verification.h"
#include "axvp/workloads/arithmetic.h"

namespace axvp {
namespace {

constexpr int kValuesOfTensor = 64;

/// Any number of at most `bits` bits, small ones as often as large ones; now and then an end of the range.
std::int64_t random_signed(int bits, Random& random) {
  const std::int64_t limit = std::int64_t{1} << (bits - 1);
  if (random.below(16) == 0) return random.below(2) == 0 ? limit - 1 : -limit;
  const std::int64_t span = std::int64_t{1} << random.below(static_cast<std::uint64_t>(bits));
  return std::clamp(random.between(-span, span), -limit, limit - 1);
}

ClampRange random_clamp(Random& random) {
  static constexpr std::array<ClampRange, 4> kRanges{ClampRange{0, 255}, {-127, 127}, {0, 93}, {INT32_MIN, INT32_MAX}};
  return kRanges[random.below(kRanges.size())];
}

RequantiserPorts random_ports(ClampRange clamp, Random& random) {
  RequantiserPorts ports;
  ports.accumulator = static_cast<std::int32_t>(random_signed(32, random));
  ports.multiplier = static_cast<std::int16_t>(random_signed(16, random));
  ports.bias = random_signed(48, random);
  ports.shift = static_cast<std::uint8_t>(random.between(1, 32));
  ports.low = clamp.low;
  ports.high = clamp.high;
  return ports;
}

}  // namespace

RequantiserVerification verify_requantiser(VerilatedRequantiser& lane, int tensors, std::uint64_t seed) {
  RequantiserVerification result;
  Random random{seed};
  for (int t = 0; t < tensors; ++t) {
    const ClampRange clamp = random_clamp(random);
    std::deque<RequantiserPorts> inside;
    for (int i = 0; i < kValuesOfTensor + VerilatedRequantiser::kLatency - 1; ++i) {
      inside.push_back(random_ports(clamp, random));
      const std::int32_t got = lane.clock(inside.back());
      if (inside.size() < VerilatedRequantiser::kLatency) continue;
      const RequantiserPorts in = inside.front();
      inside.pop_front();
      ++result.values;
      const std::int32_t expected = requantise(in.accumulator, {in.multiplier, in.shift, in.bias}, {in.low, in.high});
      if (got == expected) continue;
      result.mismatch =
          fmt::format("accumulator {}, multiplier {}, bias {}, shift {}, clamp [{}, {}]: {} instead of {}",
                      in.accumulator, in.multiplier, in.bias, in.shift, in.low, in.high, got, expected);
      return result;
    }
  }
  return result;
}

}  // namespace axvp
