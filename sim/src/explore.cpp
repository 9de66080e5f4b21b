#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/provenance.h"
#include "axvp/common/text.h"
#include "axvp/explore/sram_area.h"
#include "axvp/sc_models/platform.h"
#include "embedded_files.h"
#include "exploration_files.h"
#include "explore_command.h"

namespace axvp::sim {
namespace {

struct Options {
  std::vector<std::string> words;  ///< SWEEP, or merge SWEEP.
  std::string output = "axvp-exploration";
  std::string shard, confirm, energy_table;
  std::size_t confirm_points = 20;
  std::vector<std::uint64_t> confirm_configurations;
  unsigned threads = 0;
};

/// Everything that a sweep names, opened.
struct OpenedSweep {
  std::string text, sha256, energy_sha256;
  SweepConfig config;
  EnergyTable energy;
  std::vector<ExploredWorkload> workloads;
  std::vector<SweptNetwork> networks;
};

/// The energy table must know every multiplier of the sweep.
Result<void> check_multipliers(const OpenedSweep& sweep) {
  const auto check = [&](const SweptPool& pool) -> Result<void> {
    for (const std::string& id : pool.ids)
      if (const auto row = sweep.energy.find(id); !row) return forward_error(row);
    if (const auto element = sweep.energy.pe(pool.encoding); !element) return forward_error(element);
    return {};
  };
  for (const SweptPoint& point : sweep.config.space.points)
    if (auto known = check(point.own_pool); !known) return known;
  for (const SweptPool& pool : sweep.config.space.pools)
    if (!pool.ids.empty())
      if (auto known = check(pool); !known) return known;
  return {};
}

/// Networks of one name get the path from the sweep's folder.
void name_apart(OpenedSweep& sweep, const std::filesystem::path& folder) {
  std::map<std::string, int> times;
  for (const ExploredWorkload& workload : sweep.workloads) ++times[workload.swept.shapes.name];
  for (std::size_t n = 0; n < sweep.workloads.size(); ++n) {
    std::string& name = sweep.workloads[n].swept.shapes.name;
    const std::filesystem::path path{sweep.config.networks[n]};
    if (times[name] > 1)
      name = path.is_absolute() == folder.is_absolute() ? path.lexically_relative(folder).string() : path.string();
  }
}

Result<OpenedSweep> open_sweep(const std::string& file, const Options& options, ProgressStyle progress) {
  OpenedSweep sweep;
  auto text = read_text_file(file);
  if (!text) return forward_error(text);
  sweep.text = std::move(*text);
  auto config = parse_sweep(sweep.text, file, std::filesystem::path{file}.parent_path().string());
  if (!config) return forward_error(config);
  sweep.config = std::move(*config);
  std::string table{default_energy_table()};
  if (!options.energy_table.empty()) {
    auto content = read_text_file(options.energy_table);
    if (!content) return forward_error(content);
    table = std::move(*content);
  }
  auto energy =
      parse_energy_table(table, options.energy_table.empty() ? "embedded energy table" : options.energy_table);
  if (!energy) return forward_error(energy);
  sweep.energy = std::move(*energy);
  sweep.energy_sha256 = sha256(table);
  if (auto known = check_multipliers(sweep); !known) return fail_in(file, known);
  std::string identity = sweep.text + sweep.energy_sha256 + std::string{version()};
  std::set<std::string> point_files;
  for (const SweptPoint& point : sweep.config.space.points)
    if (!point.file.empty() && point_files.insert(point.file).second) {
      const auto hash = sha256_of_file(point.file);
      if (!hash) return forward_error(hash);
      identity += *hash;
    }
  for (const std::string& name : sweep.config.networks) {
    auto workload = open_explored(name, sweep.config, sweep.energy, progress);
    if (!workload) return forward_error(workload);
    identity += workload->sha256;
    sweep.workloads.push_back(std::move(*workload));
  }
  name_apart(sweep, std::filesystem::path{file}.parent_path());
  for (const ExploredWorkload& workload : sweep.workloads) sweep.networks.push_back(workload.swept);
  for (std::size_t p = 0; p < sweep.config.space.points.size(); ++p)
    if (std::none_of(sweep.networks.begin(), sweep.networks.end(),
                     [&](const SweptNetwork& network) { return network.points[p].has_value(); }))
      return fail("{}: operating_points: {} is made for none of the networks (SHA-256 {})", file,
                  sweep.config.space.points[p].own_pool.name,
                  sweep.config.space.points[p].network_sha256.substr(0, 12));
  const auto& objectives = sweep.config.objectives;
  if (std::find(objectives.begin(), objectives.end(), Objective::Accuracy) != objectives.end())
    for (const auto& workload : sweep.workloads)
      if (!workload.has_values)
        return fail("{}: objective accuracy: the topology {} has no values", file, workload.swept.shapes.name);
  sweep.sha256 = sha256(identity);
  return sweep;
}

/// Memories by the table of sram_area.h.
Result<PricedConfiguration> price(const OpenedSweep& sweep, const SramArea& sram, const PlatformConfig& config,
                                  const SweptPool& swept) {
  SelectablePool pool;
  pool.encoding = swept.encoding;
  pool.ids = swept.ids;
  auto prices = event_prices(sweep.energy, pool, config);
  if (!prices) return forward_error(prices);
  const auto area = datapath_area(sweep.energy, pool, config);
  if (!area) return forward_error(area);
  PricedConfiguration priced;
  priced.prices = *prices;
  const Bytes memories =
      config.activation_bytes() + config.weight_bytes() + config.accumulator_bytes() + config.parameter_bytes();
  priced.area = area->array + area->vector_unit + area_of(sram, memories);
  priced.is_clock_allowed = check_clock(sweep.energy, pool, config).has_value();
  return priced;
}

Result<Shard> parse_shard(const std::string& text) {
  if (text.empty()) return Shard{};
  const auto parts = split(text, '/');
  Shard shard;
  const auto whole = [](const std::string& digits) {
    return !digits.empty() && digits.size() < 8 && digits.find_first_not_of("0123456789") == std::string::npos;
  };
  if (parts.size() != 2 || !whole(parts[0]) || !whole(parts[1]))
    return fail("--shard {}: expected I/N, e.g. 3/8", text);
  shard.index = std::stoull(parts[0]);
  shard.count = std::stoull(parts[1]);
  if (shard.index < 1 || shard.index > shard.count) return fail("--shard {}: expected 1 to N of N", text);
  --shard.index;
  return shard;
}

std::string shard_file(const Shard& shard) {
  return fmt::format("shard-{}-of-{}.sqlite", shard.index + 1, shard.count);
}

/// Indices into the results that are simulated, and a remark on those that the level cannot run.
struct ConfirmationPlan {
  std::vector<std::size_t> chosen;
  std::string remark;
};

Result<void> can_simulate(const Options& options, const OpenedSweep& sweep, const ExploredResult& result) {
  if (result.cycles == 0) return fail("configuration {}: {}", result.configuration, result.status);
  const auto simulated =
      check_simulation(sweep.config.space, sweep.energy, sweep.config.space.at(result.configuration), options.confirm);
  if (!simulated) return fail("configuration {}: {}", result.configuration, simulated.error().message);
  return {};
}

/// The configurations of the command line, each in all networks that can run it. Errors: one that none can.
Result<ConfirmationPlan> plan_chosen(const Options& options, const OpenedSweep& sweep,
                                     const std::vector<ExploredResult>& results) {
  ConfirmationPlan plan;
  for (const std::uint64_t wanted : options.confirm_configurations) {
    std::size_t count = 0;
    Result<void> reason = fail("configuration {}: it is not among those that were evaluated", wanted);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].configuration != wanted) continue;
      if (auto possible = can_simulate(options, sweep, results[i]); !possible) {
        reason = possible;
        continue;
      }
      plan.chosen.push_back(i);
      ++count;
    }
    if (count == 0) return fail("--confirm-configurations: {}", reason.error().message);
  }
  return plan;
}

