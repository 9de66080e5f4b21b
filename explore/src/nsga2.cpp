#include "axvp/explore/nsga2.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "axvp/common/random.h"

namespace axvp {
namespace {

struct Individual {
  Genome genome;
  Judgement judgement;
  std::size_t rank = 0;
  double crowding = 0.0;
};

bool is_better(const Judgement& a, const Judgement& b) {
  if (a.violation > 0.0 || b.violation > 0.0) return a.violation < b.violation;
  return dominates(a.objectives, b.objectives);
}

/// Ranks by fast non-dominated sorting; returns the fronts as indices.
std::vector<std::vector<std::size_t>> rank(std::vector<Individual>& all) {
  std::vector<std::vector<std::size_t>> beaten(all.size());
  std::vector<std::size_t> better(all.size());
  for (std::size_t a = 0; a < all.size(); ++a)
    for (std::size_t b = 0; b < all.size(); ++b)
      if (a != b && is_better(all[a].judgement, all[b].judgement)) {
        beaten[a].push_back(b);
        ++better[b];
      }
  std::vector<std::vector<std::size_t>> fronts(1);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (better[i] == 0) fronts[0].push_back(i);
  while (!fronts.back().empty()) {
    std::vector<std::size_t> next;
    for (const std::size_t i : fronts.back()) {
      all[i].rank = fronts.size() - 1;
      for (const std::size_t j : beaten[i])
        if (--better[j] == 0) next.push_back(j);
    }
    std::sort(next.begin(), next.end());
    fronts.push_back(std::move(next));
  }
  fronts.pop_back();
  return fronts;
}

void measure_crowding(std::vector<Individual>& all, const std::vector<std::size_t>& front) {
  for (const std::size_t i : front) all[i].crowding = 0.0;
  const std::size_t count = all[front[0]].judgement.objectives.size();
  for (std::size_t o = 0; o < count; ++o) {
    const auto value = [&](std::size_t i) { return all[i].judgement.objectives[o]; };
    std::vector<std::size_t> order = front;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return value(a) != value(b) ? value(a) < value(b) : a < b; });
    const double span = value(order.back()) - value(order.front());
    all[order.front()].crowding = all[order.back()].crowding = std::numeric_limits<double>::infinity();
    if (!(span > 0.0)) continue;
    for (std::size_t i = 1; i + 1 < order.size(); ++i)
      all[order[i]].crowding += (value(order[i + 1]) - value(order[i - 1])) / span;
  }
}

bool precedes(const Individual& a, const Individual& b) {
  return a.rank != b.rank ? a.rank < b.rank : a.crowding > b.crowding;
}

/// The best `count` of `all`: whole fronts, and of the last one those with the most room around them.
std::vector<Individual> select(std::vector<Individual> all, std::size_t count) {
  for (const auto& front : rank(all)) measure_crowding(all, front);
  std::stable_sort(all.begin(), all.end(), precedes);
  all.resize(std::min(count, all.size()));
  return all;
}

class Breeder {
 public:
  Breeder(const std::vector<std::uint32_t>& choices, std::uint64_t seed) : choices_(choices), random_(seed) {}

  Genome any() {
    Genome genome;
    for (const std::uint32_t count : choices_) genome.push_back(static_cast<std::uint32_t>(random_.below(count)));
    return genome;
  }

  Genome child(const std::vector<Individual>& parents) {
    const Genome& a = tournament(parents).genome;
    const Genome& b = tournament(parents).genome;
    Genome genome(choices_.size());
    for (std::size_t i = 0; i < genome.size(); ++i) genome[i] = random_.below(2) == 0 ? a[i] : b[i];
    for (std::size_t i = 0; i < genome.size(); ++i)
      if (random_.below(genome.size()) == 0) mutate(genome[i], choices_[i]);
    return genome;
  }

 private:
  const Individual& tournament(const std::vector<Individual>& parents) {
    const Individual& a = parents[random_.below(parents.size())];
    const Individual& b = parents[random_.below(parents.size())];
    return precedes(b, a) ? b : a;
  }

  void mutate(std::uint32_t& gene, std::uint32_t count) {
    switch (random_.below(3)) {
      case 0:
        gene = gene > 0 ? gene - 1 : gene;
        break;
      case 1:
        gene = gene + 1 < count ? gene + 1 : gene;
        break;
      default:
        gene = static_cast<std::uint32_t>(random_.below(count));
    }
  }

  const std::vector<std::uint32_t>& choices_;
  Random random_;
};

std::vector<Individual> judged(std::vector<Genome> genomes,
                               const std::function<std::vector<Judgement>(const std::vector<Genome>&)>& judge) {
  const auto judgements = judge(genomes);
  std::vector<Individual> individuals(genomes.size());
  for (std::size_t i = 0; i < genomes.size(); ++i) {
    individuals[i].genome = std::move(genomes[i]);
    individuals[i].judgement = judgements[i];
  }
  return individuals;
}

}  // namespace

std::vector<Genome> nsga2(const std::vector<std::uint32_t>& choices, const Nsga2Options& options,
                          const std::function<std::vector<Judgement>(const std::vector<Genome>&)>& judge) {
  if (options.population < 4 || choices.empty()) throw std::invalid_argument("nsga2: population or axes");
  Breeder breeder{choices, options.seed};
  std::vector<Genome> first;
  for (std::size_t i = 0; i < options.population; ++i) first.push_back(breeder.any());
  std::vector<Individual> population = select(judged(std::move(first), judge), options.population);
  for (std::size_t g = 0; g < options.generations; ++g) {
    std::vector<Genome> children;
    for (std::size_t i = 0; i < options.population; ++i) children.push_back(breeder.child(population));
    for (Individual& child : judged(std::move(children), judge)) population.push_back(std::move(child));
    population = select(std::move(population), options.population);
  }
  std::vector<Genome> genomes;
  for (Individual& individual : population) genomes.push_back(std::move(individual.genome));
  return genomes;
}

}  // namespace axvp
