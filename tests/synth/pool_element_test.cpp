// A processing element that is synthesised together with its pool.
#include "axvp/power/pool_element.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Selectable> pool_of(const std::vector<std::string>& ids) {
  std::vector<Selectable> pool;
  for (const auto& id : ids) pool.push_back(Catalogue::built_in().find(id).value());
  return pool;
}

constexpr ElementKind kWs = ElementKind::WeightStationary, kOs = ElementKind::OutputStationary;

Result<PoolElement> characterise_pool(const std::vector<Selectable>& pool, ElementKind kind = kWs) {
  CharacteriseOptions options = test_options();
  options.transitions = 1u << 14;
  return characterise_pool_element(pool, kind, test_synthesiser(), options);
}

TEST(PoolElement, CostsWhatItsPartsCost) {
  const auto element = characterise_pool(
      pool_of({"dadda-exact", "dadda_trunc-k7c", "gated_dadda-468/m0", "gated_dadda-468/m3", "dadda_perf-w2.swap"}));
  ASSERT_TRUE(element) << element.error().message;
  EXPECT_THAT(element->instances,
              ElementsAre("dadda-exact", "dadda_trunc-k7c", "gated_dadda-468", "dadda_perf-w2.swap"));
  ASSERT_EQ(element->selectables.size(), 5u);
  constexpr double kRounding = 1e-5;  // figures end at 1e-6 pJ
  for (const auto& s : element->selectables) {
    EXPECT_NEAR(s.per_mac.total().value,
                (s.multiplication.total() + s.other_instances.total() + s.element.active_mac.total()).value, kRounding)
        << s.selectable;
    EXPECT_LT(s.per_mac_zero_delay.total(), s.per_mac.total()) << s.selectable;
    // The one switch of the selection in 32 cycles is in it.
    EXPECT_LT(s.other_instances.total().value, 0.7) << s.selectable << ": isolated instances do not toggle";
    EXPECT_LT(s.element.gated_mac.total(), s.element.active_mac.total());
    EXPECT_LT(s.element.idle_cycle.total(), s.element.gated_mac.total());
  }
  const auto share = [&](const char* id) { return element->find(id)->multiplication.total(); };
  EXPECT_LT(share("dadda_trunc-k7c"), share("dadda-exact"));
  EXPECT_LT(share("gated_dadda-468/m3"), share("gated_dadda-468/m0"));
}

TEST(PoolElement, TakesTheAreaOfItsInstancesAndMoreForIsolation) {
  const auto one = characterise_pool(pool_of({"dadda-exact"}));
  const auto two = characterise_pool(pool_of({"dadda-exact", "dadda_trunc-k7c"}));
  const auto bare = characterise_processing_element(Encoding::SignMagnitude, kWs, test_synthesiser(), test_options());
  const auto instances =
      characterise_multipliers(pool_of({"dadda-exact", "dadda_trunc-k7c"}), test_synthesiser(), test_options());
  ASSERT_TRUE(one && two && bare && instances);
  // A bit of the selection less; products of 16 bits are and-ed with the gate in both.
  EXPECT_NEAR(one->area.value, bare->area.value + (*instances)[0].area.value, 0.03 * bare->area.value);
  EXPECT_GT(two->area, one->area + (*instances)[1].area);
  EXPECT_GT(two->delay, (*instances)[0].delay) << "the path goes through the pool and the adder";
}

TEST(PoolElement, OfTwosComplementHasItsOwnElement) {
  const auto element = characterise_pool(pool_of({"bw-exact", "bw_trunc-k7c"}));
  ASSERT_TRUE(element) << element.error().message;
  EXPECT_LT(element->find("bw_trunc-k7c")->per_mac.total(), element->find("bw-exact")->per_mac.total());
  EXPECT_EQ(element->find("bw-exact")->element.encoding, Encoding::TwosComplement);
  EXPECT_EQ(element->find("dadda-exact"), nullptr);
}

TEST(PoolElement, OfOutputStationaryArraysPaysForBothOperandsAndTheDrainInsteadOfLoads) {
  for (const auto& ids : {std::vector<std::string>{"dadda-exact", "gated_dadda-468/m3"},
                          std::vector<std::string>{"bw-exact", "bw_trunc-k7c"}}) {
    const auto os = characterise_pool(pool_of(ids), kOs), ws = characterise_pool(pool_of(ids), kWs);
    ASSERT_TRUE(os) << os.error().message;
    ASSERT_TRUE(ws) << ws.error().message;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const PoolSelectableEnergy &o = os->selectables[i], &w = ws->selectables[i];
      EXPECT_EQ(o.element.kind, kOs);
      EXPECT_EQ(o.element.weight_load.total().value, 0.0);
      // A weight that changes in every cycle toggles more of the multiplier than one that stays.
      EXPECT_GT(o.multiplication.total(), w.multiplication.total()) << ids[i];
      EXPECT_LT(o.element.gated_mac.total(), o.element.active_mac.total());
      EXPECT_LT(o.element.idle_cycle.total(), o.element.gated_mac.total());
    }
    EXPECT_GT(os->selectables[0].element.idle_cycle.total(), ws->selectables[0].element.idle_cycle.total())
        << "a second operand and a drain register are clocked";
  }
}

TEST(PoolElement, RefusesWhatIsNoPool) {
  EXPECT_THAT(characterise_pool({}).error().message, HasSubstr("the pool is empty"));
  EXPECT_THAT(characterise_pool(pool_of({"dadda-exact", "bw-exact"})).error().message,
              HasSubstr("bw-exact: is of encoding s8, dadda-exact of sm8; a pool has one"));
  auto pool = pool_of({"dadda-exact"});
  pool[0].rtl_module.clear();
  EXPECT_THAT(characterise_pool(pool).error().message, HasSubstr("dadda-exact: is a table only"));
  pool = pool_of({"dadda-exact", "dadda_trunc-k7c"});
  pool[1].rtl_module = "ax_mul_dadda_trunc_k8c";
  EXPECT_THAT(characterise_pool(pool).error().message,
              HasSubstr("dadda_trunc-k7c: ax_pool_element: the mapped netlist differs: psum_o = "));
}

}  // namespace
}  // namespace axvp
