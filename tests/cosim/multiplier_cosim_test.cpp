// Each Verilated multiplier against its behavioural model, all operand pairs in all modes, modes in all orders.

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/proof.h"
#include "axvp/verilated/verilated_multiplier.h"

namespace axvp {
namespace {

using ModelPointer = std::shared_ptr<const MultiplierModel>;

class EveryMultiplier : public ::testing::TestWithParam<ModelPointer> {};

TEST_P(EveryMultiplier, RtlEqualsModelOnAllOperandPairsAndAtEveryChangeOfMode) {
  const MultiplierModel& model = *GetParam();
  const auto circuit = make_verilated_multiplier(model.rtl_module());
  ASSERT_NE(circuit, nullptr) << model.rtl_module();
  ASSERT_EQ(circuit->modes(), model.modes());
  std::vector<TruthTable> tables;
  for (int mode = 0; mode < model.modes(); ++mode) tables.push_back(model.table(mode));
  const auto mismatch = first_mismatch(
      [&circuit](std::uint8_t x, std::uint8_t w, int mode) { return circuit->multiply(x, w, mode); }, tables);
  EXPECT_FALSE(mismatch) << model.id() << ": " << to_string(*mismatch);
}

std::string test_name(const ::testing::TestParamInfo<ModelPointer>& info) {
  std::string name{info.param->id()};
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, EveryMultiplier, ::testing::ValuesIn(Catalogue::built_in().models()), test_name);

TEST(VerilatedMultipliers, AreTheBuiltInOnes) {
  std::vector<std::string_view> expected;
  for (const auto& model : Catalogue::built_in().models()) expected.push_back(model->rtl_module());
  EXPECT_THAT(verilated_multiplier_modules(), ::testing::UnorderedElementsAreArray(expected));
}

TEST(VerilatedMultipliers, UnknownModuleGivesNothing) {
  EXPECT_EQ(make_verilated_multiplier("ax_mul_no_such"), nullptr);
}

TEST(VerilatedMultipliers, TakeTheActivationFirst) {
  // Without the two lowest rows of w: 7 * (5 & ~3) = 28, the other way round 5 * (7 & ~3) = 20.
  const auto circuit = make_verilated_multiplier("ax_mul_dadda_perf_w2");
  ASSERT_NE(circuit, nullptr);
  EXPECT_EQ(circuit->multiply(7, 5, 0), 28);
  EXPECT_EQ(circuit->multiply(5, 7, 0), 20);
}

TEST(VerilatedMultipliers, ObjectsAreIndependent) {
  const auto first = make_verilated_multiplier("ax_mul_gated_dadda_468");
  const auto second = make_verilated_multiplier("ax_mul_gated_dadda_468");
  EXPECT_EQ(first->multiply(15, 15, 0), 225);
  EXPECT_EQ(second->multiply(15, 15, 2), 64);
  EXPECT_EQ(first->multiply(15, 15, 0), 225);
}

}  // namespace
}  // namespace axvp
