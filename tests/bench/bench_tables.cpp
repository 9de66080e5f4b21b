#include "bench_tables.h"

#include <algorithm>
#include <stdexcept>

#include "axvp/common/random.h"
#include "axvp/multipliers/catalogue.h"

namespace axvp::bench {
namespace {

TruthTable built_in(const std::string& id) {
  return Catalogue::built_in().find(id)->table;
}

/// Drops the partial products of the two lowest columns: x w - x0 w0 - 2 x0 w1 - 2 x1 w0, rank 3.
TruthTable truncated_by_two() {
  return TruthTable::from_function([](std::uint8_t x, std::uint8_t w) {
    const int x0 = x & 1, x1 = x >> 1 & 1, w0 = w & 1, w1 = w >> 1 & 1;
    return std::int32_t{x} * w - x0 * w0 - 2 * (x0 * w1 + x1 * w0);
  });
}

/// x * w or 4000 more, which leaves 16 bits.
TruthTable near_exact() {
  return TruthTable::from_function(
      [](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w + 4000 * (x * w / 32 & 1); });
}

TruthTable noise(std::int64_t low, std::int64_t high) {
  Random random{1};
  return TruthTable::from_function(
      [&](std::uint8_t, std::uint8_t) { return static_cast<std::int32_t>(random.between(low, high)); });
}

}  // namespace

const std::vector<BenchTable>& bench_tables() {
  static const std::vector<BenchTable> tables{{"exact", built_in("dadda-exact")},
                                              {"rank1", built_in("dadda_perf-w2")},
                                              {"rank3", truncated_by_two()},
                                              {"rank8", built_in("dadda_trunc-k7")},
                                              {"near", near_exact()},
                                              {"any", noise(0, 32767)},
                                              {"any_nonneg", noise(-32768, 32767), Encoding::TwosComplement, 128}};
  return tables;
}

const BenchTable& bench_table(const std::string& name) {
  const auto& tables = bench_tables();
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const BenchTable& t) { return t.name == name; });
  if (found == tables.end()) throw std::invalid_argument("no bench table " + name);
  return *found;
}

}  // namespace axvp::bench
