#include "pair_blocks.h"

#include <algorithm>

#include "kernels.h"

namespace axvp {
namespace {

constexpr int kInnerBits = 11;  // 2,048 pairs
static_assert(kBlockPairs == std::size_t{1} << kInnerBits);

/// Operand bits (0..7 x, 8..15 w) from the fastest to the slowest: high bits first, x and w in turn.
std::vector<int> bit_order(int weight_bits) {
  std::vector<int> order;
  for (int distance = 0; distance < 8; ++distance) {
    order.push_back(7 - distance);
    if (weight_bits - 1 - distance >= 0) order.push_back(8 + weight_bits - 1 - distance);
  }
  return order;
}

std::vector<std::uint64_t> scaled(const OperandHistogram& counts, std::size_t codes) {
  constexpr double kSum = 1 << 14;
  double total = 0;
  for (std::size_t code = 0; code < codes; ++code) total += static_cast<double>(counts[code]);
  std::vector<std::uint64_t> weights(256);
  for (std::size_t code = 0; code < codes; ++code)
    weights[code] = static_cast<std::uint64_t>(static_cast<double>(counts[code]) / total * kSum + 0.5);
  return weights;
}

}  // namespace

PairBlocks::PairBlocks(const OperandDomain& domain) {
  const std::vector<int> order = bit_order(domain.weight_bits);
  outer_bits_.assign(order.begin() + kInnerBits, order.end());
  const std::size_t pairs = domain.pairs(), blocks = pairs / kBlockPairs;
  operands_.resize(pairs);
  exact_.resize(blocks * 16 * kBlockWords);
  zero_pairs_.resize(blocks * kBlockWords);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    // The blocks come with the low bits' ones first: with all low bits 0 a wrong circuit is often right.
    const std::size_t index = pair ^ ((pairs - 1) & ~(kBlockPairs - 1));
    int bits = 0;
    for (std::size_t n = 0; n < order.size(); ++n) bits |= static_cast<int>((index >> n) & 1) << order[n];
    operands_[pair] = static_cast<std::uint16_t>(bits);
    const int x = bits & 255, w = bits >> 8;
    const auto product = static_cast<std::uint32_t>(
        exact_product(domain.encoding, static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)));
    const std::size_t block = pair / kBlockPairs, word = pair % kBlockPairs / 64;
    const std::uint64_t lane = 1ull << (pair % 64);
    for (std::size_t bit = 0; bit < 16; ++bit)
      if ((product >> bit) & 1) exact_[(block * 16 + bit) * kBlockWords + word] |= lane;
    if (x == 0 || w == 0) zero_pairs_[block * kBlockWords + word] |= lane;
  }
}

void PairBlocks::load_inputs(std::uint64_t* values) const {
  std::fill(values, values + kFirstGateSignal * kBlockWords, 0);
  std::fill(values + kConstantOne * kBlockWords, values + (kConstantOne + 1) * kBlockWords, ~0ull);
  for (std::size_t pair = 0; pair < kBlockPairs; ++pair)
    for (std::size_t bit = 0; bit < 16; ++bit)
      if ((operands(0, pair) >> bit) & 1) values[(x_signal(0) + bit) * kBlockWords + pair / 64] |= 1ull << (pair % 64);
}

void PairBlocks::load_block(std::size_t block, std::uint64_t* values) const {
  for (const int bit : outer_bits_) {
    std::uint64_t* plane = values + (x_signal(0) + static_cast<std::size_t>(bit)) * kBlockWords;
    std::fill(plane, plane + kBlockWords, (operands(block, 0) >> bit) & 1 ? ~0ull : 0);
  }
}

std::vector<std::uint32_t> pair_weights(const PairBlocks& blocks, const OperandHistograms& histograms,
                                        int weight_bits) {
  const auto x_weights = scaled(histograms.x, 256);
  const auto w_weights = scaled(histograms.w, std::size_t{1} << weight_bits);
  std::vector<std::uint32_t> weights;
  for (std::size_t block = 0; block < blocks.blocks(); ++block)
    for (std::size_t pair = 0; pair < kBlockPairs; ++pair) {
      const std::size_t operands = blocks.operands(block, pair);
      weights.push_back(static_cast<std::uint32_t>(x_weights[operands & 255] * w_weights[operands >> 8]));
    }
  return weights;
}

}  // namespace axvp
