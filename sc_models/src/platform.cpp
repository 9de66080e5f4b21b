#include "axvp/sc_models/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "axvp/accel/run_audit.h"
#include "axvp/sc_models/accelerator_platform.h"
#include "axvp/sc_models/host.h"

namespace axvp {
namespace {

Result<void> check_setup(const PlatformSetup& setup) {
  if (auto valid = validate(setup.config); !valid) return valid;
  if (setup.pool.ids.size() != setup.pool.tables.size() || setup.pool.ids.size() > kMaxSelectables)
    return fail("the pool has {} selectables and {} tables, expected at most {} of each", setup.pool.ids.size(),
                setup.pool.tables.size(), kMaxSelectables);
  return check_clock(setup.energy, setup.pool, setup.config);
}

Result<void> check_phase(const PlatformPhase& phase, const Program& program) {
  if (auto valid = validate(phase.policy, program.point_count); !valid) return valid;
  if (auto enough = check_outputs(phase.policy, output_count(program)); !enough) return enough;
  for (std::size_t i = 0; i < phase.inputs.size(); ++i)
    if (phase.inputs[i].size() != program.input.bytes / program.images)
      return fail("input {} has {} bytes, the network takes {}", i, phase.inputs[i].size(),
                  program.input.bytes / program.images);
  if (const std::size_t rest = phase.inputs.size() % program.images; rest != 0)
    return fail("{} images in batches of {}: {} are left over", phase.inputs.size(), program.images, rest);
  return {};
}

/// Collects what host and platform deliver during a phase.
class Recorder {
 public:
  Recorder(const PlatformSetup& setup, const EventPrices& prices) : setup_(setup), prices_(prices) {}

  void add(const HostResult& host, const CommandProcessor& processor) {
    InferenceRecord record;
    record.index = host.input;
    record.margin = host.margin;
    record.is_answer = host.is_answer;
    record.point = host.point;
    record.begin = processor.inference_begin();
    record.end = processor.inference_end();
    const std::size_t outputs = host.logits.size() / setup_.program.images;
    for (auto next = host.logits.begin(); next != host.logits.end(); next += static_cast<std::ptrdiff_t>(outputs))
      record.logits.emplace_back(next, next + static_cast<std::ptrdiff_t>(outputs));
    record.counts = host.counts;
    record.energy = prices_.price(record.counts);
    busy_cycles_ += host.busy;
    if (!host.reason.empty()) reasons_.push_back({record.begin, host.reason});
    result_.inferences.push_back(std::move(record));
    if (setup_.on_inference) setup_.on_inference(result_.inferences.back());
  }

  /// Ends the phase; the recorder is ready for the next one.
  Result<PlatformResult> finish(AcceleratorPlatform& platform, const QosController& controller) {
    const MonitorRecord record = platform.monitor.take_record();
    RunWitnesses witnesses = witnesses_of(platform.dram.counters());
    for (const SwitchCounts& change : record.switches) witnesses.switch_bytes += change.counts[Event::DramRead];
    for (const auto& point : record.nodes) {
      auto& statistics = result_.nodes.emplace_back();
      for (const NodeCounts& node : point) {
        statistics.push_back(
            {node.inferences, node.cycles, node.counts, prices_.price(node.counts), node.array_cycles});
        result_.cycles += node.cycles;
        result_.counts += node.counts;
        result_.energy += statistics.back().energy;
      }
    }
    for (const SwitchCounts& change : record.switches) add_switch(change);
    result_.windows = controller.windows();
    reasons_.clear();
    auto checked = check_sums(witnesses);
    result_ = {};
    return checked;
  }

 private:
  struct Reason {
    Cycles begin;
    std::string text;
  };

  void add_switch(const SwitchCounts& change) {
    SwitchRecord record;
    record.begin = change.begin;
    record.cycles = change.end - change.begin;
    if (change.from) record.from = *change.from;
    record.to = change.to;
    record.bytes = change.counts[Event::DramRead];
    record.energy = prices_.price(change.counts);
    record.reason = "first load";
    for (const Reason& reason : reasons_)
      if (change.from && reason.begin == change.begin) record.reason = reason.text;
    result_.switches.push_back(std::move(record));
  }

  /// What the phase did according to others than the counters.
  RunWitnesses witnesses_of(const Dram::Counters& dram) {
    const auto answers =
        static_cast<std::uint64_t>(std::count_if(result_.inferences.begin(), result_.inferences.end(),
                                                 [](const InferenceRecord& record) { return record.is_answer; }));
    RunWitnesses witnesses;
    witnesses.inferences = result_.inferences.size();
    witnesses.busy_cycles = busy_cycles_;
    witnesses.dram_read = dram.read - dram_before_.read - answers * setup_.program.output.bytes;
    witnesses.dram_written = dram.written - dram_before_.written - answers * setup_.program.input.bytes;
    dram_before_ = dram;
    busy_cycles_ = 0;
    return witnesses;
  }

