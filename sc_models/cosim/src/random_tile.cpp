#include "random_tile.h"

#include <algorithm>
#include <array>

#include "axvp/multipliers/gated_products.h"

namespace axvp {
namespace {

int below(Random& random, int n) {
  return static_cast<int>(random.below(static_cast<std::uint64_t>(n)));
}

/// 1, a prime, a side of the array or twice it, one more or less.
int random_size(int side, Random& random) {
  static constexpr std::array<int, 6> kPrimes{2, 3, 5, 7, 11, 13};
  const int multiple = side * (1 + below(random, 2));
  switch (below(random, 4)) {
    case 0:
      return 1;
    case 1:
      return kPrimes[static_cast<std::size_t>(below(random, 6))];
    case 2:
      return multiple;
    default:
      return std::max(1, multiple + (below(random, 2) == 0 ? 1 : -1));
  }
}

std::uint8_t random_activation(bool is_signed, Random& random) {
  static constexpr std::array<std::uint8_t, 4> kCorners{1, 127, 128, 255};
  if (below(random, 3) == 0) return 0;
  if (!is_signed)
    return below(random, 8) == 0 ? kCorners[random.below(4)] : static_cast<std::uint8_t>(below(random, 256));
  return static_cast<std::uint8_t>(below(random, 255) - 127);
}

std::int8_t random_weight(Random& random) {
  if (below(random, 5) == 0) return 0;
  if (below(random, 8) == 0) return static_cast<std::int8_t>(below(random, 2) == 0 ? 127 : -1);
  return static_cast<std::int8_t>(below(random, 255) - 127);
}

class FoldMaker {
 public:
  FoldMaker(const ArrayConfig& array, const VerificationPool& pool, Random& random)
      : rows_(array.rows), columns_(array.columns), pool_(pool), random_(random) {}

  /// `steps` positions; `used_rows` of K and `used_columns` channels are there.
  [[nodiscard]] RandomFold weight_stationary(int steps, int used_rows, int used_columns, RandomFold fold) const {
    fill_activations(steps, used_rows, fold);
    fold.weights.assign(size(rows_, columns_), 0);
    for (int r = 0; r < used_rows; ++r)
      for (int c = 0; c < used_columns; ++c) fold.weights[size(r, columns_) + size(c, 1)] = random_weight(random_);
    fold.sums.assign(size(steps, columns_), 0);
    const GatedProducts products{pool_.tables[fold.select], Encoding::SignMagnitude, fold.is_signed};
    for (int m = 0; m < steps; ++m)
      for (int r = 0; r < rows_; ++r)
        for (int c = 0; c < columns_; ++c)
          fold.sums[size(m, columns_) + size(c, 1)] +=
              products(fold.activations[size(m, rows_) + size(r, 1)],
                       static_cast<std::uint8_t>(fold.weights[size(r, columns_) + size(c, 1)]));
    return fold;
  }

  /// `steps` of K for `used_rows` positions and `used_columns` channels.
  [[nodiscard]] RandomFold output_stationary(int steps, int used_rows, int used_columns, RandomFold fold) const {
    fill_activations(steps, used_rows, fold);
    fold.weights.assign(size(steps, columns_), 0);
    for (int k = 0; k < steps; ++k)
      for (int c = 0; c < used_columns; ++c) fold.weights[size(k, columns_) + size(c, 1)] = random_weight(random_);
    fold.sums.assign(size(rows_, columns_), 0);
    const GatedProducts products{pool_.tables[fold.select], Encoding::SignMagnitude, fold.is_signed};
    for (int k = 0; k < steps; ++k)
      for (int r = 0; r < rows_; ++r)
        for (int c = 0; c < columns_; ++c)
          fold.sums[size(r, columns_) + size(c, 1)] +=
              products(fold.activations[size(k, rows_) + size(r, 1)],
                       static_cast<std::uint8_t>(fold.weights[size(k, columns_) + size(c, 1)]));
    return fold;
  }

 private:
  static std::size_t size(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

  void fill_activations(int steps, int used_rows, RandomFold& fold) const {
    fold.steps = steps;
    fold.activations.assign(size(steps, rows_), 0);
    for (int s = 0; s < steps; ++s)
      for (int r = 0; r < used_rows; ++r)
        fold.activations[size(s, rows_) + size(r, 1)] = random_activation(fold.is_signed, random_);
  }

  int rows_, columns_;
  const VerificationPool& pool_;
  Random& random_;
};

}  // namespace

std::vector<RandomFold> random_tile(Dataflow dataflow, const ArrayConfig& array, const VerificationPool& pool,
                                    Random& random) {
  const FoldMaker make{array, pool, random};
  const int members = static_cast<int>(pool.ids.size());
  std::vector<RandomFold> folds;
  for (int products = 1 + below(random, 2); products > 0; --products) {
    const int m = random_size(array.rows, random), k = random_size(array.rows, random),
              n = random_size(array.columns, random);
    const bool switches_inside = below(random, 2) == 0;
    RandomFold kind;
    kind.is_signed = below(random, 2) == 0;
    kind.select = static_cast<std::uint8_t>(below(random, members));
    const bool ws = dataflow == Dataflow::WeightStationary;
    for (int channel = 0; channel < n; channel += array.columns)
      for (int outer = 0; outer < (ws ? k : m); outer += array.rows) {
        if (switches_inside) kind.select = static_cast<std::uint8_t>(below(random, members));
        const int used_rows = std::min(array.rows, (ws ? k : m) - outer);
        const int used_columns = std::min(array.columns, n - channel);
        folds.push_back(ws ? make.weight_stationary(m, used_rows, used_columns, kind)
                           : make.output_stationary(k, used_rows, used_columns, kind));
      }
  }
  return folds;
}

}  // namespace axvp
