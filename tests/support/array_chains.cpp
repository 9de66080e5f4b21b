#include "array_chains.h"

#include <algorithm>
#include <array>

namespace axvp::testing {
namespace {

int below(Random& random, int n) {
  return static_cast<int>(random.below(static_cast<std::uint64_t>(n)));
}

int random_size(int side, Random& random) {
  static constexpr std::array<int, 6> kPrimes{2, 3, 7, 13, 29, 47};
  switch (below(random, 5)) {
    case 0:
      return 1;
    case 1:
      return kPrimes[static_cast<std::size_t>(below(random, 6))];
    case 2:
      return side * (1 + below(random, 2));
    case 3:
      return std::max(1, side * (1 + below(random, 2)) + (below(random, 2) == 0 ? 1 : -1));
    default:
      return 1 + below(random, 50);
  }
}

}  // namespace

RandomChain::RandomChain(const std::vector<ChainShape>& shapes, int selectables, Random& random) {
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const ChainShape& shape = shapes[i];
    MatrixProduct product;
    product.positions = shape.m;
    product.depth = shape.k;
    product.channels = shape.n;
    product.activations_signed = i % 2 == 1;
    product.select = static_cast<std::uint8_t>(below(random, selectables));
    auto& x = activations_.emplace_back(static_cast<std::size_t>(shape.m * shape.k));
    for (auto& value : x) {
      const int magnitude = below(random, 3) == 0 ? 0 : below(random, product.activations_signed ? 128 : 256);
      value = static_cast<std::uint8_t>(product.activations_signed && below(random, 2) == 0 ? -magnitude : magnitude);
    }
    auto& w = weights_.emplace_back(static_cast<std::size_t>(shape.n * shape.k));
    for (auto& value : w) value = static_cast<std::int8_t>(below(random, 6) == 0 ? 0 : below(random, 255) - 127);
    product.activations = x.data();
    product.weights = w.data();
    product.sum_stride = shape.n + 1;  // what lies between must stay
    product.sums = sums_.emplace_back(static_cast<std::size_t>(shape.m * product.sum_stride)).data();
    products_.push_back(product);
  }
  clear_sums();
}

void RandomChain::clear_sums() {
  for (auto& sums : sums_) std::fill(sums.begin(), sums.end(), -12345);
}

std::int64_t reference_cycles(Dataflow dataflow, int rows, int columns, const std::vector<ChainShape>& shapes) {
  std::vector<std::int64_t> lengths;  // M_f or K_f of each fold
  for (const ChainShape& s : shapes)
    for (int outer = 0; outer < (dataflow == Dataflow::WeightStationary ? s.k : s.m); outer += rows)
      for (int n = 0; n < s.n; n += columns) lengths.push_back(dataflow == Dataflow::WeightStationary ? s.m : s.k);
  std::int64_t before_last = 0;
  for (std::size_t f = 0; f + 1 < lengths.size(); ++f) before_last += std::max<std::int64_t>(lengths[f], rows);
  if (dataflow == Dataflow::WeightStationary) return 1 + before_last + lengths.back() + rows + columns - 2;
  const std::int64_t slot = lengths.size() == 1 ? lengths[0] : std::max<std::int64_t>(lengths.back(), rows);
  return before_last + slot + 2 * rows + columns - 2;
}

ChainShape random_shape(int rows, int columns, Random& random) {
  return {random_size(rows, random), random_size(rows, random), random_size(columns, random)};
}

}  // namespace axvp::testing
