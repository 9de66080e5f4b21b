// The search with bounds against the one that follows every tiling.
#include <gtest/gtest.h>

#include "axvp/accel/mapping.h"
#include "axvp/common/random.h"
#include "reference_tiling.h"

namespace axvp {
namespace {

Descriptor drawn_operation(Random& random) {
  const auto any = [&](int low, int high) { return static_cast<int>(random.between(low, high)); };
  Descriptor d;
  const int kind = any(0, 9);
  const int channels = any(1, 12) * any(1, 16);
  d.input = {channels, any(1, 40), any(1, 40)};
  d.images = any(0, 1) == 0 ? 1 : any(2, 9);
  if (kind == 0) {
    d.opcode = Opcode::Add;
    d.output = d.input;
    return d;
  }
  Window& w = d.window;
  w.kernel_height = w.kernel_width = any(0, 1) == 0 ? 1 : 3;
  w.stride_height = w.stride_width = any(1, 2);
  w.pad_top = w.pad_left = w.pad_bottom = w.pad_right = w.kernel_height / 2;
  d.groups = kind <= 3 ? channels : kind == 4 && channels % 4 == 0 ? 4 : 1;
  const int outputs = d.groups == channels ? channels : d.groups * any(1, 60);
  d.output = {outputs, w.output_height(d.input.height), w.output_width(d.input.width)};
  if (kind == 9) {
    d.opcode = Opcode::MaxPool;
    d.groups = 1;
    d.output.channels = channels;
  }
  return d;
}

PlatformConfig drawn_platform(Random& random) {
  PlatformConfig config;
  const auto power = [&](int low, int high) { return 1 << random.between(low, high); };
  config.array.rows = power(0, 6);
  config.array.columns = power(0, 6);
  config.array.depthwise = static_cast<DepthwiseMapping>(random.below(3));
  config.array.dataflow = static_cast<Dataflow>(random.below(3));
  config.scratchpads.activation_kb = power(2, 9);
  config.scratchpads.weight_kb = power(1, 8);
  config.scratchpads.accumulator_kb = power(1, 8);
  config.dram.bandwidth_bytes_per_cycle = power(0, 6);
  config.vector_unit.lanes = power(0, 7);
  return config;
}

TEST(TilingSearch, FindsTheSameTilingAsTheSearchWithoutBounds) {
  Random random{7};
  int found = 0;
  for (int i = 0; i < 1500; ++i) {
    Descriptor d = drawn_operation(random);
    const PlatformConfig config = drawn_platform(random);
    d.packed_groups = packed_groups(d, config.array);
    d.lanes = d.opcode == Opcode::Convolution && d.groups > 1 ? config.array.lanes() : 0;
    const auto expected = testing::plain_plan_tiling(d, config);
    const auto planned = plan_tiling(d, "it", config);
    ASSERT_EQ(planned.has_value(), expected.has_value()) << i;
    if (!expected) continue;
    ++found;
    ASSERT_EQ(encode(*planned), encode(*expected)) << i;
    ASSERT_EQ(estimate_cycles(*planned, config), testing::plain_estimate_cycles(*expected, config)) << i;
  }
  EXPECT_GT(found, 1000);
}

}  // namespace
}  // namespace axvp
