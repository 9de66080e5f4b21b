#include "axvp/accel/parameter_set.h"

#include <gtest/gtest.h>

namespace axvp {
namespace {

TEST(ParameterSet, PacksLittleEndianInNineBytes) {
  const auto bytes = pack_requantisation({{-2, 5, -1}, {0x1234, 32, 0x0123456789AB}});
  const std::vector<std::uint8_t> expected{0xFE, 0xFF, 5,  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                           0x34, 0x12, 32, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01};
  EXPECT_EQ(bytes, expected);
}

TEST(ParameterSet, ReadsBackWhatItPacked) {
  const std::int64_t limit = (std::int64_t{1} << 47) - 1;
  const std::vector<Requantisation> set{{32767, 1, limit}, {-32768, 32, -limit - 1}, {0, 16, 0}, {1, 31, -1}};
  EXPECT_EQ(unpack_requantisation(pack_requantisation(set).data(), set.size()), set);
}

TEST(ParameterSet, ShiftOfDamagedBytesStaysInRange) {
  for (int shift = 0; shift < 256; ++shift) {
    const std::vector<std::uint8_t> bytes{0, 0, static_cast<std::uint8_t>(shift), 0, 0, 0, 0, 0, 0};
    const auto set = unpack_requantisation(bytes.data(), 1);
    EXPECT_GE(set[0].shift, 1);
    EXPECT_LE(set[0].shift, 32);
    if (shift >= 1 && shift <= 32) {
      EXPECT_EQ(set[0].shift, shift);
    }
  }
}

}  // namespace
}  // namespace axvp
