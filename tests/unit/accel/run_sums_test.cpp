#include "axvp/accel/run_sums.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "axvp/accel/array_model.h"
#include "axvp/accel/lowered_run.h"
#include "axvp/accel/memory_map.h"
#include "axvp/common/random.h"

namespace axvp {
namespace {

/// A table that no plan takes apart.
TruthTable rough_table(Random& random) {
  return TruthTable::from_function(
      [&](std::uint8_t, std::uint8_t) { return static_cast<std::int32_t>(random.between(0, 32767)); });
}

/// A convolution over a batch in DRAM, tile by tile.
class RunSumsTest : public ::testing::TestWithParam<int> {
 protected:
  RunSumsTest() {
    const auto draw = [&](int low, int high) { return static_cast<int>(random_.between(low, high)); };
    const bool is_large = random_.below(4) == 0;  // images beyond a span
    const int least = is_large ? 80 : 5, most = is_large ? 110 : 40;
    d_.groups = draw(1, 2);
    d_.input = {d_.groups * draw(1, is_large ? 2 : 5), draw(least, most), draw(least, most)};
    d_.input_type = random_.below(3) == 0 ? ElementType::Signed8 : ElementType::Unsigned8;
    d_.window = {draw(1, 3), draw(1, 3), is_large ? 1 : draw(1, 2), draw(1, 2), draw(1, 2), 1, draw(0, 1), draw(0, 1),
                 draw(0, 1), draw(0, 1)};
    d_.output = {d_.groups * draw(2, 10), d_.window.output_height(d_.input.height),
                 d_.window.output_width(d_.input.width)};
    d_.images = is_large ? 2 : draw(2, 9);
    d_.rows_per_tile = draw(1, (d_.output.height + 1) / 2);
    if (random_.below(2) == 0) {
      d_.images_per_tile = draw(1, (d_.images + 1) / 2);
      d_.rows_per_tile = d_.output.height;
    }
    if (d_.groups == 1) d_.channels_per_group = draw(1, d_.output.channels);
    if (d_.groups > 1) d_.channels_per_group = d_.output.channels;  // whole groups
    d_.input_address = kDramBase + 64;
    dram_.resize(64 + static_cast<std::size_t>(d_.images) * d_.input.size());
    for (auto& byte : dram_) byte = static_cast<std::uint8_t>(random_.below(256));
    draw_kernels();
  }

  void draw_kernels() {
    kernels_.clear();
    weights_.clear();
    for (const ChannelGroup& group : channel_groups(d_)) {
      auto& weights = weights_.emplace_back(static_cast<std::size_t>(group.channels() * fan_in(d_)));
      for (auto& w : weights) w = static_cast<std::int8_t>(random_.between(-127, 127));
      const int inputs = d_.input.channels / d_.groups, outputs = group.channels() / d_.groups;
      kernels_.push_back(std::make_shared<const ConvolutionKernel>(
          ConvolutionKernel::Description{d_.window, d_.input, outputs, d_.groups, inputs, 0, weights.data()},
          ProductPlan::of(table_, Encoding::SignMagnitude, d_.input_type == ElementType::Signed8),
          default_kernel_tier()));
      ASSERT_GT(kernels_.back()->pixels_sharing_rows(), 0);
    }
  }

  RunSums looking_ahead() {
    RunSums sums;
    sums.look_ahead_in([this](std::uint32_t address, Bytes bytes) {
      views_.emplace_back(address - kDramBase - 64, address - kDramBase - 64 + bytes);
      return address - kDramBase + bytes <= dram_.size() ? dram_.data() + (address - kDramBase) : nullptr;
    });
    sums.begin_operation(d_);
    return sums;
  }

  /// A tile's bytes as its transfer brings them.
  std::vector<std::uint8_t> transferred(const RowTile& tile) const {
    const std::uint8_t* first = dram_.data() + 64 + input_offset(d_, tile);
    return {first, first + input_bytes(d_, tile)};
  }

  /// Runs a tile's groups; every sum against three loops over the table.
  void expect_sums(RunSums& sums, const RowTile& tile, const std::vector<std::uint8_t>& input) {
    const auto groups = channel_groups(d_);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::size_t size = positions_of(d_, tile) * static_cast<std::size_t>(groups[g].channels());
      std::vector<std::int32_t> expected(size), own(size, -1);
      const LoweredRun lowered{d_, tile, groups[g], input.data(), weights_[g].data(), 0, expected.data()};
      (void)reference_->run(lowered.products());
      sums.compute(kernels_[g], tile, groups[g], input.data(), own.data());
      ASSERT_EQ(own, expected) << "image " << tile.first_image << ", row " << tile.begin << ", group " << g;
    }
  }