/// Evenly spaced ones of each network's front, among those that the level can run.
ConfirmationPlan plan_front(const Options& options, const OpenedSweep& sweep,
                            const std::vector<ExploredResult>& results, const std::vector<std::size_t>& front) {
  ConfirmationPlan plan;
  std::size_t left_out = 0;
  for (std::size_t n = 0; n < sweep.networks.size(); ++n) {
    std::vector<std::size_t> own;
    for (const std::size_t i : front) {
      if (results[i].network != n) continue;
      if (const auto possible = can_simulate(options, sweep, results[i]); possible)
        own.push_back(i);
      else if (++left_out == 1)
        plan.remark = possible.error().message;
    }
    const std::size_t count = std::min(own.size(), options.confirm_points);
    for (std::size_t i = 0; i < count; ++i)
      plan.chosen.push_back(own[count == 1 ? 0 : i * (own.size() - 1) / (count - 1)]);
  }
  if (front.empty()) plan.remark = "nothing to confirm: no configuration is on the front";
  if (left_out > 0)
    plan.remark = fmt::format("level {} cannot run {} of the {} on the front, e.g. {}", options.confirm, left_out,
                              front.size(), plan.remark);
  return plan;
}

Result<std::vector<Confirmation>> confirm(const Options& options, const OpenedSweep& sweep,
                                          const std::vector<ExploredResult>& results, const ConfirmationPlan& plan,
                                          ProgressStyle progress) {
  std::vector<Confirmation> confirmations;
  Progress bar{progress, "confirm", plan.chosen.size(), "simulations"};
  for (const std::size_t i : plan.chosen) {
    const auto simulated = simulate_configuration(sweep.workloads[results[i].network], sweep.config, sweep.energy,
                                                  results[i].configuration, options.confirm);
    if (!simulated) return forward_error(simulated);
    confirmations.push_back({results[i], *simulated});
    bar.update(confirmations.size());
  }
  bar.finish();
  return confirmations;
}

