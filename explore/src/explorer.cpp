#include "axvp/explore/explorer.h"

#include <algorithm>
#include <limits>
#include <set>

#include "axvp/common/parallel.h"
#include "axvp/common/random.h"
#include "axvp/common/text.h"
#include "axvp/explore/nsga2.h"

namespace axvp {
namespace {

constexpr double kMicrojoulesPerPicojoule = 1e-6;
constexpr double kSquareMillimetresPerSquareMicrometre = 1e-6;
constexpr const char* kOk = "ok";

/// How far a result is from its constraints, 0 if it keeps them; what does not fit at all is further than anything.
double violation_of(const ExploredResult& result, const SweepConfig& sweep) {
  if (result.cycles == 0) return std::numeric_limits<double>::max();
  double violation = result.is_ok() ? 0.0 : 1e-9;
  const auto add = [&](const std::optional<double>& most, double value) {
    if (most && value > *most) violation += value / *most - 1.0;
  };
  add(sweep.most_area_mm2, result.area_mm2);
  add(sweep.most_power_mw, result.power_mw);
  add(sweep.most_latency_ms, result.latency_ms);
  return violation;
}

/// Where in `pool` the point's selectables are; none if one of them is not there.
std::optional<std::vector<std::size_t>> selectors_of(const SweptPoint& point, const std::vector<std::string>& pool) {
  std::vector<std::size_t> selectors;
  for (const std::string& id : point.selectable_of_layer) {
    const auto found = std::find(pool.begin(), pool.end(), id);
    if (found == pool.end()) return std::nullopt;
    selectors.push_back(static_cast<std::size_t>(found - pool.begin()));
  }
  return selectors;
}

std::string status_of(const ExploredResult& result, const PricedConfiguration& priced, const SweepConfig& sweep) {
  if (!priced.is_clock_allowed) return "clock too fast";
  if (sweep.most_area_mm2 && result.area_mm2 > *sweep.most_area_mm2) return "area above the constraint";
  if (sweep.most_power_mw && result.power_mw > *sweep.most_power_mw) return "power above the constraint";
  if (sweep.most_latency_ms && result.latency_ms > *sweep.most_latency_ms) return "latency above the constraint";
  return kOk;
}

std::string number_or_nothing(const std::optional<double>& number) {
  return number ? shortest(*number) : std::string{};
}

}  // namespace

std::vector<std::uint64_t> configurations_of(const SweepConfig& sweep, const Shard& shard) {
  std::vector<std::uint64_t> configurations;
  if (sweep.method == SearchMethod::Random) {
    Random random{sweep.seed};
    std::set<std::uint64_t> drawn;
    // R. W. Floyd: any set of so many numbers with the same probability, in as many draws (CACM 30(9), 1987).
    for (std::uint64_t last = sweep.space.size() - sweep.samples; last < sweep.space.size(); ++last) {
      const std::uint64_t candidate = random.below(last + 1);
      if (!drawn.insert(candidate).second) drawn.insert(last);
    }
    for (const std::uint64_t configuration : drawn)
      if (configuration % shard.count == shard.index) configurations.push_back(configuration);
  } else {
    for (std::uint64_t c = shard.index; c < sweep.space.size(); c += shard.count) configurations.push_back(c);
  }
  return configurations;
}

Explorer::Explorer(const SweepConfig& sweep, const std::vector<SweptNetwork>& networks, Pricer pricer, unsigned threads)
    : sweep_(sweep), networks_(networks), pricer_(std::move(pricer)), threads_(threads) {
  for (const SweptPool& pool : sweep.space.pools) {
    auto& row = selectors_.emplace_back();
    for (const SweptPoint& point : sweep.space.points)
      row.push_back(selectors_of(point, pool.ids.empty() ? point.own_pool.ids : pool.ids));
  }
}

Result<void> Explorer::estimate_hardware(const std::vector<std::uint64_t>& configurations) {
  std::vector<std::uint64_t> examples;  // one configuration of each hardware
  for (const std::uint64_t configuration : configurations)
    if (estimates_.try_emplace(sweep_.space.hardware_of(configuration)).second) examples.push_back(configuration);
  std::vector<Estimates> found(examples.size());
  for_each_dynamic(examples.size(), threads_, [&](std::size_t i) {
    const Choices choices = sweep_.space.at(examples[i]);
    const PlatformConfig config = sweep_.space.platform_at(choices);
    for (const SweptNetwork& network : networks_) {
      const auto own = estimate(network.shapes, config);
      found[i].push_back(own ? std::optional{*own} : std::nullopt);
    }
  });
  for (std::size_t i = 0; i < examples.size(); ++i)
    estimates_[sweep_.space.hardware_of(examples[i])] = std::move(found[i]);
  return {};
}

ExploredResult Explorer::judge(std::uint64_t configuration, std::uint32_t network,
                               const PricedConfiguration& priced) const {
  const Choices choices = sweep_.space.at(configuration);
  ExploredResult result;
  result.configuration = configuration;
  result.network = network;
  result.area_mm2 = priced.area.value * kSquareMillimetresPerSquareMicrometre;
  const auto pool = static_cast<std::size_t>(sweep_.space.value(Axis::Pool, choices));
  const auto point = static_cast<std::size_t>(sweep_.space.value(Axis::OperatingPoint, choices));
  const auto& selectors = selectors_[pool][point];
  const auto& activity = networks_[network].points[point];
  const auto& estimate = estimates_.at(sweep_.space.hardware_of(configuration))[network];
  if (activity) result.top1_fraction = activity->top1_fraction;
  result.status = !selectors  ? "pool lacks a multiplier of the operating point"
                  : !activity ? "operating point of another network"
                  : !estimate ? "does not fit the scratchpads"
                              : kOk;
  if (!result.is_ok()) return result;
  constexpr double kCyclesPerMillisecondAndMegahertz = 1e3;
  result.array_cycles = estimate->array_cycles;
  result.cycles = estimate->latency;
  result.latency_ms = static_cast<double>(estimate->latency) /
                      (sweep_.space.value(Axis::ClockMhz, choices) * kCyclesPerMillisecondAndMegahertz);
  constexpr double kMillisecondsPerSecond = 1e3;
  const double images = sweep_.space.value(Axis::Batch, choices);
  result.images_per_second = images * kMillisecondsPerSecond / result.latency_ms;
  const double inference_uj = energy_of(*estimate, activity->multiplications, images, priced.prices, *selectors).value *
                              kMicrojoulesPerPicojoule;
  result.energy_uj = inference_uj / images;
  result.power_mw = inference_uj / result.latency_ms;
  result.energy_delay_uj_ms = result.energy_uj * result.latency_ms;
  result.status = status_of(result, priced, sweep_);
  return result;
}

Result<std::vector<ExploredResult>> Explorer::evaluate(const std::vector<std::uint64_t>& configurations) {
  if (auto estimated = estimate_hardware(configurations); !estimated) return forward_error(estimated);
  std::vector<ExploredResult> results;
  results.reserve(configurations.size() * networks_.size());
  for (const std::uint64_t configuration : configurations) {
    const Choices choices = sweep_.space.at(configuration);
    const auto priced = pricer_(sweep_.space.platform_at(choices), sweep_.space.pool_at(choices));
    if (!priced) return forward_error(priced);
    for (std::uint32_t n = 0; n < networks_.size(); ++n) results.push_back(judge(configuration, n, *priced));
  }
  return results;
}

Result<void> Explorer::add(ResultStore& store, const std::vector<std::uint64_t>& configurations) {
  const auto results = evaluate(configurations);
  if (!results) return forward_error(results);
  std::vector<std::vector<std::string>> parameters;
  for (const ExploredResult& result : *results) parameters.push_back(parameters_of(sweep_.space, result.configuration));
  return store.add(*results, parameters);
}

Result<void> Explorer::run(ResultStore& store, const Shard& shard,
                           const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  if (sweep_.method == SearchMethod::Nsga2) {
    if (shard.count > 1)
      return fail("method nsga2 cannot be divided into shards: each generation needs the one before");
    return search(store, progress);
  }
  const auto known = store.configurations();
  if (!known) return forward_error(known);
  const auto wanted = configurations_of(sweep_, shard);
  std::vector<std::uint64_t> missing;
  for (const std::uint64_t configuration : wanted)
    if (known->count(configuration) == 0) missing.push_back(configuration);
  std::uint64_t done = wanted.size() - missing.size();
  for (std::size_t begin = 0; begin < missing.size(); begin += kChunk) {
    const std::size_t end = std::min(begin + kChunk, missing.size());
    const auto first = missing.begin();
    estimates_.clear();  // numbers ascend: few hardwares come again
    const std::vector<std::uint64_t> chunk(first + static_cast<std::ptrdiff_t>(begin),
                                           first + static_cast<std::ptrdiff_t>(end));
    if (auto added = add(store, chunk); !added) return added;
    done += chunk.size();
    progress(done, wanted.size());
  }
  return {};
}

Result<void> Explorer::search(ResultStore& store, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::vector<std::uint32_t> choices;
  for (const auto& values : sweep_.space.values) choices.push_back(static_cast<std::uint32_t>(values.size()));
  Result<void> outcome;
  std::uint64_t done = 0;
  const std::uint64_t total = networks_.size() * sweep_.population * (sweep_.generations + 1);
  for (std::uint32_t n = 0; n < networks_.size(); ++n) {
    const auto judge_all = [&](const std::vector<Genome>& genomes) {
      std::vector<Judgement> judgements(genomes.size(), Judgement{Objectives(sweep_.objectives.size()), 0.0});
      if (!outcome) return judgements;
      std::vector<std::uint64_t> configurations;
      for (const Genome& genome : genomes) {
        Choices point{};
        std::copy(genome.begin(), genome.end(), point.begin());
        configurations.push_back(sweep_.space.index_of(point));
      }
      std::vector<std::uint64_t> distinct = configurations;
      std::sort(distinct.begin(), distinct.end());
      distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
      outcome = add(store, distinct);
      const auto results = evaluate(configurations);
      if (outcome && !results) outcome = forward_error(results);
      if (!outcome) return judgements;
      for (std::size_t i = 0; i < genomes.size(); ++i) {
        const ExploredResult& result = (*results)[i * networks_.size() + n];
        judgements[i] = {objectives_of(result, sweep_.objectives), violation_of(result, sweep_)};
      }
      done += genomes.size();
      progress(done, total);
      return judgements;
    };
    nsga2(choices, {sweep_.population, sweep_.generations, derive_seed(sweep_.seed, n)}, judge_all);
    if (!outcome) return outcome;
  }
  return outcome;
}

Objectives objectives_of(const ExploredResult& result, const std::vector<Objective>& objectives) {
  Objectives values;
  for (const Objective objective : objectives) switch (objective) {
      case Objective::Latency:
        values.push_back(result.latency_ms);
        break;
      case Objective::Energy:
        values.push_back(result.energy_uj);
        break;
      case Objective::Area:
        values.push_back(result.area_mm2);
        break;
      case Objective::EnergyDelay:
        values.push_back(result.energy_delay_uj_ms);
        break;
      case Objective::Accuracy:
        values.push_back(-result.top1_fraction.value_or(0.0));
        break;
      case Objective::Throughput:
        values.push_back(-result.images_per_second);
        break;
    }
  return values;
}

std::vector<std::size_t> front_of(const std::vector<ExploredResult>& results, std::size_t networks,
                                  const std::vector<Objective>& objectives) {
  std::vector<std::size_t> front;
  for (std::size_t n = 0; n < networks; ++n) {
    std::vector<std::size_t> candidates;
    std::vector<Objectives> points;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].network != n || !results[i].is_ok()) continue;
      candidates.push_back(i);
      points.push_back(objectives_of(results[i], objectives));
    }
    for (const std::size_t member : pareto_front(points)) front.push_back(candidates[member]);
  }
  return front;
}

