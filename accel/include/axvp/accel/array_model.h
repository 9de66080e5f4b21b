#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/platform_config.h"
#include "axvp/accel/timing.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// One matrix product of a chain: sums[m][n] = sum over k of product(x[m][k], w[n][k]), with zero gating.
struct MatrixProduct {
  int positions = 0;                          ///< M, at least 1.
  int depth = 0;                              ///< K, at least 1.
  int channels = 0;                           ///< N, at least 1.
  const std::uint8_t* activations = nullptr;  ///< [m][k], stored bytes.
  const std::int8_t* weights = nullptr;       ///< [n][k].
  bool activations_signed = false;
  std::uint8_t select = 0;       ///< Index of the selectable in the pool.
  std::int32_t* sums = nullptr;  ///< [m][sum_stride], n of them are written.
  int sum_stride = 0;            ///< At least N.
};

/// The array at one level: matrix products in, sums and cycles out. All levels give the same of both, bit for bit.
class ArrayModel {
 public:
  virtual ~ArrayModel() = default;
  [[nodiscard]] virtual std::string_view level() const = 0;  ///< "analytic", "cycle", "rtl".
  [[nodiscard]] virtual Dataflow dataflow() const = 0;
  /// Runs the products one after the other without a gap. The array is empty before and after.
  virtual ChainCycles run(const std::vector<MatrixProduct>& chain) = 0;
  /// Empty, or the first difference that a part of the array in lockstep with another showed.
  [[nodiscard]] virtual std::string finding() const { return ""; }
};

/// The folds that a chain is made of, in the order in which they enter the array.
[[nodiscard]] std::vector<FoldGroup> fold_groups(Dataflow dataflow, const ArrayConfig& array,
                                                 const std::vector<MatrixProduct>& chain);

/// Level analytic: closed forms for the cycles, three loops over the tables' gated products for the sums.
[[nodiscard]] std::unique_ptr<ArrayModel> make_analytic_array(Dataflow dataflow, const ArrayConfig& array,
                                                              Encoding encoding, std::vector<TruthTable> multipliers);

class ArrayWave;

/// Level cycle: every register of the array in plain C++, clocked edge by edge (cycle_array.h). `wave`, if any, is
/// shown every edge.
[[nodiscard]] std::unique_ptr<ArrayModel> make_cycle_array(Dataflow dataflow, const ArrayConfig& array,
                                                           Encoding encoding, std::vector<TruthTable> multipliers,
                                                           ArrayWave* wave = nullptr);

}  // namespace axvp
