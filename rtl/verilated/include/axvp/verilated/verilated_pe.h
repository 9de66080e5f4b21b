#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace axvp {

/// Input ports of ax_pe before a rising clock edge; the ports are described in rtl/pe/ax_pe.sv.
struct PeInputs {
  bool act_sign = false;
  std::uint8_t act_mag = 0;
  bool swap = false;
  std::uint8_t select = 0;  ///< 0..31, with a multiplier inside 0..3; counts where `swap` is set.
  bool weight_we = false;
  bool weight_sign = false;
  std::uint8_t weight_mag = 0;  ///< 0..127.
  std::int32_t psum = 0;
};

/// Output ports of ax_pe after the edge.
struct PeOutputs {
  bool act_sign = false;
  std::uint8_t act_mag = 0;
  bool swap = false;
  std::uint8_t select = 0;
  std::int32_t psum = 0;
};

/// One Verilated processing element; starts in reset state. Use an object from one thread at a time.
class VerilatedPe {
 public:
  virtual ~VerilatedPe() = default;
  virtual void reset() = 0;                                           ///< Asserts and releases rst_ni.
  [[nodiscard]] virtual PeOutputs clock(const PeInputs& inputs) = 0;  ///< One rising edge.
};

/// Input ports of ax_pe_os before a rising clock edge; its drain register never takes over from the north.
struct OsPeInputs {
  bool act_sign = false;
  std::uint8_t act_mag = 0;
  bool first = false, last = false;
  std::uint8_t select = 0;  ///< 0..31; counts where `first` is set.
  bool weight_sign = false;
  std::uint8_t weight_mag = 0;  ///< 0..127.
};

/// Its sum and drain registers after the edge.
struct OsPeOutputs {
  std::int32_t sum = 0, drain = 0;
};

class VerilatedOsPe {
 public:
  virtual ~VerilatedOsPe() = default;
  [[nodiscard]] virtual OsPeOutputs clock(const OsPeInputs& inputs) = 0;  ///< One rising edge.
};

/// What answers at the element's pool ports: the 16-bit product of the held operands under a selection. Called once
/// after reset and once after each edge.
using PePool = std::function<std::uint16_t(std::uint8_t x, std::uint8_t w, int select)>;

/// ax_pe alone, with `pool` in place of the multipliers.
[[nodiscard]] std::unique_ptr<VerilatedPe> make_verilated_pe(PePool pool);

/// ax_pe_os alone, with `pool` in place of the multipliers. It starts in reset state.
[[nodiscard]] std::unique_ptr<VerilatedOsPe> make_verilated_os_pe(PePool pool);

/// ax_pe_s8 alone: activations and weights are bytes in two's complement at `act_mag` and `weight_mag`, without signs.
[[nodiscard]] std::unique_ptr<VerilatedPe> make_verilated_pe_s8(PePool pool);

/// ax_pe_gated_dadda_468: with its multiplier in RTL.
[[nodiscard]] std::unique_ptr<VerilatedPe> make_verilated_pe_gated_dadda_468();

}  // namespace axvp
