#include "axvp/sc_models/platform.h"

#include <set>

#include "axvp/sc_models/accelerator_platform.h"
#include "axvp/sc_models/host.h"

namespace axvp {
namespace {

Result<void> check_inputs(const PlatformInputs& inputs) {
  if (auto valid = validate(inputs.config); !valid) return valid;
  if (auto valid = validate(inputs.policy, inputs.program.point_count); !valid) return valid;
  if (inputs.pool.ids.size() != inputs.pool.tables.size() || inputs.pool.ids.size() > kMaxSelectables)
    return fail("the pool has {} selectables and {} tables, expected at most {} of each", inputs.pool.ids.size(),
                inputs.pool.tables.size(), kMaxSelectables);
  for (std::size_t i = 0; i < inputs.inputs.size(); ++i)
    if (inputs.inputs[i].size() != inputs.program.input.bytes)
      return fail("input {} has {} bytes, the network takes {}", i, inputs.inputs[i].size(),
                  inputs.program.input.bytes);
  return {};
}

/// Collects what host and platform deliver during a run.
class Recorder {
 public:
  Recorder(const PlatformInputs& inputs, const EventPrices& prices) : inputs_(inputs), prices_(prices) {}

  void add(const HostResult& host, const CommandProcessor& processor) {
    InferenceRecord record;
    record.index = result_.inferences.size();
    record.point = host.point;
    record.begin = processor.inference_begin();
    record.end = processor.inference_end();
    record.logits = host.logits;
    record.counts = host.counts;
    record.energy = prices_.price(record.counts);
    if (!host.reason.empty()) reasons_.push_back({record.begin, host.reason});
    result_.inferences.push_back(std::move(record));
    if (inputs_.on_inference) inputs_.on_inference(result_.inferences.back());
  }

  Result<PlatformResult> finish(const AcceleratorPlatform& platform) {
    for (const auto& point : platform.monitor.nodes()) {
      auto& statistics = result_.nodes.emplace_back();
      for (const NodeCounts& node : point) {
        statistics.push_back({node.inferences, node.cycles, node.counts, prices_.price(node.counts)});
        result_.cycles += node.cycles;
        result_.counts += node.counts;
        result_.energy += statistics.back().energy;
      }
    }
    for (const SwitchCounts& change : platform.monitor.switches()) add_switch(change);
    result_.end = platform.clock().now();
    return check_sums();
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
    record.reason = change.from ? "" : "first load";
    for (const Reason& reason : reasons_)
      if (reason.begin == change.begin) record.reason = reason.text;
    result_.switches.push_back(std::move(record));
  }

  /// What the host read from the registers must be what the monitor divided among the operations.
  Result<PlatformResult> check_sums() {
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
    return std::move(result_);
  }

  const PlatformInputs& inputs_;
  const EventPrices& prices_;
  PlatformResult result_;
  std::vector<Reason> reasons_;
};

}  // namespace

Result<EventPrices> event_prices(const EnergyTable& table, const SelectablePool& pool, const PlatformConfig& config) {
  EventPrices prices;
  const auto pe = table.pe(pool.encoding);
  if (!pe) return forward_error(pe);
  Nanowatts leakage = pe->leakage;
  std::set<std::string> instances;
  for (std::size_t i = 0; i < pool.ids.size(); ++i) {
    const auto row = table.find(pool.ids[i]);
    if (!row) return forward_error(row);
    prices.multiplication[i] = to_energy(row->per_mac.total());
    if (instances.insert(row->multiplier).second) leakage += row->leakage;
  }
  const auto elements = static_cast<double>(config.array.rows) * static_cast<double>(config.array.columns);
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

Result<PlatformResult> run_platform(const PlatformInputs& inputs) {
  if (auto checked = check_inputs(inputs); !checked) return forward_error(checked);
  const auto prices = event_prices(inputs.energy, inputs.pool, inputs.config);
  if (!prices) return forward_error(prices);
  sc_core::sc_report_handler::set_actions("/IEEE_Std_1666/deprecated", sc_core::SC_DO_NOTHING);
  AcceleratorPlatform platform{"axvp", inputs.config, inputs.pool, expectations_of(inputs.program),
                               inputs.program.point_count};
  Recorder recorder{inputs, *prices};
  const Program& program = inputs.program;
  Host host{"host",
            inputs.config,
            platform.clock(),
            {program.descriptor_address, program.point_table_address, program.point_count, program.input,
             program.output, &program.image, &inputs.inputs},
            inputs.policy,
            *prices,
            [&](const HostResult& result) { recorder.add(result, platform.command_processor); }};
  host.socket.bind(platform.bus.from_initiators);
  host.irq_in(platform.irq);
  sc_core::sc_start();
  if (const std::string fault = platform.fault(); !fault.empty()) return fail("{}", fault);
  if (!host.fault().empty()) return fail("{}", host.fault());
  if (!host.finished()) return fail("the simulation ended while the host still waited");
  return recorder.finish(platform);
}

}  // namespace axvp
