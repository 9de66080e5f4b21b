#include "pair_blocks.h"

#include <algorithm>

#include "kernels.h"

namespace axvp {
namespace {

static_assert(kBlockPairs == 2048);

/// The columns of the code's parity check, one for each operand bit (0..7 x, 8.. w): those of weight 1 come with the
/// check bits, which are the lowest of x and w.
std::vector<unsigned> check_columns(std::size_t bits) {
  const unsigned checks = bits == 16 ? 5 : 4;
  std::vector<unsigned> heavy;
  for (unsigned column = 1; column < 1u << checks; ++column) {
    const int weight = __builtin_popcount(column);
    if (weight > 1 && (bits == 15 || weight % 2 == 1)) heavy.push_back(column);
  }
  std::vector<unsigned> columns(bits);
  for (unsigned check = 0; check < checks; ++check) columns[8 * (check % 2) + check / 2] = 1u << check;
  for (unsigned& column : columns)
    if (column == 0) {
      column = heavy.back();
      heavy.pop_back();
    }
  return columns;
}

/// Operand bits of a pair: its number counts through the information bits, the check bits follow from them and the
/// block.
int operand_bits(const std::vector<unsigned>& columns, std::size_t block, std::size_t pair) {
  int bits = 0;
  auto syndrome = static_cast<unsigned>(block);
  for (std::size_t n = 0; n < columns.size(); ++n) {
    if (__builtin_popcount(columns[n]) == 1) continue;
    if (pair & 1) {
      bits |= 1 << n;
      syndrome ^= columns[n];
    }
    pair >>= 1;
  }
  for (std::size_t n = 0; n < columns.size(); ++n)
    if (__builtin_popcount(columns[n]) == 1 && (syndrome & columns[n]) != 0) bits |= 1 << n;
  return bits;
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
  const std::vector<unsigned> columns = check_columns(8 + static_cast<std::size_t>(domain.weight_bits));
  const std::size_t pairs = domain.pairs(), blocks = pairs / kBlockPairs;
  operands_.resize(pairs);
  exact_.resize(blocks * 16 * kBlockWords);
  inputs_.resize(blocks * 16 * kBlockWords);
  zero_pairs_.resize(blocks * kBlockWords);
  for (std::size_t n = 0; n < pairs; ++n) {
    const std::size_t block = n / kBlockPairs, pair = n % kBlockPairs, word = pair / 64;
    const int bits = operand_bits(columns, block, pair);
    operands_[n] = static_cast<std::uint16_t>(bits);
    const int x = bits & 255, w = bits >> 8;
    const auto product = static_cast<std::uint32_t>(
        exact_product(domain.encoding, static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)));
    const std::uint64_t lane = 1ull << (pair % 64);
    for (std::size_t bit = 0; bit < 16; ++bit) {
      const std::size_t plane = (block * 16 + bit) * kBlockWords + word;
      if ((product >> bit) & 1) exact_[plane] |= lane;
      if ((bits >> bit) & 1) inputs_[plane] |= lane;
    }
    if (x == 0 || w == 0) zero_pairs_[block * kBlockWords + word] |= lane;
  }
}

void PairBlocks::load_inputs(std::size_t block, std::uint64_t* values) const {
  std::fill_n(values + kConstantZero * kBlockWords, kBlockWords, 0);
  std::fill_n(values + kConstantOne * kBlockWords, kBlockWords, ~0ull);
  std::copy_n(inputs_.data() + block * 16 * kBlockWords, 16 * kBlockWords, values + x_signal(0) * kBlockWords);
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
