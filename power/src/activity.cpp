#include "axvp/power/activity.h"

#include <algorithm>
#include <stdexcept>

#include "program.h"
#include "toggle_count.h"

namespace axvp {
namespace {

constexpr std::size_t kWordBits = 64;
constexpr std::size_t kBlockLanes = kBlockWords * kWordBits;

/// An input port of the netlist and the stream that drives it.
struct Drive {
  const NetlistPort* port = nullptr;
  const Stimulus::Port* stream = nullptr;
};

Result<std::vector<Drive>> bind(const Netlist& netlist, const Stimulus& stimulus) {
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

/// The state of a register under its clear and preset; clear wins.
std::uint64_t overridden(const Program::Register& reg, const std::vector<Block>& values, std::uint64_t state,
                         std::size_t word) {
  return (state | values[reg.preset][word]) & ~values[reg.clear][word];
}

/// A clock edge: registers take their next state, unless they are cleared or preset.
void clock_edge(const Program& program, std::vector<Block>& values) {
  for (const auto& reg : program.registers())
    for (std::size_t i = 0; i < kBlockWords; ++i)
      values[reg.state][i] = overridden(reg, values, values[reg.next][i], i);
}

/// Asynchronous clear and preset; true if a state changed.
bool clear_and_preset(const Program& program, std::vector<Block>& values) {
  bool changed = false;
  for (const auto& reg : program.registers())
    for (std::size_t i = 0; i < kBlockWords; ++i) {
      const std::uint64_t before = values[reg.state][i];
      values[reg.state][i] = overridden(reg, values, before, i);
      changed |= values[reg.state][i] != before;
    }
  return changed;
}

/// One block of lanes, step by step; asynchronous inputs may ripple through as many stages as there are registers.
class BlockRun {
 public:
  BlockRun(const Program& program, const Stimulus& stimulus, const std::vector<Drive>& drives, std::size_t block)
      : program_(program), stimulus_(stimulus), drives_(drives), block_(block), values_(program.slots(), Block{}) {
    values_[kOneNet].fill(~std::uint64_t{0});
  }

  const std::vector<Block>& advance() {
    if (step_ != 0) clock_edge(program_, values_);  // with the inputs of the step before
    for (const auto& drive : drives_)
      for (std::size_t bit = 0; bit < drive.port->bits.size(); ++bit) {
        const std::size_t plane = (bit * stimulus_.steps() + step_) * stimulus_.words();
        std::copy_n(drive.stream->planes.data() + plane + block_ * kBlockWords, kBlockWords,
                    values_[static_cast<std::size_t>(drive.port->bits[bit])].begin());
      }
    program_.settle(values_.data());
    for (std::size_t i = 0; i < program_.registers().size() && clear_and_preset(program_, values_); ++i)
      program_.settle(values_.data());
    program_.evaluate_conditions(values_.data());
    ++step_;
    return values_;
  }

 private:
  const Program& program_;
  const Stimulus& stimulus_;
  const std::vector<Drive>& drives_;
  std::size_t block_;
  std::size_t step_ = 0;
  std::vector<Block> values_;
};

/// Ones in the lanes of this block that the stimulus uses.
Block lane_mask(const Stimulus& stimulus, std::size_t block) {
  Block mask{};
  for (std::size_t lane = block * kBlockLanes; lane < std::min(stimulus.lanes(), (block + 1) * kBlockLanes); ++lane)
    mask[lane % kBlockLanes / kWordBits] |= std::uint64_t{1} << lane % kWordBits;
  return mask;
}

std::vector<BoundCounter> bind_counters(const Program& program, const std::vector<Counter>& counters) {
  const auto slot = [](NetId net) { return static_cast<std::uint32_t>(net == kUnconnected ? kOneNet : net); };
  std::vector<BoundCounter> bound;
  for (std::size_t i = 0; i < counters.size(); ++i)
    bound.push_back({slot(counters[i].net), slot(counters[i].cause), program.conditions()[i]});
  return bound;
}

}  // namespace

Stimulus::Stimulus(std::size_t steps, std::size_t lanes)
    : steps_(steps), lanes_(lanes), words_((lanes + kBlockLanes - 1) / kBlockLanes * kBlockWords) {
  if (steps == 0 || lanes == 0) throw std::invalid_argument("Stimulus: needs at least one step and one lane");
}

void Stimulus::drive(const std::string& port, int width, const std::vector<std::uint64_t>& values) {
  if (width < 1 || width > 64 || values.size() != steps_ * lanes_)
    throw std::invalid_argument("Stimulus: " + port + " has the wrong number of bits or values");
  Port result{port, width, std::vector<std::uint64_t>(static_cast<std::size_t>(width) * steps_ * words_, 0)};
  for (std::size_t step = 0; step < steps_; ++step)
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      const std::uint64_t value = values[step * lanes_ + lane];
      for (std::size_t bit = 0; bit < static_cast<std::size_t>(width); ++bit)
        result.planes[(bit * steps_ + step) * words_ + lane / kWordBits] |= (value >> bit & 1) << lane % kWordBits;
    }
  ports_.push_back(std::move(result));
}

void Stimulus::hold(const std::string& port, int width, std::uint64_t value) {
  drive(port, width, std::vector<std::uint64_t>(steps_ * lanes_, value));
}

Result<Activity> simulate_zero_delay(const Netlist& netlist, const Stimulus& stimulus,
                                     const std::vector<Counter>& counters) {
  const auto drives = bind(netlist, stimulus);
  if (!drives) return forward_error(drives);
  const Program program{netlist, counters};
  const auto bound = bind_counters(program, counters);
  Activity activity{"zero-delay", stimulus.transitions(), std::vector<std::uint64_t>(netlist.nets, 0),
                    std::vector<std::uint64_t>(counters.size(), 0)};
  std::vector<Block> changed(netlist.nets, Block{});
  for (std::size_t block = 0; block * kBlockWords < stimulus.words(); ++block) {
    const Block mask = lane_mask(stimulus, block);
    BlockRun run{program, stimulus, *drives, block};
    std::vector<Block> before = run.advance();
    for (std::size_t step = 1; step < stimulus.steps(); ++step) {
      const std::vector<Block>& now = run.advance();
      for (std::size_t net = 0; net < netlist.nets; ++net)
        for (std::size_t i = 0; i < kBlockWords; ++i) changed[net][i] = (now[net][i] ^ before[net][i]) & mask[i];
      changed[kOneNet] = mask;
      if (netlist.clock != kUnconnected) changed[static_cast<std::size_t>(netlist.clock)] = mask;
      add_ones(changed, activity.toggles);
      add_coincidences(changed, now, bound, activity.counters);
      std::copy_n(now.begin(), netlist.nets, before.begin());
    }
  }
  activity.toggles[kOneNet] = 0;
  if (netlist.clock != kUnconnected) activity.toggles[static_cast<std::size_t>(netlist.clock)] *= 2;  // both edges
  for (std::size_t i = 0; i < counters.size(); ++i)
    if (netlist.clock != kUnconnected && counters[i].net == netlist.clock) activity.counters[i] *= 2;
  return activity;
}

Result<std::vector<std::uint64_t>> simulate_outputs(const Netlist& netlist, const Stimulus& stimulus,
                                                    const std::string& port) {
  const NetlistPort* output = netlist.find_port(port);
  if (output == nullptr || output->is_input) return fail("{}: no output port {}", netlist.top, port);
  const auto drives = bind(netlist, stimulus);
  if (!drives) return forward_error(drives);
  const Program program{netlist, {}};
  std::vector<std::uint64_t> result(stimulus.steps() * stimulus.lanes(), 0);
  for (std::size_t block = 0; block * kBlockWords < stimulus.words(); ++block) {
    BlockRun run{program, stimulus, *drives, block};
    const std::size_t first = block * kBlockLanes;
    const std::size_t lanes = std::min(kBlockLanes, stimulus.lanes() - first);
    for (std::size_t step = 0; step < stimulus.steps(); ++step) {
      const std::vector<Block>& values = run.advance();
      for (std::size_t bit = 0; bit < output->bits.size(); ++bit) {
        const Block& words = values[static_cast<std::size_t>(output->bits[bit])];
        for (std::size_t lane = 0; lane < lanes; ++lane)
          result[step * stimulus.lanes() + first + lane] |= (words[lane / kWordBits] >> lane % kWordBits & 1) << bit;
      }
    }
  }
  return result;
}

Result<void> check_against_table(const Netlist& netlist, const TruthTable& table, int mode) {
  const NetlistPort* w_port = netlist.find_port("w_i");
  const std::size_t weights =
      w_port != nullptr && w_port->bits.size() < 8 ? std::size_t{1} << w_port->bits.size() : 256;
  const std::size_t lanes = TruthTable::kSide;
  Stimulus stimulus{weights, lanes};  // one activation a lane, one weight a step
  std::vector<std::uint64_t> x(weights * lanes);
  std::vector<std::uint64_t> w(weights * lanes);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = i % lanes;
    w[i] = i / lanes;
  }
  stimulus.drive("x_i", 8, x);
  stimulus.drive("w_i", w_port == nullptr ? 8 : static_cast<int>(w_port->bits.size()), w);
  if (const auto* port = netlist.find_port("mode_i"); port != nullptr)
    stimulus.hold("mode_i", static_cast<int>(port->bits.size()), static_cast<std::uint64_t>(mode));
  const auto products = simulate_outputs(netlist, stimulus, "p_o");
  if (!products) return forward_error(products);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto expected =
        static_cast<std::uint16_t>(table(static_cast<std::uint8_t>(x[i]), static_cast<std::uint8_t>(w[i])));
    if ((*products)[i] != expected)
      return fail("{}: the mapped netlist differs from the model: x = {}, w = {}, mode {}: {} instead of {}",
                  netlist.top, x[i], w[i], mode, (*products)[i], expected);
  }
  return {};
}

}  // namespace axvp