/// What can be said about the options before anything is evaluated.
Result<void> check_options(const Options& options, const OpenedSweep& sweep) {
  if (!options.confirm_configurations.empty() && options.confirm.empty())
    return fail("--confirm-configurations: needs --confirm lt or rtl");
  if (!options.confirm.empty() && !options.shard.empty())
    return fail("--confirm: a shard has no front; give it to `axvp explore merge`");
  std::set<std::uint64_t> seen;
  for (const std::uint64_t configuration : options.confirm_configurations) {
    if (configuration >= sweep.config.space.size())
      return fail("--confirm-configurations {}: the sweep's configurations are numbered from 0 to {}", configuration,
                  sweep.config.space.size() - 1);
    if (!seen.insert(configuration).second) return fail("--confirm-configurations: {} stands twice", configuration);
  }
  return {};
}

/// From all results to the files; exit code 1 where a simulation disagrees.
int finish(const Options& options, const OpenedSweep& sweep, const std::vector<ExploredResult>& results,
           ProgressStyle progress) {
  const auto front = front_of(results, sweep.networks.size(), sweep.config.objectives);
  auto plan = Result<ConfirmationPlan>{};
  if (!options.confirm_configurations.empty())
    plan = plan_chosen(options, sweep, results);
  else if (!options.confirm.empty())
    plan = plan_front(options, sweep, results, front);
  if (!plan) return report(plan.error());
  const auto confirmations = confirm(options, sweep, results, *plan, progress);
  if (!confirmations) return report(confirmations.error(), kRunFailed);
  const Exploration exploration{sweep.config, sweep.text, sweep.sha256,   sweep.energy_sha256, sweep.networks,
                                results,      front,      *confirmations, options.confirm};
  const auto written = write_exploration(options.output, exploration);
  if (!written) return report(written.error());
  fmt::print("{}", to_text(exploration));
  if (!plan->remark.empty()) fmt::print("{}\n", plan->remark);
  fmt::print("\nwritten: {}/results.csv, front.csv, exploration.json, results.sqlite\n", options.output);
  for (const Confirmation& c : *confirmations)
    if (c.analytic.array_cycles != c.simulated.array_cycles || std::abs(c.latency_difference()) > kLatencyBound)
      return report(Error{fmt::format("configuration {}: the analytic level and level {} differ by more than the bound",
                                      c.analytic.configuration, options.confirm)},
                    kRunFailed);
  return kDone;
}

