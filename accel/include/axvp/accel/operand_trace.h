#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/accel/dataflow.h"
#include "axvp/accel/descriptor.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/operand_transition.h"

namespace axvp {

/// A convolution layer with what streams through the array.
struct LayerOperands {
  Descriptor descriptor;  ///< Of a Program: its tiling decides which weights follow one another.
  Encoding encoding = Encoding::SignMagnitude;
  const std::int8_t* weights = nullptr;     ///< [output channel][k].
  std::vector<const std::uint8_t*> inputs;  ///< Stored input tensors (NHWC), one an image, in the order they are run.
};

/// What the processing elements of the array do for a layer, over all its images.
struct StreamCounts {
  std::uint64_t macs = 0;         ///< Of the network, padding counted.
  std::uint64_t executed = 0;     ///< Those whose x and w are not 0.
  std::uint64_t transitions = 0;  ///< Executed ones, and swaps of the stationary operand without one.
  std::uint64_t loads = 0;        ///< Of stationary operands into elements, and of weights into the lanes beside them.

  /// Cycles whose x or w is 0.
  [[nodiscard]] std::uint64_t gated() const { return macs - executed; }
};

/// Transitions of the operands that elements hold, each with its own predecessor.
struct OperandTrace {
  StreamCounts counts;
  /// All of them if there are not more than asked for, else a sample: neighbours are alike.
  std::vector<OperandTransition> transitions;

  [[nodiscard]] bool is_sample() const { return transitions.size() < counts.transitions; }
};

/// Draws `count` transitions from the streams of all elements: systematic sampling after sorting by weight, then by the
/// partial products that toggle, then by activation, with one random start. So every transition is drawn with the same
/// probability, and weights occur as often as in the whole stream.
///
/// A stationary operand moves in with the first operand that passes it, unless it is 0; where that first one is 0 this
/// is a transition without a multiplication (rtl/pe/ax_pe.sv). Elements start with 0 at both ports and go on from
/// fold to fold, tile to tile and image to image. A layer on lanes (Descriptor::lanes) streams through those, whatever
/// the dataflow.
[[nodiscard]] OperandTrace sample_operands(const LayerOperands& layer, Dataflow dataflow, const ArrayConfig& array,
                                           std::size_t count, std::uint64_t seed);

}  // namespace axvp
