// Each Verilated multiplier against its behavioural model, all operand pairs in all modes.

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "axvp/multipliers/catalogue.h"
#include "axvp/verilated/verilated_multiplier.h"

namespace axvp {
namespace {

using ModelPointer = std::shared_ptr<const MultiplierModel>;

/// What a product is at the 16-bit port: two's complement for s8.
std::uint16_t port_value(std::int32_t product) {
  return static_cast<std::uint16_t>(product);
}

class EveryMultiplier : public ::testing::TestWithParam<ModelPointer> {
 protected:
  const MultiplierModel& model() const { return *GetParam(); }
  std::unique_ptr<VerilatedMultiplier> rtl() const { return make_verilated_multiplier(model().rtl_module()); }
};

TEST_P(EveryMultiplier, RtlEqualsModelOnAllOperandPairsInEachMode) {
  const auto circuit = rtl();
  ASSERT_NE(circuit, nullptr) << model().rtl_module();
  ASSERT_EQ(circuit->modes(), model().modes());
  for (int mode = 0; mode < model().modes(); ++mode)
    for (int x = 0; x < 256; ++x)
      for (int w = 0; w < 256; ++w)
        ASSERT_EQ(circuit->multiply(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), mode),
                  port_value(model().multiply(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), mode)))
            << model().id() << ": x = " << x << ", w = " << w << ", mode " << mode;
}

class EveryReconfigurableMultiplier : public EveryMultiplier {};

TEST_P(EveryReconfigurableMultiplier, LeavesNoStateWhenItsModeChanges) {
  const auto circuit = rtl();
  ASSERT_NE(circuit, nullptr) << model().rtl_module();
  // Every ordered pair of modes, the operands once kept and once changed with the mode.
  for (int x = 0; x < 256; x += 5)
    for (int w = 0; w < 256; w += 3)
      for (int before = 0; before < model().modes(); ++before)
        for (int after = 0; after < model().modes(); ++after) {
          const auto a = static_cast<std::uint8_t>(x);
          const auto b = static_cast<std::uint8_t>(w);
          const auto other = static_cast<std::uint8_t>(~x);
          (void)circuit->multiply(a, b, before);
          ASSERT_EQ(circuit->multiply(a, b, after), port_value(model().multiply(a, b, after)))
              << model().id() << ": x = " << x << ", w = " << w << ", mode " << before << " to " << after;
          (void)circuit->multiply(other, b, before);
          ASSERT_EQ(circuit->multiply(a, b, after), port_value(model().multiply(a, b, after)))
              << model().id() << ": x = " << x << ", w = " << w << ", mode " << before << " to " << after;
        }
}

std::string test_name(const ::testing::TestParamInfo<ModelPointer>& info) {
  std::string name{info.param->id()};
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

std::vector<ModelPointer> reconfigurable_models() {
  std::vector<ModelPointer> models;
  for (const auto& model : Catalogue::built_in().models())
    if (model->modes() > 1) models.push_back(model);
  return models;
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, EveryMultiplier, ::testing::ValuesIn(Catalogue::built_in().models()), test_name);
INSTANTIATE_TEST_SUITE_P(BuiltIn, EveryReconfigurableMultiplier, ::testing::ValuesIn(reconfigurable_models()),
                         test_name);

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
