#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/evolve/evolution.h"
#include "axvp/power/synthesis.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

Result<EvolutionConfig> config_from(const std::string& toml) {
  const auto document = parse_toml(toml, "evolve.toml");
  if (!document) return forward_error(document);
  return evolution_config_from(*document);
}

std::string message(const std::string& toml) {
  const auto config = config_from(toml);
  return config ? std::string{"no error"} : config.error().message;
}

TEST(EvolutionConfigTest, ReadsEveryField) {
  std::string counts;
  for (int code = 0; code < 256; ++code) counts += std::to_string(code) + ", ";
  const auto config = config_from(
      "encoding = 's8'\ncost = 'zero_delay'\nseeds = ['a', 'b.sv']\nmap_seeds = false\nliberty = 'l.lib'\ntransitions "
      "= 1024\n"
      "operands = 'o.csv'\n[error]\nmetric = 'std'\nlimit = 12.5\nzero_products = true\nmean_limit = 0.5\n"
      "usage = { x = [" +
      counts + "], w = [" + counts +
      "] }\n"
      "[search]\nseed = 7\nevaluations = 1000\nislands = 3\noffspring = 2\nmutated_genes = 4\ndrift = 0.03\n"
      "idle_share = 1.5\nepoch_evaluations = 100\nmigration_epochs = 0\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->domain.encoding, Encoding::TwosComplement);
  EXPECT_EQ(config->domain.weight_bits, 8);
  EXPECT_EQ(config->cost, CostKind::ZeroDelay);
  EXPECT_EQ(config->seeds, (std::vector<std::string>{"a", "b.sv"}));
  EXPECT_EQ(config->bound.metric, ErrorMetric::StandardDeviation);
  EXPECT_EQ(config->bound.limit, 12.5);
  EXPECT_EQ(config->bound.mean_limit, 0.5);
  ASSERT_TRUE(config->bound.usage);
  EXPECT_EQ(config->bound.usage->w[200], 200u);
  EXPECT_EQ(config->search.seed, 7u);
  EXPECT_EQ(config->search.migration_epochs, 0u);
  const auto again = config_from("encoding = 's8'\n[error]\nlimit = 1\n");
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again)["encoding"], "s8");
}

TEST(EvolutionConfigTest, EightBySevenIsTheDefaultOfSm8) {
  const auto config = config_from("[error]\nlimit = 1\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->domain.weight_bits, 7);
  EXPECT_EQ(config->cost, CostKind::Glitch);
}

TEST(EvolutionConfigTest, SaysWhereItIsWrong) {
  EXPECT_THAT(message("[error]\nlimit = -1\n"), HasSubstr("evolve.toml: line 2"));
  EXPECT_THAT(message("[error]\n"), HasSubstr("limit"));
  EXPECT_THAT(message("cots = 'area'\n[error]\nlimit = 1\n"), HasSubstr("did you mean `cost`"));
  EXPECT_THAT(message("cost = 'arae'\n[error]\nlimit = 1\n"), HasSubstr("area"));
  EXPECT_THAT(message("encoding = 's8'\nweight_bits = 7\n[error]\nlimit = 1\n"), HasSubstr("line 2"));
  EXPECT_THAT(message("transitions = 1000\n[error]\nlimit = 1\n"), HasSubstr("multiple of 512"));
  EXPECT_THAT(message("seeds = []\n[error]\nlimit = 1\n"), HasSubstr("at least one"));
  EXPECT_THAT(message("[error]\nlimit = 1\nusage = { x = [1, 2], w = [3] }\n"), HasSubstr("2 counts, expected 256"));
}

TEST(EvolutionConfigTest, OperandsAreReadStrictly) {
  const OperandDomain domain{Encoding::SignMagnitude, 7};
  const auto good = parse_operands("x_before,w_before,x,w\n1,2,3,4\n255,127,0,5\n", "o.csv", domain);
  ASSERT_TRUE(good) << good.error().message;
  ASSERT_EQ(good->size(), 2u);
  EXPECT_EQ((*good)[1].from.x, 255);
  EXPECT_EQ((*good)[1].to.w, 5);
  const OperandHistograms histograms = histograms_of(*good);
  EXPECT_EQ(histograms.x[3], 1u);
  EXPECT_EQ(histograms.x[1], 0u);
  EXPECT_EQ(histograms.w[5], 1u);
  const auto error_of = [&domain](const std::string& csv) {
    const auto operands = parse_operands(csv, "o.csv", domain);
    return operands ? std::string{"no error"} : operands.error().message;
  };
  EXPECT_THAT(error_of("x,w\n"), HasSubstr("o.csv: line 1: found 'x,w', expected 'x_before,w_before,x,w'"));
  EXPECT_THAT(error_of("x_before,w_before,x,w\n1,2,3,128\n"), HasSubstr("o.csv: line 2: found '1,2,3,128'"));
  EXPECT_THAT(error_of("x_before,w_before,x,w\n1,2,3\n"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("x_before,w_before,x,w\n1,2,3,-1\n"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("x_before,w_before,x,w\n1,2,3,4x\n"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("x_before,w_before,x,w\n"), HasSubstr("no operands"));
}

TEST(EvolutionConfigTest, PrepareSaysWhichSeedIsWrong) {
  EvolutionConfig config;
  config.bound.limit = 100;
  config.map_seeds = false;
  const auto error_with_seed = [&config](const std::string& seed) {
    config.seeds = {seed};
    const auto task = prepare(config);
    return task ? std::string{"no error"} : task.error().message;
  };
  EXPECT_THAT(error_with_seed("dadda-exatc"), HasSubstr("did you mean `dadda-exact`"));
  EXPECT_THAT(error_with_seed("gated_dadda-468/m0"), HasSubstr("has modes"));
  EXPECT_EQ(error_with_seed("dadda_trunc-k6c"), "no error");
  config.domain = {Encoding::TwosComplement, 8};
  EXPECT_THAT(error_with_seed("dadda-exact"), HasSubstr("is an sm8 multiplier, expected s8"));
  config.liberty = "no.lib";
  EXPECT_THAT(error_with_seed("dadda-exact"), HasSubstr("no.lib"));
}

TEST(EvolutionConfigTest, MappedSeedsComputeTheSameWithFewerCells) {
  if (!Synthesiser::create({})) GTEST_SKIP() << "Yosys or the default library is missing";
  EvolutionConfig config;
  config.bound.limit = 1000;
  config.domain.weight_bits = 8;
  config.seeds = {"dadda_or-v8", "dadda_trunc-k7c"};
  config.map_seeds = false;
  const auto plain = prepare(config);
  config.map_seeds = true;
  const auto mapped = prepare(config);
  ASSERT_TRUE(plain && mapped) << (plain ? mapped : plain).error().message;
  auto cost = CircuitCost::make(CostKind::Area, plain->cells, {}).value();
  for (std::size_t n = 0; n < 2; ++n) {
    EXPECT_EQ(tabulate(mapped->seeds[n], Encoding::SignMagnitude), tabulate(plain->seeds[n], Encoding::SignMagnitude));
    EXPECT_LE(cost.area(compile(mapped->seeds[n])).value, cost.area(compile(plain->seeds[n])).value);
  }
  // The OR columns become AND-OR cells.
  EXPECT_LT(cost.area(compile(mapped->seeds[0])).value, 0.9 * cost.area(compile(plain->seeds[0])).value);
}

}  // namespace
}  // namespace axvp
