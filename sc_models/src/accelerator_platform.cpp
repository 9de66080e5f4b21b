#include "axvp/sc_models/accelerator_platform.h"

#include "axvp/accel/memory_map.h"

namespace axvp {
namespace {

Dma::Config dma_config(const PlatformConfig& config) {
  return {static_cast<Bytes>(config.dma.burst_bytes),
          static_cast<Cycles>(config.dram.latency_cycles) + static_cast<Cycles>(config.bus.latency_cycles)};
}

}  // namespace

AcceleratorPlatform::AcceleratorPlatform(const sc_core::sc_module_name& name, const PlatformConfig& config,
                                         const SelectablePool& pool, std::vector<NodeExpectation> expectations,
                                         std::size_t points)
    : sc_module(name),
      clock_(config.clock_mhz),
      bus("bus", config.bus, clock_),
      dram("dram", config.dram, clock_),
      monitor("monitor", config.array, std::move(expectations), points),
      registers("registers", config.host, clock_, monitor.counts()),
      activation("activation", config.activation_bytes()),
      weight("weight", config.weight_bytes()),
      accumulator("accumulator", config.accumulator_bytes()),
      parameter("parameter", config.parameter_bytes()),
      command_buffer("command_buffer", kCommandBufferBytes),
      dma("dma", dma_config(config), {clock_, monitor.counts(), monitor.ledger(), steps_}, scoreboard_),
      array("array", config.array, pool.encoding, pool.tables, {clock_, monitor.counts(), monitor.ledger(), steps_},
            scoreboard_),
      vector_unit("vector_unit", config.vector_unit, {clock_, monitor.counts(), monitor.ledger(), steps_}, scoreboard_),
      command_processor("command_processor", config, pool.ids.size(),
                        {clock_, monitor.counts(), monitor.ledger(), steps_}, scoreboard_),
      watchdog("watchdog", config.watchdog, clock_, registers, steps_,
               {&command_processor, &dma, &array, &vector_unit}) {
  monitor.watch(dram, {&activation, &weight, &parameter, &command_buffer});
  monitor.watch([this] { return array.finding(); });
  array.look_ahead_in(
      [this](std::uint32_t address, Bytes bytes) { return dram.view(Bytes{address} - kDramBase, bytes); });
  registers.on_reset([this] { reset(); });
  dma.on_writing([this](bool writing) { dram.refuse_direct_access(writing); });
  connect();
}

void AcceleratorPlatform::connect() {
  bus.attach(dram.socket, kDramBase, dram.capacity());
  bus.attach(registers.socket, kRegisterBase, kRegisterBytes);
  dma.memory_socket.bind(bus.from_initiators);
  registers.irq_out(irq);

  dma.activation_port(activation.port);
  dma.weight_port(weight.port);
  dma.parameter_port(parameter.port);
  dma.command_port(command_buffer.port);

  array.activation_port(activation.port);
  array.weight_port(weight.port);
  array.accumulator_port(accumulator.port);

  vector_unit.activation_port(activation.port);
  vector_unit.accumulator_port(accumulator.port);
  vector_unit.parameter_port(parameter.port);
  vector_unit.dma_port(dma.transfers);

  command_processor.control_port(registers.control);
  command_processor.dma_port(dma.transfers);
  command_processor.array_port(array.runs);
  command_processor.vector_port(vector_unit.runs);
  command_processor.monitor_port(monitor.port);
  command_processor.command_port(command_buffer.port);
  command_processor.parameter_port(parameter.port);
}

void AcceleratorPlatform::reset() {
  command_processor.reset();
  dma.reset();
  array.reset();
  vector_unit.reset();
  monitor.reset();
  dram.close_row();
  dram.invalidate_direct_access();
}

std::string AcceleratorPlatform::fault() const {
  if (!watchdog.finding().empty()) return watchdog.finding();
  if (!monitor.finding().empty()) return monitor.finding();
  return command_processor.fault();
}

std::vector<NodeExpectation> expectations_of(const Program& program) {
  std::vector<NodeExpectation> expectations;
  for (const ProgramNode& node : program.nodes)
    expectations.push_back(
        {node.name, node.macs, node.padding_macs, node.slots, node.input_bytes + node.weight_bytes, node.output_bytes});
  return expectations;
}

}  // namespace axvp
