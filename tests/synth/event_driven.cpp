#include "event_driven.h"

#include <cstdio>
#include <sstream>

#include "axvp/common/file.h"

namespace axvp {
namespace {

constexpr std::uint32_t kPeriod = 100'000;  // steps: far beyond the last event

std::string net_name(NetId net) {
  if (net == kZeroNet) return "1'b0";
  if (net == kOneNet) return "1'b1";
  return fmt::format("n{}", net);
}

/// `function` as a table over the names: "t[{b, a}]" and the declaration of t.
struct Lookup {
  std::string declaration, expression;
};

Lookup lookup(const BooleanExpression& function, const std::string& table, const std::vector<std::string>& names) {
  const std::size_t size = std::size_t{1} << names.size();
  std::string bits, index;
  for (std::size_t row = size; row-- > 0;) {
    std::vector<std::uint64_t> values;
    for (std::size_t i = 0; i < names.size(); ++i) values.push_back(row >> i & 1);
    bits += (function.evaluate(values) & 1) != 0 ? '1' : '0';
  }
  for (const auto& name : names) index = name + (index.empty() ? "" : ", ") + index;
  return {fmt::format("  wire [{}:0] {} = {}'b{};\n", size - 1, table, size, bits),
          names.empty() ? table + "[0]" : fmt::format("{}[{{{}}}]", table, index)};
}

class TestBench {
 public:
  TestBench(const Netlist& netlist, const GateDelays& delays, const Stimulus& stimulus)
      : netlist_(netlist), delays_(delays), stimulus_(stimulus) {}

  std::string verilog() {
    add_inputs();
    for (const std::size_t c : netlist_.combinational) add_gate(netlist_.cells[c], c);
    for (const std::size_t c : netlist_.flip_flops) add_flip_flop(netlist_.cells[c], c);
    std::string counts, shown;
    for (const NetId net : counted_) {
      counts += fmt::format("  integer c{0} = 0;\n  always @(n{0}) if (on) c{0} = c{0} + 1;\n", net);
      shown += fmt::format("    $display(\"{0} %0d\", c{0});\n", net);
    }
    const std::size_t vectors = stimulus_.steps() * stimulus_.lanes();
    return fmt::format(
        "`timescale 1ps/1ps\nmodule bench;\n  reg on = 0;\n  reg [{0}:0] in;\n  reg [{0}:0] v [0:{1}];\n"
        "  integer stream, step;\n{2}{3}  initial begin\n    $readmemh(\"vectors.hex\", v);\n"
        "    for (stream = 0; stream < {4}; stream = stream + 1) begin\n      on = 0;\n{5}"
        "      in = v[stream * {6}];\n      #{7};\n      on = 1;\n"
        "      for (step = 1; step < {6}; step = step + 1) begin\n{8}"
        "        in <= #{9} v[stream * {6} + step];\n        #{7};\n      end\n    end\n{10}    $finish;\n"
        "  end\nendmodule\n",
        width_ - 1, vectors - 1, body_, counts, stimulus_.lanes(), at_start_, stimulus_.steps(), kPeriod, at_edge_,
        arrival_, shown);
  }

  /// One line a stream and step, the last port's last bit first.
  std::string vectors() const {
    std::string text;
    for (std::size_t lane = 0; lane < stimulus_.lanes(); ++lane)
      for (std::size_t step = 0; step < stimulus_.steps(); ++step) {
        std::vector<bool> bits(width_, false);
        for (const auto& port : stimulus_.ports())
          for (std::size_t b = 0; b < static_cast<std::size_t>(port.width); ++b)
            bits[first_bit(port.name) + b] =
                (port.planes[(b * stimulus_.steps() + step) * stimulus_.words() + lane / 64] >> lane % 64 & 1) != 0;
        for (std::size_t digit = (width_ + 3) / 4; digit-- > 0;) {
          unsigned value = 0;
          for (std::size_t b = 0; b < 4; ++b)
            if (digit * 4 + b < width_ && bits[digit * 4 + b]) value |= 1u << b;
          text += "0123456789abcdef"[value];
        }
        text += '\n';
      }
    return text;
  }

 private:
  std::size_t first_bit(const std::string& port) const {
    std::size_t first = 0;
    for (const auto& p : netlist_.ports) {
      if (!p.is_input) continue;
      if (p.name == port) return first;
      first += p.bits.size();
    }
    return first;
  }

  void add_inputs() {
    for (const auto& port : netlist_.ports)
      if (port.is_input)
        for (const NetId bit : port.bits) {
          body_ += fmt::format("  wire n{} = in[{}];\n", bit, width_++);
          if (bit == netlist_.clock) continue;
          counted_.push_back(bit);
          arrival_ = delays_.of_net[static_cast<std::size_t>(bit)];
        }
  }

