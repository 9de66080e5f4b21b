#include "kernels.h"

namespace axvp {
namespace {

struct Vector {
  std::uint64_t word[8];
};

template <class Function>
inline Vector each(Function&& function) {
  Vector result;
  for (std::size_t n = 0; n < 8; ++n) result.word[n] = function(n);
  return result;
}

inline Vector load(const std::uint64_t* from) {
  return each([&](std::size_t n) { return from[n]; });
}
inline void store(std::uint64_t* to, Vector v) {
  for (std::size_t n = 0; n < 8; ++n) to[n] = v.word[n];
}
inline Vector zero() {
  return Vector{};
}
inline Vector not_(Vector a) {
  return each([&](std::size_t n) { return ~a.word[n]; });
}
inline Vector and_(Vector a, Vector b) {
  return each([&](std::size_t n) { return a.word[n] & b.word[n]; });
}
inline Vector or_(Vector a, Vector b) {
  return each([&](std::size_t n) { return a.word[n] | b.word[n]; });
}
inline Vector xor_(Vector a, Vector b) {
  return each([&](std::size_t n) { return a.word[n] ^ b.word[n]; });
}
inline Vector nand(Vector a, Vector b) {
  return not_(and_(a, b));
}
inline Vector nor(Vector a, Vector b) {
  return not_(or_(a, b));
}
inline Vector xnor(Vector a, Vector b) {
  return not_(xor_(a, b));
}
inline Vector xor3(Vector a, Vector b, Vector c) {
  return xor_(xor_(a, b), c);
}
inline Vector majority(Vector a, Vector b, Vector c) {
  return or_(and_(a, b), and_(c, xor_(a, b)));
}
/// Borrow of a - b - c.
inline Vector borrow_of(Vector a, Vector b, Vector c) {
  return majority(not_(a), b, c);
}
/// a where `mask`, else b.
inline Vector select(Vector mask, Vector a, Vector b) {
  return xor_(b, and_(mask, xor_(a, b)));
}
inline Vector add(Vector a, Vector b) {
  return each([&](std::size_t n) { return a.word[n] + b.word[n]; });
}
inline Vector shift_left(Vector a, unsigned count) {
  return each([&](std::size_t n) { return a.word[n] << count; });
}
/// Of each word; bit tricks, because the baseline instruction set has no population count.
inline Vector count_ones(Vector a) {
  return each([&](std::size_t n) {
    std::uint64_t v = a.word[n];
    v -= (v >> 1) & 0x5555555555555555;
    v = (v & 0x3333333333333333) + ((v >> 2) & 0x3333333333333333);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0f;
    v += v >> 8;
    v += v >> 16;
    v += v >> 32;
    return v & 0x7f;
  });
}
inline std::uint64_t sum_of(Vector a) {
  std::uint64_t sum = 0;
  for (const std::uint64_t word : a.word) sum += word;
  return sum;
}
inline bool is_zero(Vector a) {
  std::uint64_t any = 0;
  for (const std::uint64_t word : a.word) any |= word;
  return any == 0;
}
inline bool equal(Vector a, Vector b) {
  return is_zero(xor_(a, b));
}

/// Adds the 64 pairs of word `n`; planes as in Difference, the sign last.
inline void add_weighted(const std::uint64_t planes[17][8], std::size_t n, const std::uint32_t* weights,
                         BlockSums& sums) {
  for (unsigned lane = 0; lane < 64; ++lane) {
    const std::uint64_t negative = (planes[16][n] >> lane) & 1;
    std::uint64_t magnitude = negative;
    for (unsigned bit = 0; bit < 16; ++bit) magnitude += ((planes[bit][n] >> lane) & 1) << bit;
    const std::uint64_t weighted = weights[lane] * magnitude;
    sums.absolute += weighted;
    sums.error += negative != 0 ? -static_cast<std::int64_t>(weighted) : static_cast<std::int64_t>(weighted);
    sums.squared += weighted * magnitude;
  }
}

#include "kernels_impl.h"

}  // namespace

const Kernels& portable_kernels() {
  static const Kernels kernels{"portable",       run,         absolute_error, error_moments,
                               weighted_moments, any_product, timed_energy,   zero_delay_energy};
  return kernels;
}

#if !defined(__x86_64__)
const Kernels* avx512_kernels() {
  return nullptr;
}
bool machine_has_avx512() {
  return false;
}
#endif

}  // namespace axvp
