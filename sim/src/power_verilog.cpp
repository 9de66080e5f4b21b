#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/power/import_verilog.h"
#include "power_command.h"

namespace axvp::sim {
namespace {

/// "x=B,w=A,p=O".
Result<MultiplierPorts> parse_ports(const std::string& text) {
  MultiplierPorts ports;
  if (text.empty()) return ports;
  const std::map<std::string, std::string*> fields{{"x", &ports.x}, {"w", &ports.w}, {"p", &ports.p}};
  for (const auto& item : split(text, ',')) {
    const std::size_t equals = item.find('=');
    const auto field = fields.find(item.substr(0, equals));
    if (equals == std::string::npos || equals + 1 == item.size() || field == fields.end())
      return fail("--ports {}: `{}`, expected x=NAME,w=NAME,p=NAME", text, item);
    if (!field->second->empty()) return fail("--ports {}: {} stands twice", text, field->first);
    *field->second = item.substr(equals + 1);
  }
  return ports;
}

/// A CSV file of operand pairs in the order in which they follow one another, "x,w" a line, a heading allowed.
Result<std::vector<OperandPair>> read_operands(const std::string& path, Encoding encoding) {
  const auto text = read_text_file(path);
  if (!text) return forward_error(text);
  const int low = encoding == Encoding::SignMagnitude ? 0 : -128;
  const int high_x = encoding == Encoding::SignMagnitude ? 255 : 127;
  std::vector<OperandPair> pairs;
  std::size_t number = 0;
  for (const auto& line : split(*text, '\n')) {
    ++number;
    if (line.empty() || (number == 1 && line.find_first_of("xw") != std::string::npos)) continue;
    int x = 0, w = 0, used = 0;
    const bool is_read =
        std::sscanf(line.c_str(), " %d , %d %n", &x, &w, &used) == 2 && static_cast<std::size_t>(used) == line.size();
    if (!is_read || x < low || x > high_x || w < low || w > 127)
      return fail("{}: line {}: `{}`, expected an activation in [{}, {}] and a weight in [{}, 127], \"x,w\"", path,
                  number, line, low, high_x, low);
    pairs.push_back({static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)});
  }
  if (pairs.size() < 2) return fail("{}: {} operand pairs, at least two follow one another", path, pairs.size());
  return pairs;
}

nlohmann::json to_json(const PowerOptions& options, const ImportedMultiplier& m, const Synthesiser& synthesiser) {
  const LibertyLibrary& library = *synthesiser.library();
  return {{"schema_version", 1},
          {"module", options.top},
          {"encoding", options.encoding},
          {"ports", {{"x", m.ports.x}, {"w", m.ports.w}, {"p", m.ports.p}}},
          {"energy_per_mac_pj", m.per_mac.total().value},
          {"internal_pj", m.per_mac.internal.value},
          {"switching_pj", m.per_mac.switching.value},
          {"zero_delay_per_mac_pj", m.per_mac_zero_delay.total().value},
          {"standard_error_pj", m.standard_error.value},
          {"area_um2", m.area.value},
          {"leakage_nw", m.leakage.value},
          {"delay_ns", m.delay.value},
          {"library", library.name},
          {"library_sha256", library.sha256},
          {"corner", library.corner},
          {"tools", synthesiser.tools()},
          {"activity", m.activity},
          {"transitions", m.transitions}};
}

void print(const PowerOptions& options, const ImportedMultiplier& m, const Synthesiser& synthesiser) {
  const ErrorMetrics e =
      error_metrics(m.table, options.encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude);
  std::vector<std::string> tools;
  for (const auto& [tool, version] : synthesiser.tools()) tools.push_back(version);
  const LibertyLibrary& library = *synthesiser.library();
  fmt::print(
      "{} ({})\n  ports       activation {}, weight {}, product {}\n"
      "  energy      {:.4f} pJ a MAC, internal {:.4f}, switching {:.4f}; standard error {:.4f}\n"
      "  zero-delay  {:.4f} pJ a MAC\n  area        {:.1f} um2   leakage {:.2f} nW   delay {:.2f} ns ({:.0f} MHz)\n"
      "  error       MAE {:.3f}  mean {:.3f}  std {:.3f}  WCE {}  EP {:.2f} %\n"
      "  library     {}, {}, {} V; {}\n  activity    {}, {} transitions\n",
      options.top, options.encoding, m.ports.x, m.ports.w, m.ports.p, m.per_mac.total().value, m.per_mac.internal.value,
      m.per_mac.switching.value, m.standard_error.value, m.per_mac_zero_delay.total().value, m.area.value,
      m.leakage.value, m.delay.value, m.delay.value > 0 ? 1e3 / m.delay.value : 0.0, e.mae, e.mean, e.std, e.wce,
      100 * e.ep, library.name, library.corner, library.voltage_v, join(tools, "; "), m.activity,
      with_thousands(m.transitions));
}

}  // namespace

int run_power_verilog(const PowerOptions& options) {
  const Encoding encoding = options.encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude;
  if (options.top.empty()) return report(Error{options.verilog.front() + ": say which module with --top"});
  const auto ports = parse_ports(options.ports);
  if (!ports) return report(ports.error());
  ImportStimulus stimulus;
  if (!options.operands.empty()) {
    auto operands = read_operands(options.operands, encoding);
    if (!operands) return report(operands.error());
    stimulus.operands = std::move(*operands);
  }
  SynthesisOptions synthesis;
  if (!options.liberty.empty()) synthesis.liberty = options.liberty;
  const auto synthesiser = Synthesiser::create(synthesis);
  if (!synthesiser) return report(synthesiser.error());
  const VerilogMultiplier multiplier{{options.verilog.begin(), options.verilog.end()}, options.top, *ports, encoding};
  const auto imported = import_verilog(multiplier, *synthesiser, stimulus);
  if (!imported) return report(imported.error());
  print(options, *imported, *synthesiser);
  if (options.out.empty()) return kDone;
  const auto path = std::filesystem::path{options.out} / "power.json";
  if (const auto written = write_file_atomically(path, dump_json(to_json(options, *imported, *synthesiser))); !written)
    return report(written.error());
  fmt::print("\nwritten: {}\n", path.string());
  return kDone;
}

}  // namespace axvp::sim
