#include "axvp/power/operand_pricer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "axvp/common/hash.h"
#include "axvp/common/parallel.h"
#include "axvp/power/multiplier_meter.h"
#include "measurement_cache.h"

namespace axvp {
namespace {

constexpr std::size_t kWordLanes = 64;
/// Lanes whose words are the groups of a sample, one after another.
constexpr std::size_t kRoundLanes = kWordLanes * kActivityGroups;

/// Sample i goes to a lane of group i % kActivityGroups; what does not fill all groups stays in order.
std::size_t lane_of(std::size_t i, std::size_t count) {
  const std::size_t round = i / kRoundLanes;
  if ((round + 1) * kRoundLanes > count) return i;
  const std::size_t within = i % kRoundLanes;
  return round * kRoundLanes + within % kActivityGroups * kWordLanes + within / kActivityGroups;
}

std::string trace_key(const PricingTask& task, const LibertyLibrary& library) {
  std::string key = fmt::format("{} {} {} ", to_string(task.encoding), task.is_sample, library.sha256);
  for (const auto& t : task.transitions)
    for (const std::uint8_t value : {t.from.x, t.from.w, t.to.x, t.to.w}) key.push_back(static_cast<char>(value));
  return key;
}

Stimulus make_stimulus(const PricingTask& task, const Netlist& netlist) {
  const std::size_t count = task.transitions.size();
  std::vector<std::uint64_t> x(2 * count), w(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    const OperandTransition& t = task.transitions[i];
    const std::size_t lane = lane_of(i, count);
    x[lane] = t.from.x;
    x[count + lane] = t.to.x;
    w[lane] = t.from.w;
    w[count + lane] = t.to.w;
  }
  Stimulus stimulus{2, count};
  stimulus.drive("x_i", static_cast<int>(netlist.find_port("x_i")->bits.size()), x);
  stimulus.drive("w_i", static_cast<int>(netlist.find_port("w_i")->bits.size()), w);
  return stimulus;
}

Result<Measurement> measure(const MultiplierMeter& meter, int mode, const PricingTask& task, Stimulus stimulus) {
  if (const auto* port = meter.netlist().find_port("mode_i"); port != nullptr)
    stimulus.hold("mode_i", static_cast<int>(port->bits.size()), static_cast<std::uint64_t>(mode));
  const auto energy = meter.energy().measure_both(stimulus);
  if (!energy) return forward_error(energy);
  const PartEnergy total = energy->timed.total();
  return Measurement{energy->timed.per_transition(total), energy->zero_delay.per_transition(energy->zero_delay.total()),
                     task.is_sample ? energy->timed.standard_error : Picojoules{}, total.leakage};
}

Result<void> check(const std::vector<PricingTask>& tasks) {
  for (const auto& task : tasks) {
    if (task.transitions.empty()) return fail("no operands to price: the layer executes no multiplication");
    for (const auto& selectable : task.selectables) {
      if (selectable.encoding != task.encoding)
        return fail("{} is coded {}, the operands are coded {}", selectable.id, to_string(selectable.encoding),
                    to_string(task.encoding));
      if (selectable.rtl_module.empty())
        return fail("{}: a table has no netlist to measure; give its Verilog to `axvp power --verilog`", selectable.id);
    }
  }
  return {};
}

/// Where a selectable of a task stands.
struct Place {
  std::size_t task = 0, index = 0;
};

/// One multiplier with all that it has to be measured for.
struct Work {
  std::vector<Selectable> modes;  ///< All of the multiplier's that are asked for, each once.
  std::vector<Place> places;
};

std::vector<Work> by_multiplier(const std::vector<PricingTask>& tasks) {
  std::map<std::string, Work> work;
  for (std::size_t t = 0; t < tasks.size(); ++t)
    for (std::size_t s = 0; s < tasks[t].selectables.size(); ++s) {
      const Selectable& selectable = tasks[t].selectables[s];
      Work& of = work[selectable.multiplier_id];
      const bool is_known = std::any_of(of.modes.begin(), of.modes.end(),
                                        [&](const Selectable& other) { return other.id == selectable.id; });
      if (!is_known) of.modes.push_back(selectable);
      of.places.push_back({t, s});
    }
  std::vector<Work> list;
  for (auto& [id, of] : work) list.push_back(std::move(of));
  return list;
}

/// One a task; equal traces share one.
using Caches = std::vector<std::shared_ptr<MeasurementCache>>;

Caches open_caches(const std::vector<PricingTask>& tasks, const LibertyLibrary& library,
                   const std::filesystem::path& folder) {
  std::map<std::string, std::shared_ptr<MeasurementCache>> by_key;
  Caches caches;
  for (const auto& task : tasks) {
    const std::string key = sha256(trace_key(task, library));
    auto& cache = by_key[key];
    if (!cache) cache = std::make_shared<MeasurementCache>(folder, key);
    caches.push_back(cache);
  }
  return caches;
}

/// Measures one multiplier under all its traces, as far as they are not in the caches.
class WorkRun {
 public:
  WorkRun(const std::vector<PricingTask>& tasks, const Caches& caches, const Synthesiser& synthesiser,
          const CharacteriseOptions& options)
      : tasks_(tasks), caches_(caches), synthesiser_(synthesiser), options_(options) {}

