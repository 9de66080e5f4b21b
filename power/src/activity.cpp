#include "axvp/power/activity.h"

#include <algorithm>
#include <stdexcept>

#include "block_run.h"
#include "settled_count.h"

namespace axvp {

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
  const auto drives = bind_ports(netlist, stimulus);
  if (!drives) return forward_error(drives);
  const GateProgram program{netlist, counters};
  SettledCount count{netlist, program, counters};
  for (std::size_t block = 0; block * kBlockWords < stimulus.words(); ++block) {
    const Block mask = lane_mask(stimulus, block);
    BlockRun run{program, stimulus, *drives, block};
    std::vector<Block> before = run.advance();
    for (std::size_t step = 1; step < stimulus.steps(); ++step) {
      const std::vector<Block>& now = run.advance();
      count.add(before, now, mask);
      std::copy_n(now.begin(), netlist.nets, before.begin());
    }
  }
  return Activity{stimulus.transitions(), count.toggles(), count.toggles(), count.counters(), count.counters(), {}};
}

Result<std::vector<std::uint64_t>> simulate_outputs(const Netlist& netlist, const Stimulus& stimulus,
                                                    const std::string& port) {
  const NetlistPort* output = netlist.find_port(port);
  if (output == nullptr || output->is_input) return fail("{}: no output port {}", netlist.top, port);
  const auto drives = bind_ports(netlist, stimulus);
  if (!drives) return forward_error(drives);
  const GateProgram program{netlist, {}};
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