  std::vector<std::string> names_of(const BooleanExpression& function, const NetlistCell& cell,
                                    const std::string& state) const {
    std::vector<std::string> names;
    for (const auto& pin : function.pins()) {
      const auto* found = cell.type->find_pin(pin);
      names.push_back(found == nullptr ? (pin == cell.type->flip_flop->inverted_state ? "~" + state : state)
                                       : net_name(cell.nets[static_cast<std::size_t>(found - cell.type->pins.data())]));
    }
    return names;
  }

  static std::string sensitivity(const NetlistCell& cell) {
    std::string list;
    for (std::size_t p = 0; p < cell.nets.size(); ++p)
      if (cell.type->pins[p].direction == PinDirection::Input && cell.nets[p] != kZeroNet && cell.nets[p] != kOneNet)
        list += (list.empty() ? "" : " or ") + net_name(cell.nets[p]);
    return list;
  }

  void add_gate(const NetlistCell& cell, std::size_t c) {
    for (std::size_t p = 0; p < cell.nets.size(); ++p) {
      const NetId net = cell.nets[p];
      if (cell.type->pins[p].direction != PinDirection::Output || net == kUnconnected) continue;
      const auto& function = *cell.type->pins[p].function;
      const auto table = lookup(function, fmt::format("t{}_{}", c, p), names_of(function, cell, ""));
      // The #0 waits until all inputs that change at this time have changed: a swap of two of them is not an event that
      // restarts the delay.
      body_ += fmt::format(
          "  wire n{0};\n  reg r{0};\n{1}  always @({2}) begin #0; r{0} = {3}; end\n"
          "  initial r{0} = {3};\n  assign #{4} n{0} = r{0};\n",
          net, table.declaration, sensitivity(cell), table.expression, delays_.of_net[static_cast<std::size_t>(net)]);
      counted_.push_back(net);
    }
  }

  void add_flip_flop(const NetlistCell& cell, std::size_t c) {
    const std::string state = fmt::format("s{}", c);
    const auto& next = cell.type->flip_flop->next_state;
    const auto table = lookup(next, fmt::format("t{}", c), names_of(next, cell, state));
    body_ += fmt::format("  reg {0};\n{1}  wire next_{0} = {2};\n", state, table.declaration, table.expression);
    at_start_ += fmt::format("      {} = 0;\n", state);
    at_edge_ += fmt::format("        {0} <= next_{0};\n", state);
    for (std::size_t p = 0; p < cell.nets.size(); ++p) {
      const NetId net = cell.nets[p];
      if (cell.type->pins[p].direction != PinDirection::Output || net == kUnconnected) continue;
      const auto& function = *cell.type->pins[p].function;
      const auto at = [&](const std::string& value) {
        return lookup(function, fmt::format("t{}_{}", c, p), names_of(function, cell, value));
      };
      body_ += fmt::format("  reg n{};\n{}", net, at(state).declaration);
      at_start_ += fmt::format("      n{} = {};\n", net, at("1'b0").expression);
      at_edge_ += fmt::format("        n{} <= #{} {};\n", net, delays_.of_net[static_cast<std::size_t>(net)],
                              at("next_" + state).expression);
      counted_.push_back(net);
    }
  }

  const Netlist& netlist_;
  const GateDelays& delays_;
  const Stimulus& stimulus_;
  std::size_t width_ = 0;
  std::uint32_t arrival_ = 0;
  std::vector<NetId> counted_;
  std::string body_, at_start_, at_edge_;
};

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
  pclose(pipe);
  return output;
}

}  // namespace

Result<std::vector<std::uint64_t>> event_driven_toggles(const Netlist& netlist, const GateDelays& delays,
                                                        const Stimulus& stimulus, const std::filesystem::path& folder) {
  TestBench bench{netlist, delays, stimulus};
  if (const auto written = write_file_atomically(folder / "bench.v", bench.verilog()); !written)
    return forward_error(written);
  if (const auto written = write_file_atomically(folder / "vectors.hex", bench.vectors()); !written)
    return forward_error(written);
  const std::string log = output_of("cd " + folder.string() + " && iverilog -o bench.vvp bench.v 2>&1");
  if (!std::filesystem::exists(folder / "bench.vvp")) return fail("iverilog: {}", log);
  std::istringstream lines{output_of("cd " + folder.string() + " && vvp -n bench.vvp")};
  std::vector<std::uint64_t> toggles(netlist.nets, 0);
  std::size_t net = 0;
  std::uint64_t count = 0;
  bool any = false;
  while (lines >> net >> count) {
    toggles.at(net) = count;
    any = true;
  }
  if (!any) return fail("vvp printed no toggles");
  return toggles;
}

}  // namespace axvp