  Result<void> run(const Work& work, std::vector<std::vector<OperandEnergy>>& results) const {
    const auto key = synthesiser_.key(multiplier_job(work.modes.front(), options_));
    if (!key) return fail_in(work.modes.front().multiplier_id, key);
    std::unique_ptr<MultiplierMeter> meter;
    for (const Place place : work.places) {
      const PricingTask& task = tasks_[place.task];
      const Selectable& selectable = task.selectables[place.index];
      MeasurementCache& cache = *caches_[place.task];
      const std::string name = fmt::format("{} {}", *key, selectable.mode);
      auto known = cache.find(name);
      if (!known) {
        if (!meter) {
          auto created = MultiplierMeter::create(work.modes, synthesiser_, options_);
          if (!created) return forward_error(created);
          meter = std::make_unique<MultiplierMeter>(std::move(*created));
        }
        const auto measured = measure(*meter, selectable.mode, task, make_stimulus(task, meter->netlist()));
        if (!measured) return fail_in(selectable.id, measured);
        cache.add(name, *measured);
        known = *measured;
      }
      results[place.task][place.index] = {known->timed, known->zero_delay, known->standard_error, known->leakage};
    }
    return {};
  }

 private:
  const std::vector<PricingTask>& tasks_;
  const Caches& caches_;
  const Synthesiser& synthesiser_;
  const CharacteriseOptions& options_;
};

}  // namespace

Result<std::vector<std::vector<OperandEnergy>>> price_operands(const std::vector<PricingTask>& tasks,
                                                               const Synthesiser& synthesiser,
                                                               const CharacteriseOptions& options,
                                                               const CharacteriseProgress& progress) {
  if (const auto valid = check(tasks); !valid) return forward_error(valid);
  const Caches caches = open_caches(tasks, *synthesiser.library(), options.synthesis.cache);
  std::vector<std::vector<OperandEnergy>> results;
  for (const auto& task : tasks) results.emplace_back(task.selectables.size());
  const std::vector<Work> work = by_multiplier(tasks);
  const WorkRun run{tasks, caches, synthesiser, options};
  std::vector<Result<void>> outcomes(work.size());
  std::mutex mutex;
  std::size_t done = 0;
  for_each_dynamic(work.size(), options.threads, [&](std::size_t i) {
    outcomes[i] = run.run(work[i], results);
    const std::lock_guard lock{mutex};
    if (progress) progress(++done, work.size(), work[i].modes.front().multiplier_id);
  });
  for (const auto& outcome : outcomes)
    if (!outcome) return forward_error(outcome);
  for (const auto& cache : caches)
    if (const auto saved = cache->save(); !saved) return forward_error(saved);
  return results;
}

}  // namespace axvp
