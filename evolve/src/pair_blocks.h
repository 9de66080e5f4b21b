#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "axvp/evolve/error_bound.h"

namespace axvp {

/// All pairs of a domain in blocks of 2,048, each a small picture of the whole: the blocks are the cosets of the
/// extended Hamming code [16, 11] (8x7: of the Hamming code [15, 11]), whose dual code has distance 8, so that within a
/// block any seven operand bits take all their values equally often (an orthogonal array of strength 7; P. Delsarte,
/// "Four fundamental parameters of a code", Information and Control 23(5), 1973).
class PairBlocks {
 public:
  explicit PairBlocks(const OperandDomain& domain);

  [[nodiscard]] std::size_t blocks() const { return operands_.size() / 2048; }
  /// Operands of pair `pair` of a block: x in the low byte, w in the high one.
  [[nodiscard]] std::uint16_t operands(std::size_t block, std::size_t pair) const {
    return operands_[block * 2048 + pair];
  }
  /// Fills the slots of the constants and operand bits, kBlockWords words each.
  void load_inputs(std::size_t block, std::uint64_t* values) const;
  /// 16 planes of the exact product.
  [[nodiscard]] const std::uint64_t* exact(std::size_t block) const { return exact_.data() + block * 16 * 32; }
  /// Pairs with a zero operand.
  [[nodiscard]] const std::uint64_t* zero_pairs(std::size_t block) const { return zero_pairs_.data() + block * 32; }

 private:
  std::vector<std::uint16_t> operands_;
  std::vector<std::uint64_t> exact_;
  std::vector<std::uint64_t> zero_pairs_;
  std::vector<std::uint64_t> inputs_;
};

/// A weight below 2^28 for each pair, in the order of the blocks; their sum is about 2^28.
[[nodiscard]] std::vector<std::uint32_t> pair_weights(const PairBlocks& blocks, const OperandHistograms& histograms,
                                                      int weight_bits);

}  // namespace axvp