int explore(const Options& options, const GlobalOptions& global) {
  const auto shard = parse_shard(options.shard);
  if (!shard) return report(shard.error());
  const auto sweep = open_sweep(options.words[0], options, global.progress());
  if (!sweep) return report(sweep.error());
  if (const auto checked = check_options(options, *sweep); !checked) return report(checked.error());
  const auto sram = sram_area_of(sweep->energy.origin.library);
  if (!sram) return report(sram.error());
  if (const auto writable = check_writable(options.output); !writable) return report(writable.error());
  const std::filesystem::path folder{options.output};
  auto store = ResultStore::open(folder / (shard->count > 1 ? shard_file(*shard) : "results.sqlite"), sweep->sha256);
  if (!store) return report(store.error());
  Explorer explorer{
      sweep->config, sweep->networks,
      [&](const PlatformConfig& config, const SweptPool& pool) { return price(*sweep, *sram, config, pool); },
      options.threads};
  std::uint64_t total = sweep->config.space.size();
  if (sweep->config.method == SearchMethod::Random) total = sweep->config.samples;
  if (sweep->config.method == SearchMethod::Nsga2)
    total = sweep->networks.size() * sweep->config.population * (sweep->config.generations + 1);
  Progress bar{global.progress(), "explore", total / shard->count, "configurations"};
  const auto ran = explorer.run(*store, *shard, [&](std::uint64_t done, std::uint64_t /*of*/) { bar.update(done); });
  if (!ran) return report(ran.error(), kRunFailed);
  bar.finish();
  if (shard->count > 1) {
    fmt::print("written: {}/{}; when all {} are there: axvp explore merge {} --output {}\n", options.output,
               shard_file(*shard), shard->count, options.words[0], options.output);
    return kDone;
  }
  const auto results = store->all();
  if (!results) return report(results.error(), kRunFailed);
  return finish(options, *sweep, *results, global.progress());
}

/// Shards into results.sqlite: every configuration of the sweep must be there.
int merge(const Options& options, const GlobalOptions& global) {
  const auto sweep = open_sweep(options.words[1], options, global.progress());
  if (!sweep) return report(sweep.error());
  if (const auto checked = check_options(options, *sweep); !checked) return report(checked.error());
  const std::filesystem::path folder{options.output};
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".sqlite" && entry.path().stem().string().rfind("shard-", 0) == 0)
      files.push_back(entry.path());
  if (files.empty()) return report(Error{fmt::format("{}: no shard-I-of-N.sqlite there", options.output)});
  std::sort(files.begin(), files.end());
  auto whole = ResultStore::open(folder / "results.sqlite", sweep->sha256);
  if (!whole) return report(whole.error());
  for (const auto& file : files) {
    const auto shard = ResultStore::open(file, sweep->sha256);
    if (!shard) return report(shard.error());
    const auto results = shard->all();
    if (!results) return report(results.error());
    std::vector<std::vector<std::string>> parameters;
    for (const auto& result : *results) parameters.push_back(parameters_of(sweep->config.space, result.configuration));
    if (const auto added = whole->add(*results, parameters); !added) return report(added.error(), kRunFailed);
  }
  const auto results = whole->all();
  if (!results) return report(results.error(), kRunFailed);
  const std::size_t wanted = configurations_of(sweep->config, {}).size() * sweep->networks.size();
  if (results->size() != wanted)
    return report(Error{fmt::format("{}: {} shards hold {} results, the sweep has {}: run the missing shards again",
                                    options.output, files.size(), results->size(), wanted)});
  return finish(options, *sweep, *results, global.progress());
}

int run(const Options& options, const GlobalOptions& global) {
  if (options.words[0] == "merge") {
    if (options.words.size() != 2) return report(Error{"axvp explore merge: expected one SWEEP"});
    return merge(options, global);
  }
  if (options.words.size() != 1) return report(Error{"axvp explore: expected one SWEEP"});
  return explore(options, global);
}

}  // namespace

void add_explore(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("explore", "Sweep array configurations: latency, energy, area, Pareto front");
  sub->add_option("SWEEP", options->words, "Sweep file (docs/explore.md); `merge SWEEP` joins shards")->required();
  sub->add_option("--output", options->output, "Folder of the results; a run that was stopped goes on from them")
      ->capture_default_str();
  sub->add_option("--shard", options->shard, "I/N: only the I-th of N parts, for a job array");
  sub->add_option("--confirm", options->confirm, "Simulate configurations of the front at this level and compare")
      ->check(CLI::IsMember({"lt", "rtl"}));
  sub->add_option("--confirm-points", options->confirm_points, "How many of each network's front")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub->add_option("--confirm-configurations", options->confirm_configurations, "These configurations instead")
      ->delimiter(',');
  sub->add_option("--energy-table", options->energy_table, "File written by `axvp power --update`");
  sub->add_option("--threads", options->threads, "0: all of the machine's")->capture_default_str();
  sub->footer(
      "Examples:\n  axvp explore sweep.toml --output exploration --confirm lt && axvp report exploration\n"
      "  axvp explore sweep.toml --output exploration --shard 3/8\n"
      "  axvp explore merge sweep.toml --output exploration");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
