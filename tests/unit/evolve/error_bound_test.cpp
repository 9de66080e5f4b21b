#include "axvp/evolve/error_bound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "circuits.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

constexpr OperandDomain kUnsigned{Encoding::SignMagnitude, 8};
constexpr OperandDomain kMagnitudes{Encoding::SignMagnitude, 7};
constexpr OperandDomain kSigned{Encoding::TwosComplement, 8};

/// The definitions, pair by pair; the sums are whole numbers.
ErrorFigures naive_figures(const GateCircuit& circuit, const OperandDomain& domain) {
  const TruthTable table = tabulate(circuit, domain.encoding);
  std::int64_t absolute = 0, sum = 0, squares = 0;
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 1 << domain.weight_bits; ++w) {
      const bool is_signed = domain.encoding == Encoding::TwosComplement;
      const int exact = is_signed ? static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w) : x * w;
      const std::int64_t error = table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)) - exact;
      absolute += std::abs(error);
      sum += error;
      squares += error * error;
    }
  const double pairs = 256.0 * (1 << domain.weight_bits);
  const double mean = static_cast<double>(sum) / pairs;
  return {static_cast<double>(absolute) / pairs, mean,
          std::sqrt(std::max(0.0, static_cast<double>(squares) / pairs - mean * mean))};
}

ErrorEvaluator evaluator(const OperandDomain& domain, const ErrorBound& bound,
                         InstructionSet set = InstructionSet::Best) {
  return ErrorEvaluator::make(domain, bound, set).value();
}

std::vector<GateCircuit> some_circuits() {
  std::vector<GateCircuit> circuits{built_in_circuit("dadda-exact"), built_in_circuit("dadda_trunc-k7c"),
                                    built_in_circuit("dadda_or-v8"), built_in_circuit("dadda_perf-w2")};
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    circuits.push_back(mutated_circuit(circuits[seed % 4], static_cast<int>(seed * seed), seed));
  return circuits;
}

TEST(ErrorBoundTest, FiguresEqualTheDefinitionsOnAllPairs) {
  for (const OperandDomain& domain : {kUnsigned, kMagnitudes, kSigned}) {
    ErrorEvaluator error = evaluator(domain, {});
    for (const GateCircuit& circuit : some_circuits()) {
      const ErrorFigures found = error.figures(compile(circuit)), expected = naive_figures(circuit, domain);
      ASSERT_DOUBLE_EQ(found.mean_absolute, expected.mean_absolute);
      ASSERT_DOUBLE_EQ(found.mean, expected.mean);
      ASSERT_NEAR(found.standard_deviation, expected.standard_deviation, 1e-6 * (1 + expected.standard_deviation));
    }
  }
}

TEST(ErrorBoundTest, WeightedFiguresEqualTheCatalogueMetrics) {
  OperandHistograms usage;  // counts that sum to 2^14 are weights as they are
  Random random{3};
  for (int n = 0; n < 1 << 14; ++n) {
    ++usage.x[random.below(256) * random.below(256) / 256];
    ++usage.w[random.below(128)];
  }
  ErrorBound bound;
  bound.usage = usage;
  ErrorEvaluator error = evaluator(kUnsigned, bound);
  for (const GateCircuit& circuit : some_circuits()) {
    const ErrorFigures found = error.figures(compile(circuit));
    const ErrorMetrics expected =
        weighted_error_metrics(tabulate(circuit, Encoding::SignMagnitude), Encoding::SignMagnitude, usage.x, usage.w);
    ASSERT_NEAR(found.mean_absolute, expected.mae, 1e-9 * (1 + expected.mae));
    ASSERT_NEAR(found.mean, expected.mean, 1e-9 * (1 + expected.mae));
    ASSERT_NEAR(found.standard_deviation, expected.std, 1e-6 * (1 + expected.std));
  }
}

TEST(ErrorBoundTest, TheLimitItselfIsWithin) {
  for (const ErrorMetric metric : {ErrorMetric::MeanAbsolute, ErrorMetric::StandardDeviation})
    for (const GateCircuit& circuit : some_circuits()) {
      const ErrorFigures figures = naive_figures(circuit, kUnsigned);
      const double value = metric == ErrorMetric::MeanAbsolute ? figures.mean_absolute : figures.standard_deviation;
      const double slack = 1e-9 * value + 1e-7;  // less than one unit in one pair
      ErrorBound bound;
      bound.metric = metric;
      bound.limit = value + slack;
      const auto within = evaluator(kUnsigned, bound).within_bound(compile(circuit));
      ASSERT_TRUE(within) << value;
      EXPECT_NEAR(*within, value, 1e-6 * (1 + value));
      if (value == 0) continue;
      bound.limit = value - slack;
      EXPECT_FALSE(evaluator(kUnsigned, bound).within_bound(compile(circuit))) << value;
    }
}

