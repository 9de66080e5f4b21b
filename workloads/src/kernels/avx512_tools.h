#pragma once

#include <immintrin.h>

#include "unrolled.h"

// Shared by the files that are compiled for AVX-512, and by no other. Everything has internal linkage.
namespace axvp::kernels {
namespace {

/// sums[16] += for each lane 4 unsigned bytes of x times 4 signed bytes of w. Inline assembly because g++ 12 copies the
/// accumulator for the intrinsic, which halves the speed of the dot kernel; without the instruction set it is a test
/// that emulates it.
inline void dot4(__m512i& sums, __m512i x, __m512i w) {
#ifdef __AVX512VNNI__
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
#else
  sums = _mm512_dpbusd_epi32(sums, x, w);
#endif
}

/// sums[16] += for each lane 2 signed words of a times 2 of b.
inline void add_pairs(__m512i& sums, __m512i a, __m512i b) {
#ifdef __AVX512VNNI__
  asm("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
#else
  sums = _mm512_dpwssd_epi32(sums, a, b);
#endif
}

}  // namespace
}  // namespace axvp::kernels