  /// What the host read from the registers must be what others witnessed, and what the monitor divided among the
  /// operations: nothing was counted outside of one.
  Result<PlatformResult> check_sums(const RunWitnesses& witnesses) {
    EventCounts read;
    Energy energy;
    Cycles cycles = 0;
    for (const InferenceRecord& inference : result_.inferences) {
      read += inference.counts;
      energy += inference.energy.total();
      cycles += inference.cycles();
    }
    if (!(read == result_.counts) || energy != result_.energy.total() || cycles != result_.cycles.total())
      return fail("audit of the run: the inferences' counts do not add up to the operations' counts");
    if (auto witnessed = audit_run(read, witnesses, setup_.program, setup_.config.array); !witnessed)
      return forward_error(witnessed);
    return std::move(result_);
  }

  const PlatformSetup& setup_;
  const EventPrices& prices_;
  PlatformResult result_;
  std::vector<Reason> reasons_;
  Cycles busy_cycles_ = 0;
  Dram::Counters dram_before_;  ///< When the phase began.
};

/// Elements of an input-stationary array are weight-stationary ones whose operands change places.
ElementKind element_of(const ArrayConfig& array) {
  return array.dataflow == Dataflow::OutputStationary ? ElementKind::OutputStationary : ElementKind::WeightStationary;
}

}  // namespace

Result<EventPrices> event_prices(const EnergyTable& table, const SelectablePool& pool, const PlatformConfig& config) {
  EventPrices prices;
  const auto pe = table.pe(pool.encoding, element_of(config.array));
  if (!pe) return forward_error(pe);
  Nanowatts leakage = pe->leakage;
  std::set<std::string> instances;
  for (std::size_t i = 0; i < pool.ids.size(); ++i) {
    const auto row = table.find(pool.ids[i]);
    if (!row) return forward_error(row);
    prices.multiplication[i] = to_energy(row->per_mac.total());
    if (instances.insert(row->multiplier).second) leakage += row->leakage;
  }
  const auto elements = static_cast<double>(config.array.elements());
  leakage = leakage * elements + table.vector_lane.leakage * static_cast<double>(config.vector_unit.lanes);
  prices.executed_mac = to_energy(pe->active_mac.total());
  for (const Event event : {Event::MacZeroActivation, Event::MacZeroWeight, Event::MacPadding, Event::SlotUnused})
    prices[event] = to_energy(pe->gated_mac.total());
  prices[Event::PeIdleCycle] = to_energy(pe->idle_cycle.total());
  prices[Event::WeightLoad] = to_energy(pe->weight_load.total());
  prices[Event::VectorOperation] = to_energy(table.vector_lane.per_operation.total());
  const auto price_sram = [&](Event read, Event write, Bytes capacity) {
    prices[read] = to_energy(table.memory.sram_read_per_byte(capacity));
    prices[write] = to_energy(table.memory.sram_write_per_byte(capacity));
  };
  price_sram(Event::ActivationRead, Event::ActivationWrite, config.activation_bytes());
  price_sram(Event::WeightRead, Event::WeightWrite, config.weight_bytes());
  price_sram(Event::AccumulatorRead, Event::AccumulatorWrite, config.accumulator_bytes());
  price_sram(Event::ParameterRead, Event::ParameterWrite, config.parameter_bytes());
  prices[Event::DramRead] = to_energy(table.memory.dram_read_per_byte);
  prices[Event::DramWrite] = to_energy(table.memory.dram_write_per_byte);
  prices[Event::ActiveCycle] = to_energy(leakage_per_cycle(leakage, config.clock_mhz));
  return prices;
}

std::vector<Energy> multiplication_energies(const Program& program, const std::vector<OperatingPoint>& points,
                                            const SelectablePool& pool, const EventPrices& prices) {
  std::vector<Energy> energies;
  for (const OperatingPoint& point : points) {
    Energy sum;
    for (const ProgramNode& node : program.nodes) {
      if (!node.layer) continue;
      const auto selectable = std::find(pool.ids.begin(), pool.ids.end(), point.selectable_of_layer[*node.layer]);
      sum += prices.multiplication[static_cast<std::size_t>(selectable - pool.ids.begin())] * node.macs;
    }
    energies.push_back(sum);
  }
  return energies;
}

Result<DatapathArea> datapath_area(const EnergyTable& table, const SelectablePool& pool, const PlatformConfig& config) {
  const auto pe = table.pe(pool.encoding, element_of(config.array));
  if (!pe) return forward_error(pe);
  SquareMicrometres element = pe->area;
  std::set<std::string> instances;
  for (const std::string& id : pool.ids) {
    const auto row = table.find(id);
    if (!row) return forward_error(row);
    if (instances.insert(row->multiplier).second) element += row->area;
  }
  const auto elements = static_cast<double>(config.array.elements());
  return DatapathArea{element * elements, table.vector_lane.area * static_cast<double>(config.vector_unit.lanes)};
}

Result<void> check_clock(const EnergyTable& table, const SelectablePool& pool, const PlatformConfig& config) {
  constexpr double kNanosecondsTimesMegahertz = 1e3;
  const auto pe = table.pe(pool.encoding, element_of(config.array));
  if (!pe) return forward_error(pe);
  double slowest_ns = table.vector_lane.delay.value;
  std::string path = fmt::format("a lane of the vector unit ({} ns)", slowest_ns);
  for (const std::string& id : pool.ids) {
    const auto row = table.find(id);
    if (!row) return forward_error(row);
    if (!(row->delay.value > 0.0) || row->delay.value + pe->delay.value <= slowest_ns) continue;
    slowest_ns = row->delay.value + pe->delay.value;
    path = fmt::format("multiplier `{}` ({} ns) with the processing element behind it ({} ns)", id, row->delay.value,
                       pe->delay.value);
  }
  const double largest_mhz = kNanosecondsTimesMegahertz / slowest_ns;
  if (!(slowest_ns > 0.0) || config.clock_mhz <= largest_mhz) return {};
  return fail("platform: clock_mhz = {}, but {} allows at most {:.1f} MHz ({}, {})", config.clock_mhz, path,
              std::floor(largest_mhz * 10) / 10, table.origin.library, table.origin.corner);
}

std::string systemc_version() {
  return SC_VERSION;
}

Result<std::vector<PlatformResult>> run_platform(const PlatformSetup& setup, const std::vector<PlatformPhase>& phases) {
  if (auto checked = check_setup(setup); !checked) return forward_error(checked);
  for (const PlatformPhase& phase : phases)
    if (auto checked = check_phase(phase, setup.program); !checked) return forward_error(checked);
  const auto prices = event_prices(setup.energy, setup.pool, setup.config);
  if (!prices) return forward_error(prices);
  sc_core::sc_report_handler::set_actions("/IEEE_Std_1666/deprecated", sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO,
                                          sc_core::SC_DO_NOTHING);  // "stopped by user"
  const Program& program = setup.program;
  AcceleratorPlatform platform{"axvp", setup.config, setup.pool, expectations_of(program), program.point_count};
  if (setup.array) platform.array.compute_with(*setup.array);
  if (setup.lanes) platform.array.compute_with(*setup.lanes);
  if (setup.wave) platform.array.announce_runs_to(*setup.wave);
  if (setup.lockstep) platform.array.compare_with(*setup.lockstep);
  if (setup.timeline) platform.monitor.trace(*setup.timeline, *prices);
  Recorder recorder{setup, *prices};
  std::vector<Result<PlatformResult>> results;
  std::vector<HostPhase> host_phases;
  for (const PlatformPhase& phase : phases) host_phases.push_back({phase.policy, &phase.inputs});
  Host host{"host",
            setup.config,
            platform.clock(),
            {program.descriptor_address, program.point_table_address, program.point_count, program.input,
             program.output, program.output_step, &program.image, program.images},
            std::move(host_phases),
            *prices,
            {[&](const HostResult& result) { recorder.add(result, platform.command_processor); },
             [&](const QosController& controller) { results.push_back(recorder.finish(platform, controller)); }}};
  host.socket.bind(platform.bus.from_initiators);
  host.irq_in(platform.irq);
  sc_core::sc_start();
  if (const std::string fault = platform.fault(); !fault.empty()) return fail("{}", fault);
  if (!host.fault().empty()) return fail("{}", host.fault());
  if (!host.finished()) return fail("the simulation ended while the host still waited");
  std::vector<PlatformResult> finished;
  for (auto& result : results) {
    if (!result) return forward_error(result);
    finished.push_back(std::move(*result));
  }
  return finished;
}

Result<PlatformResult> run_platform(const PlatformInputs& inputs) {
  auto results = run_platform(inputs, {{inputs.policy, inputs.inputs}});
  if (!results) return forward_error(results);
  return std::move(results->front());
}

}  // namespace axvp