  Random random_{static_cast<std::uint64_t>(GetParam())};
  TruthTable table_ = rough_table(random_);
  std::unique_ptr<ArrayModel> reference_ =
      make_analytic_array(Dataflow::WeightStationary, {}, Encoding::SignMagnitude, {table_});
  Descriptor d_;
  std::vector<std::uint8_t> dram_;
  std::vector<std::vector<std::int8_t>> weights_;
  std::vector<std::shared_ptr<const ConvolutionKernel>> kernels_;
  std::vector<std::pair<Bytes, Bytes>> views_;  ///< From and to, in the tensor.
};

TEST_P(RunSumsTest, TilesTakeTheSumsMadeAhead) {
  RunSums sums = looking_ahead();
  for (int t = 0; t < tile_count(d_); ++t) expect_sums(sums, row_tile(d_, t), transferred(row_tile(d_, t)));
  if (2 * positions_of(d_, row_tile(d_, 0)) <= static_cast<std::uint64_t>(kernels_[0]->pixels_sharing_rows())) {
    EXPECT_FALSE(views_.empty());
  }
  EXPECT_LT(views_.size(), static_cast<std::size_t>(tile_count(d_)));
  std::set<Bytes> begins, ends;  // a view that ends within a tile would be for nothing
  for (int t = 0; t < tile_count(d_); ++t) {
    const RowTile tile = row_tile(d_, t);
    begins.insert(input_offset(d_, tile));
    ends.insert(input_offset(d_, tile) + input_bytes(d_, tile));
  }
  for (int image = 1; image <= d_.images; ++image)  // of whole images, all rows are read
    ends.insert(static_cast<Bytes>(image) * static_cast<Bytes>(d_.input.size()));
  for (const auto& [begin, end] : views_) {
    EXPECT_TRUE(begins.count(begin) == 1 || begin % d_.input.size() == 0) << begin;
    EXPECT_EQ(ends.count(end), 1u) << end;
  }
}

TEST_P(RunSumsTest, OtherBytesThanInDramAreComputedAsTheyAre) {
  RunSums sums = looking_ahead();
  const int changed = static_cast<int>(random_.below(static_cast<std::uint64_t>(tile_count(d_))));
  for (int t = 0; t < tile_count(d_); ++t) {
    auto input = transferred(row_tile(d_, t));
    if (t == changed) input[random_.below(input.size())] ^= 1;
    expect_sums(sums, row_tile(d_, t), input);
  }
}

TEST_P(RunSumsTest, DramThatChangesMeanwhileIsReadAsItWasTransferred) {
  RunSums sums = looking_ahead();
  for (int t = 0; t < tile_count(d_); ++t) {
    expect_sums(sums, row_tile(d_, t), transferred(row_tile(d_, t)));
    dram_[64 + random_.below(dram_.size() - 64)] ^= 1;
  }
}

TEST_P(RunSumsTest, OtherWeightsAndOperationsStartAnew) {
  RunSums sums = looking_ahead();
  expect_sums(sums, row_tile(d_, 0), transferred(row_tile(d_, 0)));
  draw_kernels();
  expect_sums(sums, row_tile(d_, 1), transferred(row_tile(d_, 1)));
  for (auto& byte : dram_) byte ^= 1;
  sums.begin_operation(d_);
  expect_sums(sums, row_tile(d_, 1), transferred(row_tile(d_, 1)));
}

TEST_P(RunSumsTest, WithoutDramRunsAreComputedAlone) {
  RunSums blind;
  blind.begin_operation(d_);
  RunSums outside;
  outside.look_ahead_in([](std::uint32_t, Bytes) { return nullptr; });
  outside.begin_operation(d_);
  for (RunSums* sums : {&blind, &outside})
    for (int t = 0; t < tile_count(d_); ++t) expect_sums(*sums, row_tile(d_, t), transferred(row_tile(d_, t)));
}

INSTANTIATE_TEST_SUITE_P(Drawn, RunSumsTest, ::testing::Range(1, 25));

}  // namespace
}  // namespace axvp
