#include "axvp/accel/descriptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/program.h"
#include "axvp/common/random.h"
#include "small_network.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

Program small_program() {
  const QuantizedNetwork network = testing::small_residual_network();
  PlatformConfig config;
  auto program = compile(network, {testing::make_point(network, "a", {"exact"}, 1)}, testing::small_pool(), config);
  EXPECT_TRUE(program) << program.error().message;
  return *program;
}

TEST(VectorOperations, PoolHasOneForEveryElementOfItsWindowsInsideTheTensor) {
  Descriptor d;
  d.opcode = Opcode::AveragePool;
  d.input = {64, 8, 8};
  d.output = {64, 1, 1};
  d.window.kernel_height = d.window.kernel_width = 8;
  EXPECT_EQ(vector_operations(d, row_tile(d, 0, 1), {0, 64}), 64u * 64u);
  // 3 x 3, stride 2, padding 1 on 6 x 5: rows -1..1, 1..3, 3..5 and columns -1..1, 1..3, 3..5.
  d.opcode = Opcode::MaxPool;
  d.input = {2, 6, 5};
  d.output = {2, 3, 3};
  d.window = {};
  d.window.kernel_height = d.window.kernel_width = 3;
  d.window.stride_height = d.window.stride_width = 2;
  d.window.pad_top = d.window.pad_left = d.window.pad_right = 1;
  EXPECT_EQ(vector_operations(d, row_tile(d, 0, 3), {0, 2}), 2u * (2 + 3 + 3) * (2 + 3 + 2));
  EXPECT_EQ(vector_operations(d, row_tile(d, 1, 2), {0, 2}), 2u * 3 * (2 + 3 + 2));
  d.opcode = Opcode::Add;
  EXPECT_EQ(vector_operations(d, row_tile(d, 1, 3), {0, 2}), 2u * 2 * 3) << "one for an output";
}

TEST(Descriptor, ReadsBackWhatItEncoded) {
  for (const Descriptor& d : small_program().descriptors) {
    const DescriptorBytes bytes = encode(d);
    const auto decoded = decode(bytes.data(), PlatformConfig{});
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(encode(*decoded), bytes);
    EXPECT_EQ(decoded->opcode, d.opcode);
    EXPECT_EQ(decoded->input, d.input);
    EXPECT_EQ(decoded->output, d.output);
    EXPECT_EQ(decoded->range.low, d.range.low);
    EXPECT_EQ(decoded->weight_address, d.weight_address);
    EXPECT_EQ(decoded->accumulator_buffer, d.accumulator_buffer);
  }
}

TEST(Descriptor, LiesInTheImageWhereTheProgramSays) {
  const Program program = small_program();
  for (std::size_t i = 0; i < program.descriptors.size(); ++i) {
    const DescriptorBytes bytes = encode(program.descriptors[i]);
    const std::size_t offset = program.descriptor_address - kDramBase + i * kDescriptorBytes;
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), program.image.begin() + static_cast<std::ptrdiff_t>(offset)));
    EXPECT_EQ(program.descriptors[i].last, i + 1 == program.descriptors.size());
  }
}

TEST(Descriptor, RefusesRandomBytes) {
  Random random{5};
  for (int round = 0; round < 200; ++round) {
    DescriptorBytes bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.word());
    EXPECT_FALSE(decode(bytes.data(), PlatformConfig{}));
  }
}

TEST(Descriptor, WhatPassesTheCheckAfterADamagedByteStaysInsideItsMemories) {
  const Program program = small_program();
  const PlatformConfig config;
  for (const Descriptor& d : program.descriptors) {
    const DescriptorBytes good = encode(d);
    for (std::size_t i = 0; i < good.size(); ++i)
      for (const std::uint8_t flip : {0x01, 0x80}) {
        DescriptorBytes bytes = good;
        bytes[i] ^= flip;
        const auto decoded = decode(bytes.data(), config);
        if (!decoded) continue;
        EXPECT_TRUE(check(*decoded, config));
        const std::uint64_t tile = static_cast<std::uint64_t>(decoded->images_per_tile) *
                                   static_cast<std::uint64_t>(decoded->rows_per_tile) * output_row_bytes(*decoded);
        EXPECT_LE(decoded->output_buffer[1] + tile, config.activation_bytes());
      }
  }
}

