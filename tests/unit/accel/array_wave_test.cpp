// Waves of the array as a viewer reads them: what is in a VCD after every edge, against the array itself.
#include "axvp/accel/array_wave.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "array_chains.h"
#include "axvp/accel/cycle_array.h"
#include "axvp/common/file.h"
#include "axvp/multipliers/catalogue.h"
#include "temporary_folder.h"
#include "vcd_reader.h"

namespace axvp {
namespace {

using testing::ChainShape;
using testing::RandomChain;
using testing::Vcd;

/// Remembers the sums of its elements after each edge.
class Watched final : public ClockedWsArray {
 public:
  Watched(std::unique_ptr<ClockedWsArray> array, std::vector<std::vector<std::int32_t>>& sums)
      : array_(std::move(array)), sums_(sums) {}
  ArrayConfig shape() const override { return array_->shape(); }
  std::int32_t partial_sum(int row, int column) const override { return array_->partial_sum(row, column); }
  const std::int32_t* clock(const WsArrayInputs& inputs) override {
    const std::int32_t* out = array_->clock(inputs);
    std::vector<std::int32_t>& now = sums_.emplace_back();
    for (int r = 0; r < shape().rows; ++r)
      for (int c = 0; c < shape().columns; ++c) now.push_back(partial_sum(r, c));
    return out;
  }

 private:
  std::unique_ptr<ClockedWsArray> array_;
  std::vector<std::vector<std::int32_t>>& sums_;
};

class ArrayWaveFile : public testing::TemporaryFolder {
 protected:
  static constexpr int kRows = 2, kColumns = 3;

  /// Two runs, of operations 0 ("conv1", begins in cycle 100) and 1 ("conv2", in 1000).
  void record(const TimelineWindow& window) {
    const auto table = Catalogue::built_in().find("dadda_trunc-k9c")->table;
    auto file = make_vcd_file(path("wave.vcd"));
    ASSERT_TRUE(file) << file.error().message;
    ArrayWave wave{std::move(*file), {"conv1", "conv2"}, window, 100.0};
    const auto model = make_array_model(
        std::make_unique<Watched>(make_cycle_ws_array({kRows, kColumns}, Encoding::SignMagnitude, {table}), sums_),
        "cycle", &wave);
    Random random{3};
    for (std::uint32_t node = 0; node < 2; ++node) {
      RandomChain chain{{ChainShape{4, 3, 3}, ChainShape{2, 2, 2}}, 1, random};
      wave.begin_run(node, node == 0 ? 100 : 1000);
      (void)model->run(chain.products());
      if (node == 0) first_run_ = sums_.size();
    }
    edges_ = wave.edges();
    dropped_ = wave.dropped();
    const auto closed = wave.close();
    ASSERT_TRUE(closed) << closed.error().message;
  }
  [[nodiscard]] Vcd vcd() const { return Vcd{read_text_file(path("wave.vcd")).value()}; }

  std::vector<std::vector<std::int32_t>> sums_;
  std::size_t first_run_ = 0;
  std::uint64_t edges_ = 0, dropped_ = 0;
};

TEST_F(ArrayWaveFile, HoldsTheSumOfEveryElementAfterEveryEdge) {
  record({});
  const Vcd wave = vcd();
  ASSERT_EQ(edges_, sums_.size());
  ASSERT_GT(edges_, 20u);
  for (std::size_t edge = 0; edge < sums_.size(); ++edge) {
    const auto values = wave.at(10'000 * edge);  // 100 MHz
    EXPECT_EQ(values.at("platform.clk"), 1u);
    EXPECT_EQ(values.at("platform.operation"), edge < first_run_ ? 0u : 1u);
    EXPECT_EQ(values.at("platform.cycle"), edge < first_run_ ? 100 + edge : 1000 + edge - first_run_);
    for (int r = 0; r < kRows; ++r)
      for (int c = 0; c < kColumns; ++c)
        ASSERT_EQ(values.at("pe_" + std::to_string(r) + "_" + std::to_string(c) + ".sum"),
                  static_cast<std::uint32_t>(sums_[edge][static_cast<std::size_t>(r * kColumns + c)]))
            << "edge " << edge << ", element " << r << ", " << c;
  }
  EXPECT_EQ(wave.at(5'000).at("platform.clk"), 0u);
}

TEST_F(ArrayWaveFile, OperandsExplainTheProductsThatSumsGrowBy) {
  record({});
  const Vcd wave = vcd();
  const auto table = Catalogue::built_in().find("dadda_trunc-k9c")->table;
  std::size_t products = 0;
  for (std::size_t edge = 1; edge + 1 < sums_.size(); ++edge) {
    if (edge + 1 == first_run_ || edge == first_run_) continue;  // the operands of the run before are gone
    const auto before = wave.at(10'000 * edge), after = wave.at(10'000 * (edge + 1));
    for (int r = 0; r < kRows; ++r) {
      const std::string pe = "pe_" + std::to_string(r) + "_1.", north = "pe_" + std::to_string(r - 1) + "_1.";
      const int nine_bits = static_cast<int>(before.at(pe + "x"));
      const int x = nine_bits < 256 ? nine_bits : nine_bits - 512;
      const int w = static_cast<std::int8_t>(before.at(pe + "w"));
      std::int32_t product = 0;
      if (x != 0 && w != 0)
        product = (x < 0) != (w < 0)
                      ? -table(static_cast<std::uint8_t>(std::abs(x)), static_cast<std::uint8_t>(std::abs(w)))
                      : table(static_cast<std::uint8_t>(std::abs(x)), static_cast<std::uint8_t>(std::abs(w)));
      const auto above = r == 0 ? 0 : static_cast<std::int32_t>(before.at(north + "sum"));
      ASSERT_EQ(static_cast<std::int32_t>(after.at(pe + "sum")), above + product) << "edge " << edge << ", row " << r;
      products += product != 0 ? 1 : 0;
    }
  }
  EXPECT_GT(products, 10u);
}

TEST_F(ArrayWaveFile, OfOneOperationOrOfSomeCyclesHoldsThoseAlone) {
  TimelineWindow layer;
  layer.layer = "conv2";
  record(layer);
  EXPECT_EQ(edges_, sums_.size() - first_run_);
  EXPECT_EQ(vcd().at(0).at("platform.cycle"), 1000u);
  sums_.clear();
  TimelineWindow cycles;
  cycles.begin = 105;
  cycles.end = 110;
  record(cycles);
  EXPECT_EQ(edges_, 5u);
  EXPECT_EQ(vcd().at(0).at("platform.cycle"), 105u);
  EXPECT_EQ(vcd().at(40'000).at("platform.cycle"), 109u);
}

TEST_F(ArrayWaveFile, CountsWhatDoesNotFit) {
  TimelineWindow few;
  few.most_events = 7;
  record(few);
  EXPECT_EQ(edges_, 7u);
  EXPECT_EQ(dropped_, sums_.size() - 7);
}

TEST_F(ArrayWaveFile, ThatIsNotCompletedLeavesNothing) {
  auto file = make_vcd_file(path("wave.vcd"));
  ASSERT_TRUE(file);
  { const ArrayWave wave{std::move(*file), {}, {}, 100.0}; }
  EXPECT_FALSE(std::filesystem::exists(path("wave.vcd")));
  EXPECT_FALSE(std::filesystem::exists(path("wave.vcd.part")));
  EXPECT_FALSE(make_vcd_file(path("no/such/folder/wave.vcd")));
}

}  // namespace
}  // namespace axvp
