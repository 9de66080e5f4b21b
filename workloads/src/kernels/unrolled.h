#pragma once

#include <utility>

// Shared by files that are each compiled for their own instruction set. Everything has internal linkage.
namespace axvp::kernels {
namespace {

// Only functions that are inlined at once let g++ see that arrays are indexed by constants.
#define AXVP_INLINE __attribute__((always_inline))

/// Calls step(0), ..., step(Count - 1) with constants, so that arrays indexed by them become registers (g++ keeps
/// arrays that a loop indexes in memory).
template <class Step, int... I>
[[gnu::always_inline]] inline void unrolled(std::integer_sequence<int, I...>, Step&& step) {
  (step(std::integral_constant<int, I>{}), ...);
}
template <int Count, class Step>
[[gnu::always_inline]] inline void unrolled(Step&& step) {
  unrolled(std::make_integer_sequence<int, Count>{}, std::forward<Step>(step));
}

}  // namespace
}  // namespace axvp::kernels
