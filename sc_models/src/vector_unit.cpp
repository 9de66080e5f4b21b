#include "axvp/sc_models/vector_unit.h"

#include <cstring>

#include "axvp/accel/parameter_set.h"
#include "axvp/accel/timing.h"
#include "axvp/workloads/convolution_kernel.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {
namespace {

/// The window of a tile: what lies above the tile's first input row is padding only at the tensor's edge.
Window window_of_tile(const Descriptor& d, const RowTile& tile) {
  Window window = d.window;
  window.pad_top = tile.input_begin - (tile.begin * d.window.stride_height - d.window.pad_top);
  return window;
}

}  // namespace

VectorUnit::VectorUnit(const sc_core::sc_module_name& name, const VectorUnitConfig& config,
                       const Instruments& instruments, Scoreboard& scoreboard)
    : Unit(name, instruments, scoreboard), config_(config) {
  runs.bind(*this);
  SC_THREAD(run_thread);
  set_stack_size(kThreadStackBytes);
}

void VectorUnit::configure(const Descriptor& descriptor) {
  descriptor_ = descriptor;
  outputs_ = {};
}

void VectorUnit::submit(const VectorRun& run) {
  queue_.push_back(run);
  announce_work();
}

bool VectorUnit::operands_ready(const VectorRun& run) {
  if (descriptor_.opcode == Opcode::Convolution) {
    if (!await(scoreboard_.results, static_cast<std::size_t>(run.index), "the array's results")) return false;
  } else {
    const int operands = descriptor_.opcode == Opcode::Add ? 2 : 1;
    if (!await(scoreboard_.activations, static_cast<std::size_t>((run.tile_index + 1) * operands - 1), "activations"))
      return false;
  }
  return !run.first_of_tile || run.tile_index < 2 ||
         await(scoreboard_.stored, static_cast<std::size_t>(run.tile_index - 2), "a free output buffer");
}

void VectorUnit::run_thread() {
  for (;;) {
    begin_anew();
    if (queue_.empty()) {
      wait_for_work();
      continue;
    }
    const VectorRun run = queue_.front();
    queue_.pop_front();
    if (!operands_ready(run)) continue;
    compute(run);
    const std::uint64_t operations = vector_operations(descriptor_, run.tile, run.group);
    const Cycles done = now() + vector_cycles(config_, operations);
    instruments_.counts.add(Event::VectorOperation, operations);
    instruments_.ledger.record(CycleOwner::VectorUnit, now(), done);
    busy_until(done);
    ++instruments_.steps;
    scoreboard_.computed.announce(done, instruments_.clock);
    if (descriptor_.opcode != Opcode::Convolution) scoreboard_.consumed.announce(done, instruments_.clock);
    if (wait_until(done, "its own run") && run.last_of_tile) write_back(run);
  }
}

void VectorUnit::compute(const VectorRun& run) {
  if (descriptor_.opcode == Opcode::Convolution)
    requantise_run(run);
  else
    elementwise_run(run);
  if (descriptor_.last) compare_outputs(run);
}

void VectorUnit::compare_outputs(const VectorRun& run) {
  const auto element = static_cast<std::size_t>(element_bytes(descriptor_.output_type));
  const std::uint8_t* tile = activation_port->block(run.output_offset);
  for (int pixel = 0; pixel < run.tile.rows() * descriptor_.output.width; ++pixel)
    for (int channel = run.group.begin; channel < run.group.end; ++channel)
      outputs_.add(element_at(tile + element * static_cast<std::size_t>(pixel * descriptor_.output.channels + channel),
                              descriptor_.output_type));
}

const RequantisationTable& VectorUnit::set_at(std::uint32_t offset, std::size_t channels) {
  UnpackedSet& set = sets_[{offset, channels}];
  const std::uint8_t* bytes = parameter_port->block(offset);
  const std::size_t size = channels * kRequantisationBytes;
  if (set.bytes.size() != size || std::memcmp(set.bytes.data(), bytes, size) != 0) {
    set.bytes.assign(bytes, bytes + size);
    set.table = std::make_unique<const RequantisationTable>(unpack_requantisation(bytes, channels));
  }
  return *set.table;
}

void VectorUnit::requantise_run(const VectorRun& run) {
  const auto channels = static_cast<std::size_t>(run.group.channels());
  const auto all_channels = static_cast<std::size_t>(descriptor_.output.channels);
  const std::size_t pixels =
      static_cast<std::size_t>(run.tile.rows()) * static_cast<std::size_t>(descriptor_.output.width);
  const auto element = static_cast<std::size_t>(element_bytes(descriptor_.output_type));
  const std::uint32_t set_offset = descriptor_.parameter_offset + static_cast<std::uint32_t>(run.group.begin) *
                                                                      static_cast<std::uint32_t>(kRequantisationBytes);
  const RequantisationTable& set = set_at(set_offset, channels);
  requantise_pixels(
      accumulator_port->words(run.accumulator_offset), pixels, {&set, descriptor_.range, descriptor_.output_type},
      activation_port->block(run.output_offset) + static_cast<std::size_t>(run.group.begin) * element, all_channels);
  EventCounts& counts = instruments_.counts;
  counts.add(Event::AccumulatorRead, 4 * pixels * channels);
  counts.add(Event::ParameterRead, channels * kRequantisationBytes);
  counts.add(Event::ActivationWrite, pixels * channels * element);
}

void VectorUnit::elementwise_run(const VectorRun& run) {
  const Descriptor& d = descriptor_;
  const QuantizedTensor input{"", {d.input.channels, run.tile.input_rows(), d.input.width}, d.input_type, 1.0};
  const QuantizedTensor second{"", input.shape, d.second_type, 1.0};
  const QuantizedTensor output{"", {d.output.channels, run.tile.rows(), d.output.width}, d.output_type, 1.0};
  const std::uint8_t* bytes_in = activation_port->block(run.input_offset);
  std::uint8_t* bytes_out = activation_port->block(run.output_offset);
  std::size_t read = 0;
  switch (d.opcode) {
    case Opcode::Add:
      run_add({d.add, d.range}, input, bytes_in, second, activation_port->block(run.second_offset), output, bytes_out);
      read = input.shape.size() + second.shape.size();
      break;
    case Opcode::AveragePool:
      run_average_pool({window_of_tile(d, run.tile), d.pool, d.range}, input, bytes_in, output, bytes_out);
      read = vector_operations(d, run.tile, run.group);
      break;
    case Opcode::MaxPool:
      run_max_pool({window_of_tile(d, run.tile)}, input, bytes_in, output, bytes_out);
      read = vector_operations(d, run.tile, run.group);
      break;
    case Opcode::Resample: {
      Resample resample = d.resample;
      resample.first_row = 0;  // the tile begins with its first row
      run_resample(resample, input, bytes_in, output, bytes_out);
      read = output.shape.size() / static_cast<std::size_t>(d.output.channels) *
             static_cast<std::size_t>(d.input.channels);
      break;
    }
    case Opcode::Convolution:
      break;
  }
  instruments_.counts.add(Event::ActivationRead, read);
  instruments_.counts.add(Event::ActivationWrite, output.shape.size());
}

void VectorUnit::write_back(const VectorRun& run) {
  const Bytes row = output_row_bytes(descriptor_);
  dma_port->submit({DmaChannel::WriteBack, CycleOwner::WriteBack, true,
                    descriptor_.output_address + static_cast<std::uint32_t>(static_cast<Bytes>(run.tile.begin) * row),
                    LocalMemory::Activation, run.output_offset, static_cast<Bytes>(run.tile.rows()) * row,
                    &scoreboard_.stored});
}

}  // namespace axvp
