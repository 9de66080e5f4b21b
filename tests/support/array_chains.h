#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "axvp/accel/array_model.h"
#include "axvp/common/random.h"

namespace axvp::testing {

/// M x K by K x N.
struct ChainShape {
  int m = 1, k = 1, n = 1;
};

/// Random operands for matrix products in a row, a third of the activations and a sixth of the weights 0, and the sums
/// that a level writes.
class RandomChain {
 public:
  /// Each product selects one of `selectables`. Signed and unsigned activations take turns.
  RandomChain(const std::vector<ChainShape>& shapes, int selectables, Random& random);
  RandomChain(const RandomChain&) = delete;
  RandomChain& operator=(const RandomChain&) = delete;

  [[nodiscard]] const std::vector<MatrixProduct>& products() const { return products_; }
  [[nodiscard]] const std::deque<std::vector<std::int32_t>>& sums() const { return sums_; }
  void clear_sums();

 private:
  std::deque<std::vector<std::uint8_t>> activations_;
  std::deque<std::vector<std::int8_t>> weights_;
  std::deque<std::vector<std::int32_t>> sums_;
  std::vector<MatrixProduct> products_;
};

/// The reference forms, written a second time and fold by fold.
/// WS: T = 1 + sum_{f<F} max(M_f, R) + M_F + R + C - 2. OS: T = (F-1) P + L + 2R + C - 2, P = max(K, R), L = K if F = 1
/// else P.
[[nodiscard]] std::int64_t reference_cycles(Dataflow dataflow, int rows, int columns,
                                            const std::vector<ChainShape>& shapes);

/// Shapes for a random test: sizes 1, primes, multiples of the array's sides and their neighbours, and any up to 50.
[[nodiscard]] ChainShape random_shape(int rows, int columns, Random& random);

}  // namespace axvp::testing
