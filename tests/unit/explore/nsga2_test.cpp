#include "axvp/explore/nsga2.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace axvp {
namespace {

/// Two distances from two corners of a 5-axis space: the front is where the axes are monotone between them.
Judgement judge_corner(const Genome& genome) {
  double a = 0, b = 0;
  for (const auto gene : genome) {
    a += gene;
    b += 15.0 - gene;
  }
  return {{a, b * b}, 0.0};
}

TEST(Nsga2, ReachesBothEndsOfAFrontAndSpreadsOverIt) {
  const auto judge = [](const std::vector<Genome>& genomes) {
    std::vector<Judgement> judgements;
    for (const auto& genome : genomes) judgements.push_back(judge_corner(genome));
    return judgements;
  };
  const auto last = nsga2({16, 16, 16, 16, 16}, {48, 60, 3}, judge);
  std::set<double> sums;
  for (const auto& genome : last) sums.insert(judge_corner(genome).objectives[0]);
  EXPECT_EQ(*sums.begin(), 0.0);
  EXPECT_EQ(*sums.rbegin(), 75.0);
  EXPECT_GT(sums.size(), 25u);
}

TEST(Nsga2, PrefersPointsThatKeepTheConstraint) {
  // Objective smallest at 0, but only genomes of at least 9 are allowed.
  const auto judge = [](const std::vector<Genome>& genomes) {
    std::vector<Judgement> judgements;
    for (const auto& genome : genomes)
      judgements.push_back({{static_cast<double>(genome[0])}, genome[0] < 9 ? 9.0 - genome[0] : 0.0});
    return judgements;
  };
  for (const auto& genome : nsga2({32}, {8, 30, 1}, judge)) EXPECT_EQ(genome[0], 9u);
}

TEST(Nsga2, TheSameSeedAsksForTheSameGenomes) {
  const auto trace_of = [](std::uint64_t seed) {
    std::vector<Genome> trace;
    nsga2({8, 4, 7}, {10, 6, seed}, [&](const std::vector<Genome>& genomes) {
      trace.insert(trace.end(), genomes.begin(), genomes.end());
      std::vector<Judgement> judgements;
      for (const auto& genome : genomes) judgements.push_back(judge_corner(genome));
      return judgements;
    });
    return trace;
  };
  EXPECT_EQ(trace_of(5), trace_of(5));
  EXPECT_NE(trace_of(5), trace_of(6));
  EXPECT_EQ(trace_of(5).size(), 70u);
}

}  // namespace
}  // namespace axvp
