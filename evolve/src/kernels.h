#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "axvp/evolve/genome.h"

// The inner loops, once for each instruction set: whole words of 64 operand pairs or transitions, integers only, so
// that every set gives the same numbers. A kernel's translation unit is compiled for its set and must not emit code
// that others could link to: raw pointers, no templates of the standard library.

namespace axvp {

inline constexpr std::size_t kBlockWords = 32;  ///< 2,048 pairs; with 4 vectors of 512 bits a gate, loops pay off.
inline constexpr std::size_t kBlockPairs = 64 * kBlockWords;
inline constexpr std::size_t kPassWords = 8;  ///< 512 transitions: one vector.
inline constexpr std::size_t kPassTransitions = 64 * kPassWords;
inline constexpr int kTimeSteps = 128;  ///< The timed simulation's horizon.

/// Sums over the pairs of one block.
struct BlockSums {
  std::uint64_t absolute = 0;  ///< Of |e|, e = product - exact.
  std::int64_t error = 0;      ///< Of e.
  std::uint64_t squared = 0;   ///< Of e * e.
};

/// What the error of one block is taken from.
struct ErrorBlock {
  const std::uint64_t* values;   ///< Slots of kBlockWords words, after run().
  const std::uint16_t* product;  ///< The 16 slots of the product.
  const std::uint64_t* exact;    ///< 16 planes of kBlockWords words.
  bool is_signed;                ///< Bit 15 is the sign.
};

/// A step with what its toggles cost. Delays in time steps, energies in attojoules a toggle; [1] is the carry.
struct TimedStep {
  GateKind kind;
  std::uint16_t inputs[kGateInputs];
  std::uint16_t output;
  std::uint8_t delay[2];
  std::uint64_t energy[2];
};

struct TimedProgram {
  const TimedStep* steps;
  std::size_t count;
  std::uint64_t input_energy[16];  ///< Of a toggle of x0..x7, w0..w7.
};

/// One signal's waveform: where its planes begin (the first one holds before time 0) and at which steps others follow.
struct Waveform {
  std::uint32_t offset;
  std::uint64_t times[2];
};

inline constexpr std::uint64_t kOverLimit = ~0ull;

struct Kernels {
  const char* name;
  /// Runs the steps on one block; `values` holds slots of kBlockWords words, the first 18 of them filled.
  void (*run)(const CircuitProgram::Step* steps, std::size_t count, std::uint64_t* values);
  /// BlockSums::absolute only.
  std::uint64_t (*absolute_error)(const ErrorBlock& block);
  BlockSums (*error_moments)(const ErrorBlock& block);
  /// Each pair counts `weights[pair]` (< 2^28) times.
  BlockSums (*weighted_moments)(const ErrorBlock& block, const std::uint32_t* weights);
  /// Whether a pair of `pairs` (kBlockWords words) has a product other than 0.
  bool (*any_product)(const ErrorBlock& block, const std::uint64_t* pairs);
  /// Energy of the transitions from `before` to `after` (16 planes of kPassWords words each: x0..x7, w0..w7) with
  /// inertial delays; kOverLimit once it exceeds `limit` or an event falls beyond kTimeSteps. `planes` has room for
  /// kTimeSteps + 1 planes of kPassWords words a slot, `waveforms` for one entry a slot.
  std::uint64_t (*timed_energy)(const TimedProgram& program, const std::uint64_t* before, const std::uint64_t* after,
                                std::uint64_t limit, std::uint64_t* planes, Waveform* waveforms);
  /// The same without delays: each output toggles at most once. `values` has room for two planes a slot.
  std::uint64_t (*zero_delay_energy)(const TimedProgram& program, const std::uint64_t* before,
                                     const std::uint64_t* after, std::uint64_t* values);
};

[[nodiscard]] const Kernels& portable_kernels();
/// Null where the program was built for another architecture.
[[nodiscard]] const Kernels* avx512_kernels();
/// Whether this machine runs them (AVX-512 F, BW and VPOPCNTDQ).
[[nodiscard]] bool machine_has_avx512();

}  // namespace axvp
