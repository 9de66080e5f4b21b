#pragma once

#include <string>
#include <vector>

#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp::bench {

/// A table of one way that plans go; `name` appears in the benchmarks' names.
struct BenchTable {
  std::string name;
  TruthTable table;
  Encoding encoding = Encoding::SignMagnitude;
  int activation_codes = 256;  ///< Drawn codes are below this.
};

/// exact; rank1 and rank3 (not exact); rank8 (a truncated multiplier); any (products without structure, all codes);
/// near (an evolved-like table close to x * w); any_nonneg (no structure, s8, activations 0..127).
[[nodiscard]] const std::vector<BenchTable>& bench_tables();
[[nodiscard]] const BenchTable& bench_table(const std::string& name);

}  // namespace axvp::bench
