#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "axvp/evolve/error_bound.h"

namespace axvp {

/// All pairs of a domain in blocks of kBlockPairs. Inside a block the high operand bits run through all values, from
/// block to block the low ones: so a circuit that is badly wrong shows it in the first block.
class PairBlocks {
 public:
  explicit PairBlocks(const OperandDomain& domain);

  [[nodiscard]] std::size_t blocks() const { return operands_.size() / 2048; }
  /// Operands of pair `pair` of a block: x in the low byte, w in the high one.
  [[nodiscard]] std::uint16_t operands(std::size_t block, std::size_t pair) const {
    return operands_[block * 2048 + pair];
  }
  /// Fills the slots of the constants and operand bits for any block; load_block() then changes what differs.
  void load_inputs(std::uint64_t* values) const;
  void load_block(std::size_t block, std::uint64_t* values) const;
  /// 16 planes of the exact product.
  [[nodiscard]] const std::uint64_t* exact(std::size_t block) const { return exact_.data() + block * 16 * 32; }
  /// Pairs with a zero operand.
  [[nodiscard]] const std::uint64_t* zero_pairs(std::size_t block) const { return zero_pairs_.data() + block * 32; }

 private:
  std::vector<std::uint16_t> operands_;
  std::vector<std::uint64_t> exact_;
  std::vector<std::uint64_t> zero_pairs_;
  std::vector<int> outer_bits_;  // operand bits (0..7 x, 8..15 w) that are constant within a block
};

/// A weight below 2^28 for each pair, in the order of the blocks; their sum is about 2^28.
[[nodiscard]] std::vector<std::uint32_t> pair_weights(const PairBlocks& blocks, const OperandHistograms& histograms,
                                                      int weight_bits);

}  // namespace axvp