TEST(Descriptor, EachWrongFieldIsNamed) {
  const Descriptor good = small_program().descriptors[0];
  struct Wrong {
    std::function<void(Descriptor&)> change;
    const char* message;
  };
  const std::vector<Wrong> cases{
      {[](Descriptor& d) { d.groups = 2; }, "groups do not divide"},
      {[](Descriptor& d) { d.output.height += 1; }, "window and shapes differ"},
      {[](Descriptor& d) { d.window.stride_width = 0; }, "window and shapes differ"},
      {[](Descriptor& d) { d.input.channels = 0; }, "shape is out of range"},
      {[](Descriptor& d) { d.rows_per_tile = 0; }, "tiles of 0 rows"},
      {[](Descriptor& d) { d.input_type = ElementType::Signed32; }, "32-bit elements"},
      {[](Descriptor& d) { d.input_address = 0; }, "input in DRAM"},
      {[](Descriptor& d) { d.weight_buffer[1] = 1u << 20; }, "weight buffer"},
      {[](Descriptor& d) { d.accumulator_buffer[0] = 1u << 20; }, "accumulator buffer"},
      {[](Descriptor& d) { d.output_buffer[0] = 1u << 20; }, "output tile"},
      {[](Descriptor& d) { d.parameter_offset = 1u << 30; }, "requantisation set"},
      {[](Descriptor& d) { d.packed_groups = 0; }, "the packed groups are out of range"},
      {[](Descriptor& d) { d.images = 0; }, "tiles of 1 images of 0"},
      {[](Descriptor& d) { d.images_per_tile = 2; }, "tiles of 2 images of 1"},
      {[](Descriptor& d) { d.opcode = static_cast<Opcode>(9); }, "unknown operation"},
  };
  for (const Wrong& wrong : cases) {
    Descriptor d = good;
    wrong.change(d);
    const auto checked = check(d, PlatformConfig{});
    ASSERT_FALSE(checked) << wrong.message;
    EXPECT_THAT(checked.error().message, HasSubstr(wrong.message));
    EXPECT_THAT(checked.error().message, HasSubstr("node 0"));
  }
}

TEST(Descriptor, FoldsOfDepthwiseLayersAreOneAChannel) {
  Descriptor d;
  d.input = {32, 8, 8};
  d.output = {32, 8, 8};
  d.groups = 32;
  d.window = testing::square_window(3, 1, 1);
  EXPECT_EQ(fan_in(d), 9);
  EXPECT_EQ(fold_count(d, {0, 32}, {16, 16}), 32u);
  EXPECT_EQ(fold_count(d, {0, 32}, {4, 16}), 96u);
}

TEST(Descriptor, FoldsOfDenseLayersCoverRowsAndColumns) {
  Descriptor d;
  d.input = {16, 8, 8};
  d.output = {40, 8, 8};
  d.window = testing::square_window(3, 1, 1);
  EXPECT_EQ(fold_count(d, {0, 40}, {16, 16}), 27u);  // ceil(144 / 16) * ceil(40 / 16)
  EXPECT_EQ(fold_count(d, {16, 40}, {16, 16}), 18u);
}

TEST(Descriptor, ChannelGroupsOfGroupedConvolutionsKeepGroupsWhole) {
  Descriptor d;
  d.output.channels = 24;
  d.input.channels = 12;
  d.groups = 4;
  d.channels_per_group = 13;  // two groups of 6
  const auto groups = channel_groups(d);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].end, 12);
  d.channels_per_group = 4;  // parts of one group
  EXPECT_EQ(channel_groups(d).size(), 8u);
  EXPECT_EQ(channel_groups(d)[1].begin, 4);
  EXPECT_EQ(channel_groups(d)[1].end, 6);
}

}  // namespace
}  // namespace axvp