TEST(ErrorBoundTest, ZeroProductsAndMeanAreBounds) {
  ErrorBound bound;
  bound.limit = 1000;
  bound.zero_products = true;
  // The compensated multiplier gives its constant for x = 0, the truncated one 0.
  EXPECT_FALSE(evaluator(kUnsigned, bound).within_bound(compile(built_in_circuit("dadda_trunc-k7c"))));
  EXPECT_TRUE(evaluator(kUnsigned, bound).within_bound(compile(built_in_circuit("dadda_trunc-k7"))));
  bound.zero_products = false;
  bound.mean_limit = 0.25;  // the means are -0.25 and -192.25: 769 / 4 lost, 768 / 4 added back
  EXPECT_TRUE(evaluator(kUnsigned, bound).within_bound(compile(built_in_circuit("dadda_trunc-k7c"))));
  EXPECT_FALSE(evaluator(kUnsigned, bound).within_bound(compile(built_in_circuit("dadda_trunc-k7"))));
  bound.mean_limit = 0.24;
  EXPECT_FALSE(evaluator(kUnsigned, bound).within_bound(compile(built_in_circuit("dadda_trunc-k7c"))));
}

TEST(ErrorBoundTest, AllInstructionSetsGiveTheSameNumbers) {
  if (!name_of(InstructionSet::Avx512)) GTEST_SKIP() << "this machine has no AVX-512";
  ErrorBound weighted;
  weighted.usage = OperandHistograms{};
  for (std::size_t code = 0; code < 256; ++code) {
    weighted.usage->x[code] = 1000 / (1 + code);
    weighted.usage->w[code] = 300 + code * code;
  }
  for (const ErrorBound& bound : {ErrorBound{}, weighted})
    for (const OperandDomain& domain : {kUnsigned, kMagnitudes, kSigned}) {
      ErrorEvaluator fast = evaluator(domain, bound, InstructionSet::Avx512);
      ErrorEvaluator portable = evaluator(domain, bound, InstructionSet::Portable);
      for (const GateCircuit& circuit : some_circuits()) {
        const ErrorFigures a = fast.figures(compile(circuit)), b = portable.figures(compile(circuit));
        EXPECT_EQ(a.mean_absolute, b.mean_absolute);
        EXPECT_EQ(a.mean, b.mean);
        EXPECT_EQ(a.standard_deviation, b.standard_deviation);
        ErrorBound tight = bound;
        tight.limit = a.mean_absolute;
        EXPECT_EQ(evaluator(domain, tight, InstructionSet::Avx512).within_bound(compile(circuit)),
                  evaluator(domain, tight, InstructionSet::Portable).within_bound(compile(circuit)));
      }
    }
}

TEST(ErrorBoundTest, ChildrenAreJudgedLikeOtherCircuitsButForAFew) {
  Random random{11};
  for (const double limit : {20.0, 400.0}) {
    ErrorBound bound;
    bound.limit = limit;
    ErrorEvaluator error = evaluator(kUnsigned, bound), reference = evaluator(kUnsigned, bound);
    Genome parent = encode(built_in_circuit("dadda_or-v5"), 50);
    CircuitProgram parent_program, program;
    compile(parent, parent_program);
    error.set_parent(parent_program);
    int within = 0, lost = 0;
    for (int n = 0; n < 2000; ++n) {
      Genome child = parent;
      for (std::uint64_t count = random.below(4); count > 0; --count) mutate_gene(child, all_functions(), random);
      compile(child, program);
      const auto expected = reference.within_bound(program);
      const auto found = error.child_within_bound(program);
      lost += expected && !found ? 1 : 0;
      if (!found) continue;
      ASSERT_EQ(found, expected) << "child " << n;
      ++within;
      parent = child;
      error.set_parent(program);
    }
    EXPECT_GT(within, 100);
    EXPECT_LE(lost, within / 50);
  }
}

TEST(ErrorBoundTest, SaysWhatIsWrong) {
  const auto message = [](const OperandDomain& domain, const ErrorBound& bound) {
    const auto made = ErrorEvaluator::make(domain, bound);
    return made ? std::string{"no error"} : made.error().message;
  };
  ErrorBound bound;
  EXPECT_THAT(message({Encoding::TwosComplement, 7}, bound), HasSubstr("expected 8, or 7 for sm8"));
  bound.limit = -1;
  EXPECT_THAT(message(kUnsigned, bound), HasSubstr("error limit -1"));
  bound.limit = 1;
  bound.usage = OperandHistograms{};
  EXPECT_THAT(message(kUnsigned, bound), HasSubstr("histogram of x is empty"));
  bound.usage->x[1] = 1;
  bound.usage->w[200] = 1;
  EXPECT_THAT(message(kMagnitudes, bound), HasSubstr("histogram of w is empty over its 7 bits"));
}

}  // namespace
}  // namespace axvp
