#include "block_run.h"

#include <algorithm>

namespace axvp {
namespace {

/// The state of a register under its clear and preset; clear wins.
std::uint64_t overridden(const GateProgram::Register& reg, const std::vector<Block>& values, std::uint64_t state,
                         std::size_t word) {
  return (state | values[reg.preset][word]) & ~values[reg.clear][word];
}

/// A clock edge: registers take their next state, unless they are cleared or preset.
void clock_edge(const GateProgram& program, std::vector<Block>& values) {
  for (const auto& reg : program.registers())
    for (std::size_t i = 0; i < kBlockWords; ++i)
      values[reg.state][i] = overridden(reg, values, values[reg.next][i], i);
}

/// Asynchronous clear and preset; true if a state changed.
bool clear_and_preset(const GateProgram& program, std::vector<Block>& values) {
  bool changed = false;
  for (const auto& reg : program.registers())
    for (std::size_t i = 0; i < kBlockWords; ++i) {
      const std::uint64_t before = values[reg.state][i];
      values[reg.state][i] = overridden(reg, values, before, i);
      changed |= values[reg.state][i] != before;
    }
  return changed;
}

}  // namespace

Result<std::vector<Drive>> bind_ports(const Netlist& netlist, const Stimulus& stimulus) {
  std::vector<Drive> drives;
  for (const auto& stream : stimulus.ports()) {
    const NetlistPort* port = netlist.find_port(stream.name);
    if (port == nullptr || !port->is_input) return fail("{}: no input port {}", netlist.top, stream.name);
    if (port->bits.size() != static_cast<std::size_t>(stream.width))
      return fail("{}: port {} has {} bits, the stimulus {}", netlist.top, stream.name, port->bits.size(),
                  stream.width);
    drives.push_back({port, &stream});
  }
  return drives;
}

BlockRun::BlockRun(const GateProgram& program, const Stimulus& stimulus, const std::vector<Drive>& drives,
                   std::size_t block)
    : program_(program), stimulus_(stimulus), drives_(drives), block_(block), values_(program.slots(), Block{}) {
  values_[kOneNet].fill(~std::uint64_t{0});
}

const std::vector<Block>& BlockRun::advance() {
  if (step_ != 0) clock_edge(program_, values_);  // with the inputs of the step before
  for (const auto& drive : drives_)
    for (std::size_t bit = 0; bit < drive.port->bits.size(); ++bit) {
      const std::size_t plane = (bit * stimulus_.steps() + step_) * stimulus_.words();
      std::copy_n(drive.stream->planes.data() + plane + block_ * kBlockWords, kBlockWords,
                  values_[static_cast<std::size_t>(drive.port->bits[bit])].begin());
    }
  program_.settle(values_.data());
  was_overridden_ = false;
  for (std::size_t i = 0; i < program_.registers().size() && clear_and_preset(program_, values_); ++i) {
    was_overridden_ = true;
    program_.settle(values_.data());
  }
  program_.evaluate_conditions(values_.data());
  ++step_;
  return values_;
}

Block lane_mask(const Stimulus& stimulus, std::size_t block) {
  Block mask{};
  for (std::size_t lane = block * kBlockLanes; lane < std::min(stimulus.lanes(), (block + 1) * kBlockLanes); ++lane)
    mask[lane % kBlockLanes / kWordBits] |= std::uint64_t{1} << lane % kWordBits;
  return mask;
}

}  // namespace axvp
