#include "axvp/explore/explorer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "axvp/explore/scalesim.h"
#include "axvp/explore/sram_area.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

class ExplorerRun : public testing::TemporaryFolder {
 protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    add_network("Layer, M, N, K,\nA, 100, 20, 30,\nB, 60, 40, 20,\n");
    add_network("Layer, M, N, K,\nC, 20, 90, 100,\n");
  }
  void add_network(const char* topology) {
    SweptNetwork network{*parse_topology(topology, "a.csv"), {}};
    const std::vector<ZeroShares> halves(network.shapes.operations.size(), {0.5, 0.0});
    network.points.assign(2, PointActivity{multiplications_of(network.shapes, halves), std::nullopt});
    networks_.push_back(std::move(network));
  }
  static SweepConfig sweep(const std::string& search) {
    auto parsed = parse_sweep("networks = [\"a\", \"b\"]\n[search]\n" + search +
                                  "\n[space]\nrows = [2, 4, 8, 16]\ncolumns = [2, 4, 8, 16]\nweight_kb = [4, 8, 16]\n"
                                  "clock_mhz = [50, 100]\nmultiplier = [\"dadda-exact\", "
                                  "\"dadda_trunc-k7c\"]\n[constraints]\narea_mm2 = 200\n",
                              "sweep.toml", "");
    EXPECT_TRUE(parsed) << parsed.error().message;
    return *parsed;
  }
  /// Area grows with the array and the pool; the exact multiplier costs twice as much; 100 MHz is too fast for 16 rows.
  static Result<PricedConfiguration> price(const PlatformConfig& config, const SweptPool& pool) {
    PricedConfiguration priced;
    priced.area =
        SquareMicrometres{1e6 * config.array.rows * config.array.columns * static_cast<double>(pool.ids.size())};
    for (std::size_t i = 0; i < pool.ids.size(); ++i)
      priced.prices.multiplication[i] = to_energy(Picojoules{pool.ids[i] == "dadda-exact" ? 2.0 : 1.0});
    priced.prices[Event::ActiveCycle] = to_energy(Picojoules{0.5 * config.array.rows});
    priced.is_clock_allowed = config.array.rows < 16 || config.clock_mhz < 100;
    return priced;
  }
  std::vector<ExploredResult> run(const SweepConfig& config, const std::string& name, Shard shard = {}) {
    auto store = ResultStore::open(path(name), "sweep");
    Explorer explorer{config, networks_, price, 2};
    const auto ran = explorer.run(*store, shard, [](auto, auto) {});
    EXPECT_TRUE(ran) << ran.error().message;
    return *store->all();
  }
  std::vector<SweptNetwork> networks_;
};

TEST_F(ExplorerRun, AGridHasEveryConfigurationAndSaysWhatRulesOneOut) {
  const SweepConfig config = sweep("method = \"grid\"");
  const auto all = run(config, "grid.sqlite");
  ASSERT_EQ(all.size(), 2u * 4 * 4 * 3 * 2 * 2);
  int too_fast = 0, too_large = 0;
  for (const ExploredResult& r : all) {
    const Choices choices = config.space.at(r.configuration);
    const PlatformConfig platform = config.space.platform_at(choices);
    too_fast += r.status == "clock too fast" ? 1 : 0;
    too_large += r.status == "area above the constraint" ? 1 : 0;
    ASSERT_GT(r.cycles, 0u);
    EXPECT_DOUBLE_EQ(r.latency_ms, static_cast<double>(r.cycles) / (platform.clock_mhz * 1e3));
    EXPECT_DOUBLE_EQ(r.area_mm2, platform.array.rows * platform.array.columns);
    const double macs = static_cast<double>(networks_[r.network].shapes.macs()) / 2;
    const double pj = macs * (config.space.value(Axis::OperatingPoint, choices) == 0 ? 2.0 : 1.0) +
                      0.5 * platform.array.rows * static_cast<double>(r.cycles);
    EXPECT_NEAR(r.energy_uj, pj * 1e-6, 1e-12 * pj);
  }
  EXPECT_EQ(too_fast, 2 * 4 * 3 * 2);
  EXPECT_EQ(too_large, 2 * 3 * 2);  // 16 x 16 at 50 MHz
}

