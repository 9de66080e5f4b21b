#include "axvp/sc_models/vector_unit.h"

#include <algorithm>
#include <cstring>
#include <limits>

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
  outputs_.assign(static_cast<std::size_t>(descriptor.images), {});
}

std::uint32_t VectorUnit::margin() const {
  std::uint32_t margin = std::numeric_limits<std::uint32_t>::max();
  for (const TopTwo& image : outputs_) margin = std::min(margin, image.margin());
  return margin;
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
  const int pixels = run.tile.rows() * descriptor_.output.width;
  for (int image = 0; image < run.tile.images; ++image) {
    TopTwo& outputs = outputs_[static_cast<std::size_t>(run.tile.first_image + image)];
    for (int pixel = image * pixels; pixel < (image + 1) * pixels; ++pixel)
      for (int channel = run.group.begin; channel < run.group.end; ++channel)
        outputs.add(element_at(tile + element * static_cast<std::size_t>(pixel * descriptor_.output.channels + channel),
                               descriptor_.output_type));
  }
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
  const std::size_t pixels = positions_of(descriptor_, run.tile);
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
  const std::uint8_t* in = activation_port->block(run.input_offset);
  const std::uint8_t* second = activation_port->block(run.second_offset);
  std::uint8_t* out = activation_port->block(run.output_offset);
  const auto images = static_cast<Bytes>(run.tile.images);
  const Bytes in_bytes = input_bytes(descriptor_, run.tile) / images;
  const Bytes out_bytes = output_bytes(descriptor_, run.tile) / images;
  for (Bytes image = 0; image < images; ++image, in += in_bytes, second += in_bytes, out += out_bytes)
    elementwise_image(run.tile, in, second, out);
  instruments_.counts.add(Event::ActivationRead, elements_read(run));
  instruments_.counts.add(Event::ActivationWrite, images * out_bytes);
}

/// Elements that an operation on tiles fetches from the scratchpad.
std::uint64_t VectorUnit::elements_read(const VectorRun& run) const {
  const Descriptor& d = descriptor_;
  if (d.opcode == Opcode::Add) return 2 * input_bytes(d, run.tile);
  if (d.opcode == Opcode::Resample) return positions_of(d, run.tile) * static_cast<std::uint64_t>(d.input.channels);
  return vector_operations(d, run.tile, run.group);
}

void VectorUnit::elementwise_image(const RowTile& tile, const std::uint8_t* bytes_in, const std::uint8_t* second_in,
                                   std::uint8_t* bytes_out) {
  const Descriptor& d = descriptor_;
  const QuantizedTensor input{"", {d.input.channels, tile.input_rows(), d.input.width}, d.input_type, 1.0};
  const QuantizedTensor second{"", input.shape, d.second_type, 1.0};
  const QuantizedTensor output{"", {d.output.channels, tile.rows(), d.output.width}, d.output_type, 1.0};
  switch (d.opcode) {
    case Opcode::Add:
      return run_add({d.add, d.range}, input, bytes_in, second, second_in, output, bytes_out);
    case Opcode::AveragePool:
      return run_average_pool({window_of_tile(d, tile), d.pool, d.range}, input, bytes_in, output, bytes_out);
    case Opcode::MaxPool:
      return run_max_pool({window_of_tile(d, tile)}, input, bytes_in, output, bytes_out);
    case Opcode::Resample: {
      Resample resample = d.resample;
      resample.first_row += tile.begin * resample.step_height - tile.input_begin;
      return run_resample(resample, input, bytes_in, output, bytes_out);
    }
    case Opcode::Convolution:
      return;
  }
}

void VectorUnit::write_back(const VectorRun& run) {
  dma_port->submit({DmaChannel::WriteBack, CycleOwner::WriteBack, true,
                    descriptor_.output_address + static_cast<std::uint32_t>(output_offset(descriptor_, run.tile)),
                    LocalMemory::Activation, run.output_offset, output_bytes(descriptor_, run.tile),
                    &scoreboard_.stored});
}

}  // namespace axvp
