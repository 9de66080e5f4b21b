#include "settled_count.h"

namespace axvp {

SettledCount::SettledCount(const Netlist& netlist, const GateProgram& program, const std::vector<Counter>& counters)
    : netlist_(netlist),
      counters_(counters),
      changed_(netlist.nets, Block{}),
      toggles_(netlist.nets, 0),
      counted_(counters.size(), 0) {
  const auto slot = [](NetId net) { return static_cast<std::uint32_t>(net == kUnconnected ? kOneNet : net); };
  for (std::size_t i = 0; i < counters.size(); ++i)
    bound_.push_back({slot(counters[i].net), slot(counters[i].cause), program.conditions()[i]});
}

void SettledCount::add(const std::vector<Block>& before, const std::vector<Block>& now, const Block& mask) {
  for (std::size_t net = 0; net < netlist_.nets; ++net)
    for (std::size_t i = 0; i < kBlockWords; ++i) changed_[net][i] = (now[net][i] ^ before[net][i]) & mask[i];
  changed_[kOneNet] = mask;
  if (netlist_.clock != kUnconnected) changed_[static_cast<std::size_t>(netlist_.clock)] = mask;
  add_ones(changed_, toggles_);
  add_coincidences(changed_, now, bound_, counted_);
}

std::vector<std::uint64_t> SettledCount::toggles() const {
  std::vector<std::uint64_t> result = toggles_;
  result[kOneNet] = 0;
  if (netlist_.clock != kUnconnected) result[static_cast<std::size_t>(netlist_.clock)] *= 2;  // both edges
  return result;
}

std::vector<std::uint64_t> SettledCount::counters() const {
  std::vector<std::uint64_t> result = counted_;
  for (std::size_t i = 0; i < result.size(); ++i)
    if (netlist_.clock != kUnconnected && counters_[i].net == netlist_.clock) result[i] *= 2;
  return result;
}

}  // namespace axvp
