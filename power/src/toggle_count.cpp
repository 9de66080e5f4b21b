#include "toggle_count.h"

namespace axvp {
namespace {

// The same loops twice, once with the population count instruction, chosen at run time.

[[gnu::always_inline]] inline std::uint64_t ones(const Block& block) {
  std::uint64_t total = 0;
  for (const std::uint64_t word : block) total += static_cast<std::uint64_t>(__builtin_popcountll(word));
  return total;
}

[[gnu::always_inline]] inline void add_ones_with(const std::vector<Block>& changed,
                                                 std::vector<std::uint64_t>& totals) {
  for (std::size_t i = 0; i < totals.size(); ++i) totals[i] += ones(changed[i]);
}

[[gnu::always_inline]] inline void add_coincidences_with(const std::vector<Block>& changed,
                                                         const std::vector<Block>& values,
                                                         const std::vector<BoundCounter>& counters,
                                                         std::vector<std::uint64_t>& totals) {
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const BoundCounter& counter = counters[i];
    Block both;
    for (std::size_t w = 0; w < kBlockWords; ++w)
      both[w] = changed[counter.net][w] & changed[counter.cause][w] & values[counter.condition][w];
    totals[i] += ones(both);
  }
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] void add_ones_popcnt(const std::vector<Block>& changed, std::vector<std::uint64_t>& totals) {
  add_ones_with(changed, totals);
}

[[gnu::target("popcnt")]] void add_coincidences_popcnt(const std::vector<Block>& changed,
                                                       const std::vector<Block>& values,
                                                       const std::vector<BoundCounter>& counters,
                                                       std::vector<std::uint64_t>& totals) {
  add_coincidences_with(changed, values, counters, totals);
}

bool has_popcnt() {
  static const bool has = __builtin_cpu_supports("popcnt") != 0;
  return has;
}
#endif

}  // namespace

void add_ones(const std::vector<Block>& changed, std::vector<std::uint64_t>& totals) {
#if defined(__x86_64__)
  if (has_popcnt()) return add_ones_popcnt(changed, totals);
#endif
  add_ones_with(changed, totals);
}

void add_coincidences(const std::vector<Block>& changed, const std::vector<Block>& values,
                      const std::vector<BoundCounter>& counters, std::vector<std::uint64_t>& totals) {
#if defined(__x86_64__)
  if (has_popcnt()) return add_coincidences_popcnt(changed, values, counters, totals);
#endif
  add_coincidences_with(changed, values, counters, totals);
}

}  // namespace axvp
