#include "axvp/sc_models/command_processor.h"

#include <fmt/format.h>

#include "axvp/accel/mapping.h"
#include "axvp/accel/memory_map.h"

namespace axvp {
namespace {

constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 32;

}  // namespace

CommandProcessor::CommandProcessor(const sc_core::sc_module_name& name, const PlatformConfig& config,
                                   std::size_t selectables, const Instruments& instruments, Scoreboard& scoreboard)
    : Unit(name, instruments, scoreboard), config_(config), selectables_(selectables) {
  SC_THREAD(command_thread);
  set_stack_size(kThreadStackBytes);
}

void CommandProcessor::clear() {
  loaded_point_.reset();
  loaded_sets_.clear();
}

CommandProcessor::Outcome CommandProcessor::failed(std::string reason) {
  fault_ = std::move(reason);
  return Outcome::Failed;
}

CommandProcessor::Outcome CommandProcessor::after_wait(bool waited) {
  if (!waited) return Outcome::Reset;
  if (!dma_port->fault().empty()) return failed(dma_port->fault());
  return Outcome::Done;
}

void CommandProcessor::command_thread() {
  for (;;) {
    wait(control_port->started());
    begin_anew();
    fault_.clear();
    dma_port->clear_fault();
    inference_begin_ = now();
    monitor_port->begin_inference();
    const Outcome outcome = run_inference(control_port->command());
    inference_end_ = now();
    if (outcome == Outcome::Reset) continue;
    if (outcome == Outcome::Failed)
      clear();
    else
      monitor_port->end_inference();
    control_port->finish(outcome == Outcome::Failed);
  }
}

CommandProcessor::Outcome CommandProcessor::run_inference(const StartCommand& command) {
  Cycles node_begin = inference_begin_;
  if (const Outcome loaded = load_point(command); loaded != Outcome::Done) return loaded;
  for (std::uint64_t address = command.descriptor_address;; address += kDescriptorBytes) {
    if (const Outcome fetched = fetch(address, kDescriptorBytes, CycleOwner::Descriptor, "a descriptor");
        fetched != Outcome::Done)
      return fetched;
    const auto descriptor = decode(command_port->block(0), config_);
    if (!descriptor) return failed(descriptor.error().message);
    if (const Outcome ran = run_node(*descriptor); ran != Outcome::Done) return ran;
    if (!monitor_port->node_done(descriptor->node, command.operating_point, node_begin, now()))
      return failed("audit");  // the monitor holds the finding
    if (descriptor->last) {
      control_port->set_margin(vector_port->margin());
      return Outcome::Done;
    }
    node_begin = now();
  }
}

CommandProcessor::Outcome CommandProcessor::fetch(std::uint64_t address, Bytes bytes, CycleOwner owner,
                                                  const char* what) {
  if (address + bytes > kAddressSpace) return failed(fmt::format("{} at {:#x}: no such address", what, address));
  scoreboard_.commands.clear();
  dma_port->submit({DmaChannel::Command, owner, false, static_cast<std::uint32_t>(address), LocalMemory::Command, 0,
                    bytes, &scoreboard_.commands});
  if (const Outcome outcome = after_wait(await(scoreboard_.commands, 0, what)); outcome != Outcome::Done)
    return outcome;
  const Cycles decoded = now() + static_cast<Cycles>(config_.command_processor.decode_cycles);
  instruments_.ledger.record(owner, now(), decoded);
  return after_wait(wait_until(decoded, "its decoder"));
}

CommandProcessor::Outcome CommandProcessor::load_point(const StartCommand& command) {
  if (loaded_point_ == command.operating_point) return Outcome::Done;
  if (command.operating_point >= command.point_count)
    return failed(fmt::format("operating point {} of {}", command.operating_point, command.point_count));
  SwitchCounts change;
  change.begin = now();
  change.from = loaded_point_;
  change.to = command.operating_point;
  const EventCounts before = instruments_.counts;
  loaded_point_.reset();
  if (const Outcome fetched =
          fetch(command.point_table_address, kPointHeaderBytes, CycleOwner::Switch, "the point table");
      fetched != Outcome::Done)
    return fetched;
  const PointTableHeader header = decode_point_header(command_port->block(0));
  if (const Outcome loaded = load_sets(command, header); loaded != Outcome::Done) return loaded;
  loaded_point_ = command.operating_point;
  control_port->set_loaded_point(command.operating_point);
  change.end = now();
  change.counts = instruments_.counts - before;
  change.counts.add(Event::ActiveCycle, change.end - change.begin);
  change.counts.add(Event::PeIdleCycle, (change.end - change.begin) * config_.array.elements());
  monitor_port->switched(change);
  return Outcome::Done;
}

CommandProcessor::Outcome CommandProcessor::load_sets(const StartCommand& command, const PointTableHeader& header) {
  if (header.layers > kCommandBufferBytes / kPointRecordLayerBytes ||
      header.record_bytes != kPointRecordHeadBytes + kPointRecordLayerBytes * header.layers ||
      header.record_bytes > kCommandBufferBytes || header.layers > parameter_port->capacity())
    return failed(fmt::format("the point table at {:#x} is damaged", command.point_table_address));
  const std::uint64_t record_address =
      command.point_table_address + kPointHeaderBytes + std::uint64_t{header.record_bytes} * command.operating_point;
  if (const Outcome fetched = fetch(record_address, header.record_bytes, CycleOwner::Switch, "a point record");
      fetched != Outcome::Done)
    return fetched;
  const PointRecord record = decode_point_record(command_port->block(0), header.layers);
  for (std::size_t l = 0; l < record.sets.size(); ++l)
    if (std::uint64_t{record.sets[l].offset} + record.sets[l].bytes > parameter_port->capacity())
      return failed(fmt::format("the requantisation set of layer {} exceeds the parameter memory", l));
  loaded_sets_.resize(header.layers);
  scoreboard_.commands.clear();
  std::size_t transfers = 0;
  const auto load = [&](std::uint32_t address, Bytes bytes, std::uint32_t offset) {
    dma_port->submit({DmaChannel::Command, CycleOwner::Switch, false, address, LocalMemory::Parameter, offset, bytes,
                      &scoreboard_.commands});
    ++transfers;
  };
  load(record.selector_address, header.layers, 0);
  for (std::size_t l = 0; l < record.sets.size(); ++l) {
    const PointRecord::Set& set = record.sets[l];
    const PointRecord::Set& loaded = loaded_sets_[l];
    if (set.address == loaded.address && set.bytes == loaded.bytes && set.offset == loaded.offset) continue;
    load(set.address, set.bytes, set.offset);
    loaded_sets_[l] = set;
  }
  return after_wait(await(scoreboard_.commands, transfers - 1, "an operating point's tables"));
}

CommandProcessor::Outcome CommandProcessor::run_node(const Descriptor& descriptor) {
  scoreboard_.clear();
  vector_port->configure(descriptor);
  const Outcome issued =
      descriptor.opcode == Opcode::Convolution ? run_convolution(descriptor) : run_elementwise(descriptor);
  if (issued != Outcome::Done) return issued;
  const auto tiles = static_cast<std::size_t>(tile_count(descriptor));
  return after_wait(await(scoreboard_.stored, tiles - 1, "the write-back"));
}

void CommandProcessor::load_tile(const Descriptor& descriptor, const RowTile& tile, std::uint32_t address,
                                 std::uint32_t offset) {
  dma_port->submit({DmaChannel::Activations, CycleOwner::WaitForActivations, false,
                    address + static_cast<std::uint32_t>(input_offset(descriptor, tile)), LocalMemory::Activation,
                    offset, input_bytes(descriptor, tile), &scoreboard_.activations});
}

CommandProcessor::Outcome CommandProcessor::run_convolution(const Descriptor& d) {
  const std::uint8_t selector = *parameter_port->block(d.layer);
  instruments_.counts.add(Event::ParameterRead, 1);
  if (selector >= selectables_)
    return failed(fmt::format("layer {}: selector {} of {} selectables", d.layer, selector, selectables_));
  array_port->configure(d, selector);
  const auto groups = channel_groups(d);
  const auto group_count = static_cast<int>(groups.size());
  const int tiles = tile_count(d);
  int weight_loads = 0;
  for (int t = 0; t < tiles; ++t) {
    const auto half = static_cast<std::size_t>(t % 2);
    const RowTile tile = row_tile(d, t);
    if (t >= 2 && !await(scoreboard_.consumed, static_cast<std::size_t>((t - 1) * group_count - 1), "an input buffer"))
      return Outcome::Reset;
    load_tile(d, tile, d.input_address, d.input_buffer[half]);
    for (int g = 0; g < group_count; ++g) {
      const ChannelGroup& group = groups[static_cast<std::size_t>(g)];
      const int run = t * group_count + g;
      const std::uint32_t weight_offset = d.weight_buffer[weight_buffer_of(run, group_count)];
      if (fetches_weights(run, group_count)) {
        if (run >= 2 && !await(scoreboard_.consumed, static_cast<std::size_t>(run - 2), "a weight buffer"))
          return Outcome::Reset;
        const auto k = static_cast<Bytes>(fan_in(d));
        dma_port->submit({DmaChannel::Weights, CycleOwner::WaitForWeights, false,
                          d.weight_address + static_cast<std::uint32_t>(static_cast<Bytes>(group.begin) * k),
                          LocalMemory::Weight, weight_offset, static_cast<Bytes>(group.channels()) * k,
                          &scoreboard_.weights});
        ++weight_loads;
      }
      const std::uint32_t accumulator_offset = d.accumulator_buffer[static_cast<std::size_t>(run % 2)];
      const int weight_load = group_count > 2 ? weight_loads - 1 : g;
      array_port->submit({run, t, tile, group, weight_load, d.input_buffer[half], weight_offset, accumulator_offset});
      vector_port->submit(
          {run, t, tile, group, g == 0, g + 1 == group_count, accumulator_offset, 0, 0, d.output_buffer[half]});
    }
  }
  return Outcome::Done;
}

CommandProcessor::Outcome CommandProcessor::run_elementwise(const Descriptor& d) {
  const int tiles = tile_count(d);
  for (int t = 0; t < tiles; ++t) {
    const auto half = static_cast<std::size_t>(t % 2);
    const RowTile tile = row_tile(d, t);
    if (t >= 2 && !await(scoreboard_.consumed, static_cast<std::size_t>(t - 2), "an input buffer"))
      return Outcome::Reset;
    load_tile(d, tile, d.input_address, d.input_buffer[half]);
    if (d.opcode == Opcode::Add) load_tile(d, tile, d.second_address, d.second_buffer[half]);
    vector_port->submit({t,
                         t,
                         tile,
                         {0, d.output.channels},
                         true,
                         true,
                         0,
                         d.input_buffer[half],
                         d.second_buffer[half],
                         d.output_buffer[half]});
  }
  return Outcome::Done;
}

}  // namespace axvp
