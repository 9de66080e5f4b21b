#pragma once

#include <cstdint>
#include <memory>

namespace axvp {

/// Input ports of ax_requantise before a rising edge.
struct RequantiserPorts {
  std::int32_t accumulator = 0;
  std::int16_t multiplier = 0;
  std::int64_t bias = 0;           ///< Signed 48 bit.
  std::uint8_t shift = 1;          ///< [1, 32].
  std::int32_t low = 0, high = 0;  ///< Held while the outputs of one tensor pass.
};

/// The Verilated lane of requantisation. Use an object from one thread at a time.
class VerilatedRequantiser {
 public:
  static constexpr int kLatency = 3;  ///< Edges, the one that takes the inputs included.
  virtual ~VerilatedRequantiser() = default;
  /// One rising edge; y_o after it.
  virtual std::int32_t clock(const RequantiserPorts& ports) = 0;
};

[[nodiscard]] std::unique_ptr<VerilatedRequantiser> make_verilated_requantiser();

}  // namespace axvp
