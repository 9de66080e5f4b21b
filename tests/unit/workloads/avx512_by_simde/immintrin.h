#pragma once

// AVX-512 in portable C++, in place of the compiler's header: SIMDe, and the intrinsics of the kernels that its version
// in Debian 12 lacks.
#define SIMDE_NO_NATIVE
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#include <simde/x86/avx512.h>

#include <cstdint>
#include <cstring>

using __mmask8 = std::uint8_t;
using __mmask16 = std::uint16_t;
using __mmask32 = std::uint32_t;
using __mmask64 = std::uint64_t;

namespace simde_lacks {

template <class T, class Vector>
struct Lanes {
  static constexpr int kCount = sizeof(Vector) / sizeof(T);
  T lane[kCount] = {};

  Lanes() = default;
  explicit Lanes(const Vector& vector) { std::memcpy(lane, &vector, sizeof(lane)); }
  [[nodiscard]] Vector vector() const {
    Vector result;
    std::memcpy(&result, lane, sizeof(lane));
    return result;
  }
};

template <class From, class To, class Result, class Vector>
Result convert(const Vector& vector) {
  const Lanes<From, Vector> in{vector};
  Lanes<To, Result> out;
  for (int i = 0; i < in.kCount; ++i) out.lane[i] = static_cast<To>(in.lane[i]);
  return out.vector();
}

template <class Mask, class Vector>
void store_bytes(void* to, Mask mask, const Vector& vector) {
  const Lanes<std::uint8_t, Vector> in{vector};
  for (int i = 0; i < in.kCount; ++i)
    if ((mask >> i & 1) != 0) static_cast<std::uint8_t*>(to)[i] = in.lane[i];
}

}  // namespace simde_lacks

inline __m512i _mm512_cvtepi16_epi32(__m256i a) {
  return simde_lacks::convert<std::int16_t, std::int32_t, __m512i>(a);
}
inline __m512i _mm512_cvtepi32_epi64(__m256i a) {
  return simde_lacks::convert<std::int32_t, std::int64_t, __m512i>(a);
}
inline __m128i _mm512_cvtepi64_epi8(__m512i a) {
  return simde_lacks::convert<std::int64_t, std::int8_t, __m128i>(a);
}
inline __m512i _mm512_cvtepu8_epi16(__m256i a) {
  return simde_lacks::convert<std::uint8_t, std::uint16_t, __m512i>(a);
}
inline __m512i _mm512_cvtepu8_epi32(__m128i a) {
  return simde_lacks::convert<std::uint8_t, std::uint32_t, __m512i>(a);
}

inline __m512i _mm512_i32gather_epi32(__m512i index, const void* base, int scale) {
  simde_lacks::Lanes<std::int32_t, __m512i> lanes{index};
  for (auto& lane : lanes.lane)
    std::memcpy(&lane, static_cast<const char*>(base) + std::int64_t{lane} * scale, sizeof(lane));
  return lanes.vector();
}

inline void _mm_mask_storeu_epi8(void* to, __mmask16 mask, __m128i a) {
  simde_lacks::store_bytes(to, mask, a);
}
inline void _mm512_mask_storeu_epi8(void* to, __mmask64 mask, __m512i a) {
  simde_lacks::store_bytes(to, mask, a);
}

inline __m512i _mm512_maskz_loadu_epi8(__mmask64 mask, const void* from) {
  simde_lacks::Lanes<std::uint8_t, __m512i> lanes;
  for (int i = 0; i < lanes.kCount; ++i)
    if ((mask >> i & 1) != 0) lanes.lane[i] = static_cast<const std::uint8_t*>(from)[i];
  return lanes.vector();
}

inline __m512i _mm512_mask_sub_epi16(__m512i otherwise, __mmask32 mask, __m512i a, __m512i b) {
  simde_lacks::Lanes<std::int16_t, __m512i> result{otherwise};
  const simde_lacks::Lanes<std::int16_t, __m512i> x{a}, y{b};
  for (int i = 0; i < result.kCount; ++i)
    if ((mask >> i & 1) != 0) result.lane[i] = static_cast<std::int16_t>(x.lane[i] - y.lane[i]);
  return result.vector();
}

inline __m512i _mm512_srav_epi64(__m512i a, __m512i shifts) {
  simde_lacks::Lanes<std::int64_t, __m512i> result{a};
  const simde_lacks::Lanes<std::int64_t, __m512i> shift{shifts};
  for (int i = 0; i < result.kCount; ++i) result.lane[i] >>= shift.lane[i];
  return result.vector();
}

// SIMDe 0.7.4 has a madd of four operands under this name.
#undef _mm512_madd_epi16
inline __m512i _mm512_madd_epi16(__m512i a, __m512i b) {
  const simde_lacks::Lanes<std::int16_t, __m512i> x{a}, y{b};
  simde_lacks::Lanes<std::int32_t, __m512i> result;
  for (int i = 0; i < result.kCount; ++i)
    result.lane[i] = x.lane[2 * i] * y.lane[2 * i] + x.lane[2 * i + 1] * y.lane[2 * i + 1];
  return result.vector();
}
