#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "axvp/verilated/verilated_multiplier.h"

namespace axvp {

/// What multiplies in a Verilated array.
enum class PoolView {
  Gates,  ///< rtl/pool/gates: four multipliers in each element, gate by gate.
  Table,  ///< rtl/pool/table: the products that set_products() wrote.
};

/// An array that was compiled.
struct VerilatedArrayShape {
  int rows = 0, columns = 0;
  PoolView pool = PoolView::Table;
};

/// A selection's products for the view Table, [activation 0..255][weight 0..127], from the multiplier's gates.
using PoolProducts = std::vector<std::uint16_t>;
[[nodiscard]] PoolProducts tabulate_products(VerilatedMultiplier& multiplier, int mode);

inline constexpr int kPoolSelections = 32;  ///< Values of the arrays' select_i.

/// What both arrays have in common. An object is one instance of the circuit: use it from one thread at a time. It
/// starts in reset state.
class VerilatedArray {
 public:
  virtual ~VerilatedArray() = default;
  [[nodiscard]] virtual VerilatedArrayShape shape() const = 0;
  /// `select` in [0, kPoolSelections). Throws std::invalid_argument where the pool is made of gates.
  virtual void set_products(int select, const PoolProducts& products) = 0;
  virtual void reset() = 0;
  /// What the sum's register of an element holds after the last edge.
  [[nodiscard]] virtual std::int32_t partial_sum(int row, int column) const = 0;
};

/// Ports of ax_ws_array before a rising edge; null stands for nothing valid.
struct WsArrayPorts {
  const std::uint8_t* activations = nullptr;  ///< A byte a row.
  bool activations_signed = false;
  bool swap = false;
  std::uint8_t select = 0;
  const std::int8_t* weights = nullptr;  ///< A byte a column.
  int weight_row = 0;
};

class VerilatedWsArray : public VerilatedArray {
 public:
  /// One rising edge. The sums at the ports after it, a word a column, or null where they are not valid.
  virtual const std::int32_t* clock(const WsArrayPorts& ports) = 0;
};

/// Ports of ax_os_array before a rising edge; null stands for zeros.
struct OsArrayPorts {
  const std::uint8_t* activations = nullptr;
  bool activations_signed = false;
  const std::int8_t* weights = nullptr;
  bool first = false;
  bool last = false;
  std::uint8_t select = 0;
};

class VerilatedOsArray : public VerilatedArray {
 public:
  virtual const std::int32_t* clock(const OsArrayPorts& ports) = 0;
};

/// ax_lanes with the pool as a table; of OsArrayPorts a byte a lane of either operand.
class VerilatedLanes {
 public:
  virtual ~VerilatedLanes() = default;
  [[nodiscard]] virtual int lanes() const = 0;
  virtual void set_products(int select, const PoolProducts& products) = 0;
  virtual void reset() = 0;
  virtual const std::int32_t* clock(const OsArrayPorts& ports) = 0;
};

[[nodiscard]] std::vector<int> verilated_lanes();
/// Null where no such number of lanes was compiled.
[[nodiscard]] std::unique_ptr<VerilatedLanes> make_verilated_lanes(int lanes);

[[nodiscard]] std::vector<VerilatedArrayShape> verilated_ws_arrays();
[[nodiscard]] std::vector<VerilatedArrayShape> verilated_os_arrays();
/// Null where no such array was compiled.
[[nodiscard]] std::unique_ptr<VerilatedWsArray> make_verilated_ws_array(const VerilatedArrayShape& shape);
[[nodiscard]] std::unique_ptr<VerilatedOsArray> make_verilated_os_array(const VerilatedArrayShape& shape);

}  // namespace axvp
