#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "axvp/explore/pareto.h"

namespace axvp {

/// One choice per axis.
using Genome = std::vector<std::uint32_t>;

struct Judgement {
  Objectives objectives;
  double violation = 0.0;  ///< Of the constraints; 0 if all hold. Any feasible point beats any other one.
};

struct Nsga2Options {
  std::size_t population = 64;  ///< Even, at least 4.
  std::size_t generations = 40;
  std::uint64_t seed = 1;
};

/// NSGA-II (Deb, Pratap, Agarwal, Meyarivan 2002) over axes with `choices[a]` > 0 choices each: binary tournaments by
/// rank and crowding distance, uniform crossover, mutation of each axis with probability 1 / axes to a neighbour or to
/// any choice. `judge` gets whole generations, so that it can work in parallel. Returns the last population. The same
/// options and judgements give the same sequence of calls.
std::vector<Genome> nsga2(const std::vector<std::uint32_t>& choices, const Nsga2Options& options,
                          const std::function<std::vector<Judgement>(const std::vector<Genome>&)>& judge);

}  // namespace axvp