std::vector<std::string> parameters_of(const DesignSpace& space, std::uint64_t configuration) {
  const Choices choices = space.at(configuration);
  std::vector<std::string> texts;
  for (std::size_t a = 0; a < kAxes; ++a) texts.push_back(space.text(static_cast<Axis>(a), choices));
  return texts;
}

std::string results_csv(const SweepConfig& sweep, const std::vector<SweptNetwork>& networks,
                        const std::vector<ExploredResult>& results) {
  std::vector<std::string> heading{"network", "configuration"};
  for (std::size_t a = 0; a < kAxes; ++a) heading.emplace_back(to_string(static_cast<Axis>(a)));
  heading.insert(heading.end(), {"status", "array_cycles", "cycles", "latency_ms", "images_per_second", "energy_uj",
                                 "area_mm2", "power_mw", "energy_delay_uj_ms", "top1_fraction"});
  std::string csv = csv_line(heading);
  for (const ExploredResult& r : results) {
    std::vector<std::string> cells{networks[r.network].shapes.name, std::to_string(r.configuration)};
    for (std::string& text : parameters_of(sweep.space, r.configuration)) cells.push_back(std::move(text));
    cells.insert(cells.end(),
                 {r.status, std::to_string(r.array_cycles), std::to_string(r.cycles), shortest(r.latency_ms),
                  shortest(r.images_per_second), shortest(r.energy_uj), shortest(r.area_mm2), shortest(r.power_mw),
                  shortest(r.energy_delay_uj_ms), number_or_nothing(r.top1_fraction)});
    csv += csv_line(cells);
  }
  return csv;
}

}  // namespace axvp
