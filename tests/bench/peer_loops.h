#pragma once

#include <cstdint>

namespace axvp::bench {

/// Operands of C[m][n] = sum over k of table[w[m][k]][x[k][n]], one image: as torch's unfold lays them out.
struct LoopOperands {
  const std::uint8_t* weights = nullptr;      ///< [m][k].
  const std::uint8_t* activations = nullptr;  ///< [k][n], or [n][k] for peers_loop_by_patch.
  const std::int32_t* table = nullptr;        ///< [weight byte][activation byte].
  int m = 0, k = 0, n = 0;
  std::int32_t* sums = nullptr;  ///< [m][n].
};

/// What torchapprox does on the CPU (ta_gemm_cpu): a scalar triple loop over an int32 table, on the columns that unfold
/// made of one image.
void peers_loop(const LoopOperands& operands);
/// The same loop on patches that lie in memory one after the other, which it would like better.
void peers_loop_by_patch(const LoopOperands& operands);
/// Depthwise: each of the m channels has its own k taps; activations [m][k][n].
void peers_depthwise_loop(const LoopOperands& operands);

/// A scalar loop that tries: row-stationary, eight k a pass, sums in L1; activations [k][n].
void scalar_rows(const LoopOperands& operands);

}  // namespace axvp::bench
