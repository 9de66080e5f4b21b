#include "peer_loops.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace axvp::bench {
namespace {

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

}  // namespace

void peers_loop(const LoopOperands& o) {
  for (int m = 0; m < o.m; ++m)
    for (int n = 0; n < o.n; ++n) {
      std::int32_t sum = 0;
      for (int k = 0; k < o.k; ++k)
        sum += o.table[256 * o.weights[at(m) * at(o.k) + at(k)] + o.activations[at(k) * at(o.n) + at(n)]];
      o.sums[at(m) * at(o.n) + at(n)] = sum;
    }
}

void peers_loop_by_patch(const LoopOperands& o) {
  for (int m = 0; m < o.m; ++m)
    for (int n = 0; n < o.n; ++n) {
      std::int32_t sum = 0;
      for (int k = 0; k < o.k; ++k)
        sum += o.table[256 * o.weights[at(m) * at(o.k) + at(k)] + o.activations[at(n) * at(o.k) + at(k)]];
      o.sums[at(m) * at(o.n) + at(n)] = sum;
    }
}

void peers_depthwise_loop(const LoopOperands& o) {
  for (int m = 0; m < o.m; ++m)
    for (int n = 0; n < o.n; ++n) {
      std::int32_t sum = 0;
      for (int k = 0; k < o.k; ++k)
        sum += o.table[256 * o.weights[at(m) * at(o.k) + at(k)] +
                       o.activations[(at(m) * at(o.k) + at(k)) * at(o.n) + at(n)]];
      o.sums[at(m) * at(o.n) + at(n)] = sum;
    }
}

void scalar_rows(const LoopOperands& o) {
  constexpr int kBlock = 1024;
  constexpr int kDepth = 8;
  for (int first = 0; first < o.n; first += kBlock) {
    const int count = std::min(kBlock, o.n - first);
    for (int m = 0; m < o.m; ++m) {
      std::int32_t* sums = o.sums + at(m) * at(o.n) + at(first);
      std::memset(sums, 0, at(count) * sizeof(*sums));
      int k = 0;
      for (; k + kDepth <= o.k; k += kDepth) {
        const std::uint8_t* w = o.weights + at(m) * at(o.k) + at(k);
        const std::uint8_t* x = o.activations + at(k) * at(o.n) + at(first);
        const std::size_t row = at(o.n);
        const std::int32_t* t[kDepth];
        for (int i = 0; i < kDepth; ++i) t[i] = o.table + 256 * w[i];
        for (int n = 0; n < count; ++n)
          sums[n] += (t[0][x[n]] + t[1][x[row + at(n)]]) + (t[2][x[2 * row + at(n)]] + t[3][x[3 * row + at(n)]]) +
                     (t[4][x[4 * row + at(n)]] + t[5][x[5 * row + at(n)]]) +
                     (t[6][x[6 * row + at(n)]] + t[7][x[7 * row + at(n)]]);
      }
      for (; k < o.k; ++k) {
        const std::int32_t* t = o.table + 256 * o.weights[at(m) * at(o.k) + at(k)];
        const std::uint8_t* x = o.activations + at(k) * at(o.n) + at(first);
        for (int n = 0; n < count; ++n) sums[n] += t[x[n]];
      }
    }
  }
}

}  // namespace axvp::bench