TEST_F(ExplorerRun, AWholePoolIsPaidForAndMustContainTheOperatingPoint) {
  networks_[1].points[1].reset();  // the second point is for the first network alone
  const auto config = *parse_sweep(
      "networks = [\"a\", \"b\"]\n[space]\nclock_mhz = 50\nmultiplier = [\"dadda-exact\", \"dadda_trunc-k7c\"]\n"
      "pool = [\"own\", [\"dadda-exact\", \"dadda_trunc-k7c\"], [\"dadda-exact\"]]\n",
      "sweep.toml", "");
  const auto all = run(config, "pools.sqlite");
  ASSERT_EQ(all.size(), 2u * 3 * 2);
  for (const int i : {0, 1, 4}) EXPECT_DOUBLE_EQ(all[i].area_mm2, 256.0) << i;
  for (const int i : {2, 3}) EXPECT_DOUBLE_EQ(all[i].area_mm2, 512.0) << i;
  EXPECT_EQ(all[2].energy_uj, all[0].energy_uj) << "the selected multiplier is the same";
  EXPECT_EQ(all[3].energy_uj, all[1].energy_uj);
  EXPECT_LT(all[1].energy_uj, all[0].energy_uj);
  EXPECT_EQ(all[5].status, "pool lacks a multiplier of the operating point");
  EXPECT_EQ(all[7].status, "operating point of another network");
  EXPECT_EQ(all[8].status, "ok");
}

TEST_F(ExplorerRun, ShardsTogetherAreTheGrid) {
  const SweepConfig config = sweep("method = \"grid\"");
  const auto whole = run(config, "whole.sqlite");
  for (std::uint64_t i = 0; i < 3; ++i) run(config, "together.sqlite", {i, 3});
  const auto together = *ResultStore::open(path("together.sqlite"), "sweep")->all();
  EXPECT_EQ(results_csv(config, networks_, together), results_csv(config, networks_, whole));
}

TEST_F(ExplorerRun, ARunThatFindsResultsGoesOnFromThem) {
  const SweepConfig config = sweep("method = \"random\"\nsamples = 50");
  const auto whole = run(config, "random.sqlite");
  EXPECT_EQ(whole.size(), 100u);
  {
    auto store = ResultStore::open(path("part.sqlite"), "sweep");
    Explorer explorer{config, networks_, price, 1};
    const auto some = explorer.evaluate({configurations_of(config, {})[7]});
    ASSERT_TRUE(store->add(*some, {parameters_of(config.space, some->front().configuration),
                                   parameters_of(config.space, some->front().configuration)}));
  }
  EXPECT_EQ(results_csv(config, networks_, run(config, "part.sqlite")), results_csv(config, networks_, whole));
}

TEST_F(ExplorerRun, TheGuidedSearchFindsTheGridsFrontAndTheSameOneAgain) {
  const SweepConfig grid = sweep("method = \"grid\"\nobjectives = [\"latency\", \"energy\"]");
  const SweepConfig guided =
      sweep("method = \"nsga2\"\npopulation = 40\ngenerations = 25\nobjectives = [\"latency\", \"energy\"]");
  const auto all = run(grid, "all.sqlite");
  const auto found = run(guided, "found.sqlite");
  EXPECT_LT(found.size(), all.size());
  const auto values_of = [&](const std::vector<ExploredResult>& results) {
    std::set<std::pair<std::uint32_t, Objectives>> values;
    for (const std::size_t i : front_of(results, 2, grid.objectives))
      values.insert({results[i].network, objectives_of(results[i], grid.objectives)});
    return values;
  };
  EXPECT_EQ(values_of(found), values_of(all));
  EXPECT_EQ(results_csv(guided, networks_, run(guided, "again.sqlite")), results_csv(guided, networks_, found));
  auto store = ResultStore::open(path("shard.sqlite"), "sweep");
  EXPECT_FALSE(Explorer(guided, networks_, price, 1).run(*store, {0, 2}, [](auto, auto) {}));
}

TEST(SramArea, IsThatOfTheCellsByTheirShare) {
  const auto technology = sram_area_of("osu018_stdcells");
  ASSERT_TRUE(technology);
  EXPECT_NEAR(area_of(*technology, 1024).value, 1024 * 8 * 5.59 / 0.7, 1e-6);
  EXPECT_FALSE(sram_area_of("unknown"));
}

}  // namespace
}  // namespace axvp
