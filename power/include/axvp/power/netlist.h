#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/power/liberty.h"

namespace axvp {

using NetId = std::int32_t;
inline constexpr NetId kZeroNet = 0;       ///< Constant 0.
inline constexpr NetId kOneNet = 1;        ///< Constant 1.
inline constexpr NetId kUnconnected = -1;  ///< Of output pins nobody reads.

/// One instance of a library cell.
struct NetlistCell {
  std::string name;  ///< With the path of its modules, e.g. "u_mul.u_17".
  const LibertyCell* type = nullptr;
  std::vector<NetId> nets;  ///< By index into type->pins.
  std::size_t part = 0;     ///< Index into Netlist::parts.
};

struct NetlistPort {
  std::string name;
  bool is_input = false;
  std::vector<NetId> bits;  ///< Least significant first.
};

/// A mapped circuit, flattened and in order: cells of `combinational` come after the drivers of all their inputs.
struct Netlist {
  std::shared_ptr<const LibertyLibrary> library;
  std::string top;
  std::vector<NetlistPort> ports;
  std::vector<NetlistCell> cells;
  std::vector<std::size_t> combinational;  ///< Indices into `cells`, levelised.
  std::vector<std::size_t> flip_flops;     ///< Indices into `cells`.
  NetId clock = kUnconnected;              ///< The input net that clocks every flip-flop.
  std::size_t nets = 2;                    ///< Ids are below this; 0 and 1 are the constants.
  std::vector<std::string> parts;          ///< Paths of the module instances, "" (the top itself) first.

  [[nodiscard]] const NetlistPort* find_port(std::string_view port) const;
  [[nodiscard]] SquareMicrometres area() const;
};

/// Reads what Yosys' `write_json` writes after mapping; modules below the top become parts. Errors: malformed file, a
/// cell the library does not have, latches and other cells that cannot be simulated, unconnected inputs, undefined
/// values, two drivers of a net, undriven nets, combinational loops, more than one clock.
[[nodiscard]] Result<Netlist> parse_netlist(std::string_view json, const std::string& name, const std::string& top,
                                            std::shared_ptr<const LibertyLibrary> library);
[[nodiscard]] Result<Netlist> load_netlist(const std::filesystem::path& path, const std::string& top,
                                           std::shared_ptr<const LibertyLibrary> library);

}  // namespace axvp
