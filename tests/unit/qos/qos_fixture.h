#pragma once

#include <gtest/gtest.h>

#include "../workloads/small_networks.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/quantise.h"

namespace axvp::test {

/// Partial products of the lowest columns left out; not symmetric where `weight_bits_dropped` is not 0.
inline TruthTable truncated(int columns, int weight_bits_dropped = 0) {
  return TruthTable::from_function([=](std::uint8_t x, std::uint8_t w) {
    std::int32_t sum = 0;
    for (int i = 0; i < 8; ++i)
      for (int j = weight_bits_dropped; j < 8; ++j)
        if (i + j >= columns) sum += ((x >> i) & 1) * ((w >> j) & 1) << (i + j);
    return sum;
  });
}

/// A small quantised ResNet: its input is signed, everything behind is not.
class SmallNetworkTest : public ::testing::Test {
 protected:
  Quantisation q_ = *quantise(small_resnet(), random_images(40, 8), {Encoding::SignMagnitude, 99.9, 40});
  Dataset images_ = random_images(24, 8);

  [[nodiscard]] std::size_t layers() const { return q_.exact_requantisation.size(); }
  [[nodiscard]] Int8Executor executor(const std::vector<TruthTable>& tables) const {
    return *Int8Executor::create(q_.network, {"p", std::vector<std::string>(layers(), "m"), q_.exact_requantisation},
                                 tables);
  }
};

}  // namespace axvp::test
