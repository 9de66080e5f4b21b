// Compiled with -mavx512f -mavx512bw -mavx512vpopcntdq; see kernels.h.
#include <immintrin.h>

#include "kernels.h"

namespace axvp {
namespace {

using Vector = __m512i;

inline Vector load(const std::uint64_t* from) {
  return _mm512_loadu_si512(from);
}
inline void store(std::uint64_t* to, Vector v) {
  _mm512_storeu_si512(to, v);
}
inline Vector zero() {
  return _mm512_setzero_si512();
}
inline Vector not_(Vector a) {
  return _mm512_ternarylogic_epi64(a, a, a, 0x0f);
}
inline Vector and_(Vector a, Vector b) {
  return _mm512_and_si512(a, b);
}
inline Vector or_(Vector a, Vector b) {
  return _mm512_or_si512(a, b);
}
inline Vector xor_(Vector a, Vector b) {
  return _mm512_xor_si512(a, b);
}
inline Vector nand(Vector a, Vector b) {
  return _mm512_ternarylogic_epi64(a, b, b, 0x3f);
}
inline Vector nor(Vector a, Vector b) {
  return _mm512_ternarylogic_epi64(a, b, b, 0x03);
}
inline Vector xnor(Vector a, Vector b) {
  return _mm512_ternarylogic_epi64(a, b, b, 0xc3);
}
inline Vector xor3(Vector a, Vector b, Vector c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}
inline Vector majority(Vector a, Vector b, Vector c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0xe8);
}
/// Borrow of a - b - c.
inline Vector borrow_of(Vector a, Vector b, Vector c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0x8e);
}
/// a where `mask`, else b.
inline Vector select(Vector mask, Vector a, Vector b) {
  return _mm512_ternarylogic_epi64(mask, a, b, 0xca);
}
inline Vector add(Vector a, Vector b) {
  return _mm512_add_epi64(a, b);
}
inline Vector shift_left(Vector a, unsigned count) {
  return _mm512_sll_epi64(a, _mm_cvtsi32_si128(static_cast<int>(count)));
}
inline Vector count_ones(Vector a) {
  return _mm512_popcnt_epi64(a);
}
inline std::uint64_t sum_of(Vector a) {
  return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(a));
}
inline bool is_zero(Vector a) {
  return _mm512_test_epi64_mask(a, a) == 0;
}
inline bool equal(Vector a, Vector b) {
  return _mm512_cmpneq_epi64_mask(a, b) == 0;
}

/// Adds the 64 pairs of word `n`, 16 lanes of 32 bits at a time; planes as in Difference, the sign last.
inline void add_weighted(const std::uint64_t planes[17][8], std::size_t n, const std::uint32_t* weights,
                         BlockSums& sums) {
  Vector absolute = zero(), negative_part = zero(), squared = zero();
  for (unsigned lane = 0; lane < 64; lane += 16) {
    const auto mask = [&](unsigned bit) { return static_cast<__mmask16>(planes[bit][n] >> lane); };
    Vector magnitude = _mm512_maskz_set1_epi32(mask(16), 1);
    for (unsigned bit = 0; bit < 16; ++bit)
      magnitude = _mm512_mask_add_epi32(magnitude, mask(bit), magnitude, _mm512_set1_epi32(1 << bit));
    const Vector weight = _mm512_loadu_si512(weights + lane);
    const Vector square = _mm512_mullo_epi32(magnitude, magnitude);
    const Vector negative = _mm512_maskz_mov_epi32(mask(16), magnitude);
    const auto odd = [](Vector v) { return _mm512_srli_epi64(v, 32); };
    absolute = add(absolute, add(_mm512_mul_epu32(weight, magnitude), _mm512_mul_epu32(odd(weight), odd(magnitude))));
    negative_part =
        add(negative_part, add(_mm512_mul_epu32(weight, negative), _mm512_mul_epu32(odd(weight), odd(negative))));
    squared = add(squared, add(_mm512_mul_epu32(weight, square), _mm512_mul_epu32(odd(weight), odd(square))));
  }
  const std::uint64_t total = sum_of(absolute);
  sums.absolute += total;
  sums.error += static_cast<std::int64_t>(total) - static_cast<std::int64_t>(2 * sum_of(negative_part));
  sums.squared += sum_of(squared);
}

#include "kernels_impl.h"

}  // namespace

const Kernels* avx512_kernels() {
  static const Kernels kernels{"AVX-512",        run,         absolute_error, error_moments,
                               weighted_moments, any_product, timed_energy,   zero_delay_energy};
  return &kernels;
}

bool machine_has_avx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vpopcntdq") != 0;
}

}  // namespace axvp
