#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/common/units.h"
#include "axvp/power/boolean_expression.h"

namespace axvp {

// A cell library as Liberty (NLDM) describes it, in fixed units: ns, pF, V, nW, pJ (internal energies are in the
// library's capacitance unit times volt squared).

/// A signal edge; indexes std::array<.., 2>.
enum class Edge : std::uint8_t { Rise, Fall };
inline constexpr std::array kEdges{Edge::Rise, Edge::Fall};

/// A look-up table over input transition time (ns) and output load (pF): bilinear inside, extrapolated outside, as
/// static timing tools do. A table with fewer axes ignores the other operand.
class NldmTable {
 public:
  /// A constant.
  explicit NldmTable(double value = 0.0) : values_{value} {}
  /// `values` row-major, one row per transition; an empty axis does not count. Axes ascend strictly.
  NldmTable(std::vector<double> transitions_ns, std::vector<double> loads_pf, std::vector<double> values);

  [[nodiscard]] double at(double transition_ns, double load_pf) const;

 private:
  std::vector<double> transitions_ns_;
  std::vector<double> loads_pf_;
  std::vector<double> values_;
};

/// Internal energy of one transition of the pin that holds it, in pJ for each edge.
struct InternalPower {
  std::vector<std::string> related_pins;  ///< Inputs that cause it; empty for an input pin's own energy.
  std::optional<BooleanExpression> when;  ///< Applies only where this holds.
  std::array<NldmTable, 2> energy_pj;     ///< By Edge of the pin.
};

/// How an edge at the input turns the output.
enum class TimingSense : std::uint8_t { PositiveUnate, NegativeUnate, NonUnate };

/// A delay arc that ends at an output pin.
struct TimingArc {
  std::vector<std::string> related_pins;
  TimingSense sense = TimingSense::NonUnate;
  std::optional<Edge> clock_edge;     ///< Set where a clock edge launches the output.
  std::array<NldmTable, 2> delay_ns;  ///< By Edge of the output.
  std::array<NldmTable, 2> transition_ns;
};

enum class PinDirection : std::uint8_t { Input, Output, Internal };

struct LibertyPin {
  std::string name;
  PinDirection direction = PinDirection::Input;
  double capacitance_pf = 0.0;
  bool is_clock = false;
  std::optional<BooleanExpression> function;  ///< Of input pins and flip-flop state, for outputs.
  std::vector<InternalPower> internal_power;
  std::vector<TimingArc> timing;
};

/// An edge-triggered flip-flop: Liberty's `ff` group.
struct FlipFlop {
  std::string state;           ///< Name of the state inside functions, e.g. "IQ".
  std::string inverted_state;  ///< e.g. "IQN".
  BooleanExpression next_state;
  BooleanExpression clocked_on;
  std::optional<BooleanExpression> clear;
  std::optional<BooleanExpression> preset;
};

/// Leakage in the states where `when` holds.
struct LeakageState {
  std::optional<BooleanExpression> when;
  double power_nw = 0.0;
};

struct LibertyCell {
  std::string name;
  SquareMicrometres area{};
  double leakage_nw = 0.0;            ///< cell_leakage_power, for states no `when` covers.
  std::vector<LeakageState> leakage;  ///< With `when` only.
  std::vector<LibertyPin> pins;       ///< In the file's order.
  std::optional<FlipFlop> flip_flop;
  std::string unsupported;  ///< Why the cell cannot be simulated ("is a latch"); empty if it can.

  [[nodiscard]] const LibertyPin* find_pin(std::string_view pin) const;
};

struct LibertyLibrary {
  std::string name;
  std::string sha256;  ///< Of the file's bytes.
  std::string corner;  ///< Default operating conditions, or "nominal".
  double voltage_v = 0.0;
  double temperature_c = 0.0;
  std::map<std::string, LibertyCell> cells;

  [[nodiscard]] const LibertyCell* find_cell(std::string_view cell) const;
};

/// Reads what energy and delay need. Attributes and groups it does not use are skipped; what it uses is checked:
/// syntax, numbers, units, table shapes, pins named in functions. Errors: "FILE: line 12: cell AND2X1, pin Y: ...".
[[nodiscard]] Result<LibertyLibrary> parse_liberty(std::string_view text, const std::string& name);
[[nodiscard]] Result<LibertyLibrary> load_liberty(const std::filesystem::path& path);

/// Where Debian's package qflow-tech-osu018 puts the default library.
inline constexpr std::string_view kDefaultLiberty = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";

}  // namespace axvp
