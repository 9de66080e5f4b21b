// A part of the array in RTL beside the model: silent while they agree, and one clear finding when they do not.

#include "axvp/cosim/lockstep.h"

#include <gmock/gmock.h>

#include "array_chains.h"
#include "axvp/accel/cycle_array.h"
#include "axvp/multipliers/catalogue.h"

namespace axvp {
namespace {

using ::testing::MatchesRegex;
using testing::RandomChain;

const std::vector<std::string> kIds{"dadda-exact", "dadda_trunc-k9c", "gated_dadda-468/m2"};

std::vector<TruthTable> tables() {
  std::vector<TruthTable> result;
  for (const auto& id : kIds) result.push_back(Catalogue::built_in().find(id)->table);
  return result;
}

/// `wrong` has the module of another multiplier.
std::vector<RtlSelectable> rtl_pool(const std::string& wrong = "") {
  std::vector<RtlSelectable> pool;
  for (const auto& id : kIds) {
    const auto selectable = Catalogue::built_in().find(id == wrong ? "dadda_trunc-k7c" : id);
    pool.push_back({id, selectable->rtl_module, selectable->mode});
  }
  return pool;
}

std::unique_ptr<ClockedWsArray> model(ArrayConfig shape = {4, 4}) {
  return make_cycle_ws_array(shape, Encoding::SignMagnitude, tables());
}
std::unique_ptr<ClockedOsArray> os_model(ArrayConfig shape = {4, 4}) {
  return make_cycle_os_array(shape, Encoding::SignMagnitude, tables());
}

/// Three chains through the array; what it found.
template <class Array>
std::string finding_of(std::unique_ptr<Array> array) {
  const auto level = make_array_model(std::move(array), "cycle");
  Random random{5};
  for (int i = 0; i < 3; ++i) {
    RandomChain chain{{{9, 11, 6}, {1, 4, 4}, {30, 7, 5}, {16, 9, 9}, {12, 4, 4}}, 3, random};
    (void)level->run(chain.products());
  }
  return level->finding();
}

TEST(Lockstep, EveryElementOfTheModelEqualsItsRtl) {
  for (int r = 0; r < 4; ++r)
    for (int c = 0; c < 4; ++c) {
      auto array = make_lockstep_element(model(), r, c, rtl_pool());
      ASSERT_TRUE(array) << array.error().message;
      EXPECT_EQ(finding_of(std::move(*array)), "") << r << ", " << c;
      auto os_array = make_lockstep_element(os_model(), r, c, rtl_pool());
      ASSERT_TRUE(os_array) << os_array.error().message;
      EXPECT_EQ(finding_of(std::move(*os_array)), "") << r << ", " << c << ", output-stationary";
    }
}

TEST(Lockstep, AnElementWithAWrongMultiplierIsNamedWithItsOperands) {
  auto array = make_lockstep_element(model(), 2, 1, rtl_pool("dadda_trunc-k9c"));
  EXPECT_THAT(
      finding_of(std::move(*array)),
      MatchesRegex(
          "fold .*, PE .2, 1., cycle .*, x = .*, w = .*, dadda_trunc-k9c: partial sum .* in RTL, .* in the model"));
}

TEST(Lockstep, AnOutputStationaryElementWithAWrongMultiplierIsNamedWithItsOperands) {
  auto array = make_lockstep_element(os_model(), 2, 1, rtl_pool("dadda_trunc-k9c"));
  EXPECT_THAT(
      finding_of(std::move(*array)),
      MatchesRegex(
          "fold .*, PE .2, 1., cycle .*, x = .*, w = .*, dadda_trunc-k9c: partial sum .* in RTL, .* in the model"));
  auto multiplier =
      make_lockstep_multiplier(os_model(), 1, 3, "dadda_trunc-k9c", rtl_pool("dadda_trunc-k9c"), tables());
  EXPECT_THAT(
      finding_of(std::move(*multiplier)),
      MatchesRegex(
          "fold .*, PE .1, 3., cycle .*, dadda_trunc-k9c: product of the magnitudes .* in RTL, .* in the model"));
}

TEST(Lockstep, OneMultiplierOfOneElement) {
  auto good = make_lockstep_multiplier(model(), 1, 3, "dadda_trunc-k9c", rtl_pool(), tables());
  EXPECT_EQ(finding_of(std::move(*good)), "");
  auto wrong = make_lockstep_multiplier(model(), 1, 3, "dadda_trunc-k9c", rtl_pool("dadda_trunc-k9c"), tables());
  EXPECT_THAT(
      finding_of(std::move(*wrong)),
      MatchesRegex(
          "fold .*, PE .1, 3., cycle .*, dadda_trunc-k9c: product of the magnitudes .* in RTL, .* in the model"));
}

TEST(Lockstep, TheWholeArray) {
  const ArrayConfig shape{5, 3};
  EXPECT_EQ(finding_of(make_lockstep_array(model(shape), make_rtl_ws_array(shape, rtl_pool()).value(), kIds)), "");
  EXPECT_THAT(
      finding_of(make_lockstep_array(model(shape), make_rtl_ws_array(shape, rtl_pool("dadda-exact")).value(), kIds)),
      MatchesRegex("fold .*, PE .*, cycle .*, x = .*, w = .*, dadda-exact: partial sum .* in RTL, .* in the model"));
}

TEST(Lockstep, TheWholeOutputStationaryArray) {
  const ArrayConfig shape{16, 16};
  const auto finding = [&](const std::string& wrong) {
    auto array = make_lockstep_array(make_cycle_os_array(shape, Encoding::SignMagnitude, tables()),
                                     make_rtl_os_array(shape, rtl_pool(wrong)).value(), kIds);
    const auto level = make_array_model(std::move(array), "cycle");
    Random random{6};
    RandomChain chain{{{20, 11, 6}, {1, 4, 4}, {30, 27, 17}}, 3, random};
    (void)level->run(chain.products());
    return level->finding();
  };
  EXPECT_EQ(finding(""), "");
  EXPECT_NE(finding("dadda-exact") + finding("dadda_trunc-k9c") + finding("gated_dadda-468/m2"), "");
}

TEST(Lockstep, SaysWhatCannotBePromoted) {
  EXPECT_EQ(make_lockstep_element(model(), 4, 0, rtl_pool()).error().message,
            "element (4, 0) is outside of the 4 x 4 array");
  EXPECT_EQ(make_lockstep_multiplier(model(), 0, 0, "drum-k4", rtl_pool(), tables()).error().message,
            "drum-k4 is not one of the run's multipliers");
  EXPECT_EQ(make_lockstep_element(model(), 0, 0, {{"mine", "", 0}}).error().message, "mine has no RTL in this build");
}

}  // namespace
}  // namespace axvp
