#include "axvp/power/activity.h"

#include <algorithm>
#include <stdexcept>

#include "bit_matrix.h"
#include "block_run.h"
#include "settled_count.h"

namespace axvp {
namespace {

constexpr std::size_t kByte = 8;

/// Every pair of an activation byte and a weight of `weight_bits`: a weight a half of the lanes, an activation a lane.
Stimulus all_pairs(std::size_t weight_bits) {
  Stimulus stimulus{(std::size_t{1} << weight_bits) * TruthTable::kSide / kBlockLanes, kBlockLanes};
  std::vector<std::uint64_t> x(stimulus.steps() * stimulus.lanes());
  std::vector<std::uint64_t> w(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = i % TruthTable::kSide;
    w[i] = i / TruthTable::kSide;
  }
  stimulus.drive("x_i", 8, x);
  stimulus.drive("w_i", static_cast<int>(weight_bits), w);
  return stimulus;
}

}  // namespace

Stimulus::Stimulus(std::size_t steps, std::size_t lanes)
    : steps_(steps), lanes_(lanes), words_((lanes + kBlockLanes - 1) / kBlockLanes * kBlockWords) {
  if (steps == 0 || lanes == 0) throw std::invalid_argument("Stimulus: needs at least one step and one lane");
}

void Stimulus::drive(const std::string& port, int width, const std::vector<std::uint64_t>& values) {
  if (width < 1 || width > 64 || values.size() != steps_ * lanes_)
    throw std::invalid_argument("Stimulus: " + port + " has the wrong number of bits or values");
  const auto bits = static_cast<std::size_t>(width);
  Port result{port, width, std::vector<std::uint64_t>(bits * steps_ * words_, 0)};
  for (std::size_t step = 0; step < steps_; ++step)
    for (std::size_t first = 0; first < lanes_; first += kByte)  // eight lanes by eight bits at a time
      for (std::size_t low = 0; low < bits; low += kByte) {
        std::uint64_t rows = 0;
        for (std::size_t lane = first; lane < std::min(first + kByte, lanes_); ++lane)
          rows |= (values[step * lanes_ + lane] >> low & 0xFF) << kByte * (lane - first);
        rows = transposed8x8(rows);
        for (std::size_t bit = low; bit < std::min(low + kByte, bits); ++bit)
          result.planes[(bit * steps_ + step) * words_ + first / kWordBits] |= (rows >> kByte * (bit - low) & 0xFF)
                                                                               << first % kWordBits;
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
      std::uint64_t* to = result.data() + step * stimulus.lanes() + first;
      for (std::size_t begin = 0; begin < lanes; begin += kByte)
        for (std::size_t low = 0; low < output->bits.size(); low += kByte) {
          std::uint64_t rows = 0;
          for (std::size_t bit = low; bit < std::min(low + kByte, output->bits.size()); ++bit) {
            const Block& words = values[static_cast<std::size_t>(output->bits[bit])];
            rows |= (words[begin / kWordBits] >> begin % kWordBits & 0xFF) << kByte * (bit - low);
          }
          rows = transposed8x8(rows);
          for (std::size_t lane = begin; lane < std::min(begin + kByte, lanes); ++lane)
            to[lane] |= (rows >> kByte * (lane - begin) & 0xFF) << low;
        }
    }
  }
  return result;
}

Result<void> check_against_table(const Netlist& netlist, const TruthTable& table, int mode) {
  const NetlistPort* w_port = netlist.find_port("w_i");
  static const Stimulus byte_weights = all_pairs(8);
  static const Stimulus narrow_weights = all_pairs(7);  // sm8 with its top bit tied to 0
  Stimulus stimulus = w_port != nullptr && w_port->bits.size() == 7 ? narrow_weights : byte_weights;
  if (const auto* port = netlist.find_port("mode_i"); port != nullptr)
    stimulus.hold("mode_i", static_cast<int>(port->bits.size()), static_cast<std::uint64_t>(mode));
  const auto products = simulate_outputs(netlist, stimulus, "p_o");
  if (!products) return forward_error(products);
  const std::vector<std::int32_t>& all = table.products();
  for (std::size_t i = 0; i < products->size(); ++i) {
    const std::size_t x = i % TruthTable::kSide;
    const std::size_t w = i / TruthTable::kSide;
    const auto expected = static_cast<std::uint16_t>(all[x * TruthTable::kSide + w]);
    if ((*products)[i] != expected)
      return fail("{}: the mapped netlist differs from the model: x = {}, w = {}, mode {}: {} instead of {}",
                  netlist.top, x, w, mode, (*products)[i], expected);
  }
  return {};
}

}  // namespace axvp
