#include "axvp/multipliers/compensation.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "axvp/multipliers/catalogue.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

const MultiplierDesign& design(const std::string& id) {
  const auto& all = built_in_designs();
  return *std::find_if(all.begin(), all.end(), [&id](const MultiplierDesign& d) { return d.id == id; });
}

OperandHistogram only(std::initializer_list<std::uint8_t> codes) {
  OperandHistogram counts{};
  for (const std::uint8_t code : codes) counts[code] = 1;
  return counts;
}

/// Half-normal codes, none of them 0: like activations behind a ReLU, or weights' magnitudes.
OperandHistogram half_normal(double sigma, int largest) {
  OperandHistogram counts{};
  for (int code = 1; code <= largest; ++code)
    counts[static_cast<std::size_t>(code)] =
        static_cast<std::uint64_t>(1e6 * std::exp(-code * code / (2 * sigma * sigma)));
  return counts;
}

std::int32_t constant_of(const Result<MultiplierDesign>& compensated) {
  return std::get<DaddaParameters>(compensated->parameters).constant;
}

double mean_of(const MultiplierDesign& d, const OperandHistogram& x, const OperandHistogram& w) {
  const auto model = make_model(d);
  return weighted_error_metrics(model->table(0), model->encoding(), x, w).mean;
}

TEST(Compensation, OfASingleProductEqualsHandCalculation) {
  // 3 * 5: the partial products stand in columns 0, 1, 2, 3; without the first three 7 is lost.
  const auto trunc = design("dadda_trunc-k3");
  EXPECT_EQ(constant_of(compensated_for(trunc, "t", only({3}), only({5}), 0)), 7);
  EXPECT_EQ(constant_of(compensated_for(trunc, "t", only({3}), only({5}), 1)), 8);  // 3.5 steps of 2: away from 0
  EXPECT_EQ(constant_of(compensated_for(trunc, "t", only({3}), only({5}), 2)), 8);
  // With w = 4, too, which is exact: a mean loss of 3.5.
  EXPECT_EQ(constant_of(compensated_for(trunc, "t", only({3}), only({5, 8}), 2)), 4);
}

TEST(Compensation, IsTheBestOfAllConstants) {
  const OperandHistogram x = half_normal(40, 255), w = half_normal(20, 127);
  for (const char* id : {"dadda_trunc-k7c", "dadda_or-v8", "dadda_bam-h2v6c.swap", "bw_trunc-k8", "bw_or-v9c"}) {
    for (const int lowest_bit : {0, 5}) {
      const auto compensated = compensated_for(design(id), "c", x, w, lowest_bit);
      ASSERT_TRUE(compensated) << compensated.error().message;
      const double mean = std::abs(mean_of(*compensated, x, w));
      for (const int steps : {-1, 1}) {
        MultiplierDesign other = *compensated;
        auto& constant = std::get<DaddaParameters>(other.parameters).constant;
        constant += steps * (1 << lowest_bit);
        if (constant < 0 && id[0] == 'd') continue;
        EXPECT_LE(mean, std::abs(mean_of(other, x, w))) << id << ", bit " << lowest_bit << ", " << steps;
      }
    }
  }
}

TEST(Compensation, ForUniformOperandsIsTheBuiltInOne) {
  OperandHistogram uniform;
  uniform.fill(1);
  for (const auto& [id, lowest_bit] :
       {std::pair{"dadda_trunc-k7c", 6}, {"dadda_trunc-k10c", 9}, {"dadda_or-v6c", 5}, {"bw_trunc-k10c", 9}}) {
    const auto compensated = compensated_for(design(id), "c", uniform, uniform, lowest_bit);
    ASSERT_TRUE(compensated);
    EXPECT_EQ(constant_of(compensated), std::get<DaddaParameters>(design(id).parameters).constant) << id;
  }
}

TEST(Compensation, ForSmallOperandsIsSmallerThanForUniformOnes) {
  const OperandHistogram x = half_normal(40, 255), w = half_normal(20, 127);
  const auto compensated = compensated_for(design("dadda_trunc-k7c"), "dadda_trunc-k7w", x, w, 3);
  ASSERT_TRUE(compensated);
  EXPECT_EQ(compensated->id, "dadda_trunc-k7w");
  EXPECT_LT(constant_of(compensated), 192);
  EXPECT_LE(std::abs(mean_of(*compensated, x, w)), 4.0);  // half a step
  EXPECT_GT(std::abs(mean_of(design("dadda_trunc-k7c"), x, w)), 4.0);
}

TEST(Compensation, IsNotNegativeWhereProductsAreNot) {
  OperandHistogram uniform;
  uniform.fill(1);
  ASSERT_GT(mean_of(design("dadda_seg-k4"), uniform, uniform), 100.0);
  EXPECT_EQ(constant_of(compensated_for(design("dadda_seg-k4"), "c", uniform, uniform, 0)), 0);
}

TEST(Compensation, RefusesWhatHasNoConstant) {
  const auto message = [](const char* id, const OperandHistogram& x, int lowest_bit) {
    const auto compensated = compensated_for(design(id), "c", x, only({1}), lowest_bit);
    return compensated ? std::string{"compensated"} : compensated.error().message;
  };
  EXPECT_THAT(message("gated_dadda-468", only({1}), 0), HasSubstr("gated_dadda-468: only fixed designs"));
  EXPECT_THAT(message("drum-k6", only({1}), 0), HasSubstr("only fixed designs"));
  EXPECT_THAT(message("dadda_trunc-k7", {}, 0), HasSubstr("histogram is empty"));
  EXPECT_THAT(message("dadda_trunc-k7", only({1}), 16), HasSubstr("expected 0 to 15"));
}

}  // namespace
}  // namespace axvp
