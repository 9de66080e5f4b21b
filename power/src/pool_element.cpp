#include "axvp/power/pool_element.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "axvp/common/text.h"
#include "element_meter.h"
#include "rounding.h"

namespace axvp {
namespace {

constexpr const char* kTop = "ax_pool_element";
constexpr int kModeBits = 2;
constexpr double kMegahertzNanoseconds = 1000.0;

bool has_modes(const Selectable& selectable) {
  return selectable.id != selectable.multiplier_id;
}

/// The ports of the element without its pool: declaration, name.
std::vector<std::pair<std::string, std::string>> element_ports(ElementKind kind, Encoding encoding, int select_width) {
  const bool ws = kind == ElementKind::WeightStationary;
  const std::string select = fmt::format("logic [{}:0]", select_width - 1);
  std::vector<std::pair<std::string, std::string>> ports{{"input  logic", "clk_i"}, {"input  logic", "rst_ni"}};
  const auto add = [&](const std::string& type, const std::string& name) { ports.emplace_back(type, name); };
  const auto add_operand = [&](const std::string& name, int magnitude_bits, bool leaves) {
    for (const auto& [direction, end] : {std::pair{"input  logic", "_i"}, std::pair{"output logic", "_o"}}) {
      if (!leaves && end[1] == 'o') continue;
      if (encoding == Encoding::SignMagnitude) {
        add(direction, name + "_sign" + end);
        add(fmt::format("{} [{}:0]", direction, magnitude_bits - 1), name + "_mag" + end);
      } else {
        add(fmt::format("{} [7:0]", direction), name + end);
      }
    }
  };
  add_operand("act", 8, true);
  add_operand("weight", 7, !ws);
  add("input  " + select, "select_i");
  add("output " + select, "select_o");
  if (ws) {
    for (const char* name : {"weight_we_i", "swap_i"}) add("input  logic", name);
    add("output logic", "swap_o");
  } else {
    for (const char* name : {"first_i", "last_i", "drain_shift_i"}) add("input  logic", name);
    for (const char* name : {"first_o", "last_o", "drain_shift_o"}) add("output logic", name);
  }
  const std::string sum = ws ? "psum" : "drain";
  add("input  logic signed [31:0]", sum + "_i");
  add("output logic signed [31:0]", sum + "_o");
  return ports;
}

/// A multiplier behind the pool's ports, with those weight bits tied that do not occur.
std::string instance_module(const std::string& name, const Selectable& selectable, int weight_bits) {
  const bool modes = has_modes(selectable);
  return fmt::format(
      "module {} (\n  input  logic [7:0] x_i,\n  input  logic [{}:0] w_i,\n{}  output logic [15:0] p_o\n);\n"
      "  {} u_mul (.x_i(x_i), .w_i({}), {}.p_o(p_o));\nendmodule\n",
      name, weight_bits - 1, modes ? "  input  logic [1:0] mode_i,\n" : "", selectable.rtl_module,
      weight_bits == 8 ? "w_i" : "{1'b0, w_i}", modes ? ".mode_i(mode_i), " : "");
}

int bits_for(std::size_t count) {
  int bits = 0;
  while ((std::size_t{1} << bits) < count) ++bits;
  return bits;
}

/// The instances between isolation and selection.
std::string pool_text(const std::vector<const Selectable*>& instances, const PoolElementRtl& rtl, int mode_bits,
                      int weight_bits) {
  const std::size_t count = instances.size();
  std::string text;
  std::string answer;
  for (std::size_t k = 0; k < count; ++k) {
    const std::string isolation = count == 1 ? "" : fmt::format(" & {{8{{chosen[{}]}}}}", k);
    if (count > 1)
      text += fmt::format("  assign chosen[{}] = select[{}:{}] == {}'d{};\n", k, rtl.select_width - 1, mode_bits,
                          rtl.select_width - mode_bits, k);
    text += fmt::format("  logic [15:0] p_{};\n  {} u_{} (.x_i(x{}), .w_i(w{}), {}.p_o(p_{}));\n", k,
                        rtl.instance_modules[k], k, isolation,
                        count == 1 ? "" : fmt::format(" & {{{}{{chosen[{}]}}}}", weight_bits, k),
                        !has_modes(*instances[k]) ? ""
                        : count == 1              ? ".mode_i(select[1:0]), "
                                                  : fmt::format(".mode_i(select[1:0] & {{2{{chosen[{}]}}}}), ", k),
                        k);
    // A multiplier may answer 0 x 0 with another number than 0: AND-OR, not OR alone.
    answer += fmt::format("{}{}", k == 0 ? "" : " | ",
                          count == 1 ? "p_0" : fmt::format("(p_{} & {{16{{chosen[{}]}}}})", k, k));
  }
  return (count > 1 ? fmt::format("  logic [{}:0] chosen;\n", count - 1) : "") + text +
         fmt::format("  assign p = {};\n", answer);
}

EventEnergy plus(const EventEnergy& a, const EventEnergy& b) {
  return {a.internal + b.internal, a.switching + b.switching};
}

/// Of the cells outside the instances.
SquareMicrometres element_area(const Netlist& netlist) {
  SquareMicrometres area;
  for (const auto& cell : netlist.cells)
    if (cell.part == 0) area += cell.type->area;
  return area;
}

constexpr std::size_t kOutside = std::numeric_limits<std::size_t>::max();

/// Which instance each of Netlist::parts belongs to, modules within an instance included; kOutside: none.
std::vector<std::size_t> instances_of_parts(const Netlist& netlist, std::size_t instances) {
  std::vector<std::size_t> owners(netlist.parts.size(), kOutside);
  for (std::size_t k = 0; k < instances; ++k) {
    const std::string name = fmt::format("u_{}", k);
    for (std::size_t part = 0; part < owners.size(); ++part)
      if (netlist.parts[part] == name || netlist.parts[part].rfind(name + ".", 0) == 0) owners[part] = k;
  }
  return owners;
}

Result<void> check_pool(const std::vector<Selectable>& selectables) {
  if (selectables.empty()) return fail("processing element: the pool is empty");
  for (const auto& selectable : selectables) {
    if (selectable.rtl_module.empty()) return fail("{}: is a table only, there is no RTL to synthesise", selectable.id);
    if (selectable.encoding != selectables.front().encoding)
      return fail("{}: is of encoding {}, {} of {}; a pool has one", selectable.id, to_string(selectable.encoding),
                  selectables.front().id, to_string(selectables.front().encoding));
  }
  return {};
}

/// Measures one selectable after the other in a mapped element.
class PoolMeter {
 public:
  PoolMeter(ElementKind kind, const MappedDesign& design, const EnergyMeter& meter, const PoolElementRtl& rtl,
            const CharacteriseOptions& options)
      : kind_(kind),
        element_(design, meter, options),
        rtl_(rtl),
        options_(options),
        instance_of_part_(instances_of_parts(design.netlist, rtl.instances.size())) {}

  Result<PoolSelectableEnergy> measure(const Selectable& selectable, std::uint64_t select) {
    PoolSelectableEnergy result;
    result.selectable = selectable.id;
    std::vector<Measurement> rest;
    for (const auto& scenario : element_scenarios(kind_)) {
      const ElementTraffic traffic{kind_,    selectable.encoding,  selectable.table,
                                   scenario, options_.transitions, options_.seed};
      const auto parts = element_.measure(fmt::format("{} {}", selectable.id, scenario.name), traffic,
                                          traffic.stimulus(rtl_.select_width, select));
      if (!parts) return fail_in(selectable.id, parts);
      rest.push_back(parts->front());
      if (rest.size() == 1) add_shares(selectable, *parts, result);
    }
    result.element = element_prices(kind_, selectable.encoding, rest);
    return result;
  }

  [[nodiscard]] Result<void> save() const { return element_.save(); }
  [[nodiscard]] Nanowatts mean_leakage() const { return leakage_ / static_cast<double>(measured_); }

 private:
  void add_shares(const Selectable& selectable, const std::vector<Measurement>& parts, PoolSelectableEnergy& result) {
    EventEnergy timed;
    EventEnergy zero_delay;
    EventEnergy others;
    for (const auto& part : parts) {
      timed = plus(timed, part.timed);
      zero_delay = plus(zero_delay, part.zero_delay);
      leakage_ += part.leakage;
    }
    ++measured_;
    EventEnergy selected;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      if (instance_of_part_[p] == kOutside) continue;
      const bool is_selected = rtl_.instances[instance_of_part_[p]] == selectable.multiplier_id;
      EventEnergy& share = is_selected ? selected : others;
      share = plus(share, parts[p].timed);
    }
    result.multiplication = rounded(selected);
    result.per_mac = rounded(timed);
    result.per_mac_zero_delay = rounded(zero_delay);
    result.other_instances = rounded(others);
  }

  ElementKind kind_;
  ElementMeter element_;
  const PoolElementRtl& rtl_;
  const CharacteriseOptions& options_;
  std::vector<std::size_t> instance_of_part_;
  Nanowatts leakage_{};
  std::size_t measured_ = 0;
};

}  // namespace

double PoolElement::highest_clock_mhz() const {
  return kMegahertzNanoseconds / delay.value;
}

const PoolSelectableEnergy* PoolElement::find(const std::string& selectable) const {
  const auto found = std::find_if(selectables.begin(), selectables.end(),
                                  [&](const auto& energy) { return energy.selectable == selectable; });
  return found == selectables.end() ? nullptr : &*found;
}

PoolElementRtl pool_element_rtl(const std::vector<Selectable>& selectables, ElementKind kind) {
  const Encoding encoding = selectables.front().encoding;
  const bool is_unsigned = encoding == Encoding::SignMagnitude;
  const int weight_bits = is_unsigned ? 7 : 8;
  PoolElementRtl rtl;
  std::vector<const Selectable*> instances;
  bool any_modes = false;
  for (const auto& selectable : selectables) {
    any_modes |= has_modes(selectable);
    if (std::find(rtl.instances.begin(), rtl.instances.end(), selectable.multiplier_id) != rtl.instances.end())
      continue;
    rtl.instances.push_back(selectable.multiplier_id);
    instances.push_back(&selectable);
    rtl.instance_modules.push_back(fmt::format("ax_pool_instance_{}", rtl.instance_modules.size()));
    rtl.text += instance_module(rtl.instance_modules.back(), selectable, weight_bits);
  }
  const int mode_bits = any_modes ? kModeBits : 0;
  rtl.select_width = std::max(1, mode_bits + bits_for(instances.size()));
  for (const auto& selectable : selectables) {
    const auto k = std::find(rtl.instances.begin(), rtl.instances.end(), selectable.multiplier_id);
    rtl.select_of_selectable.push_back((static_cast<std::uint64_t>(k - rtl.instances.begin()) << mode_bits) |
                                       static_cast<std::uint64_t>(selectable.mode));
  }

  std::vector<std::string> declarations;
  std::string connections;
  for (const auto& [type, name] : element_ports(kind, encoding, rtl.select_width)) {
    declarations.push_back(fmt::format("  {} {}", type, name));
    connections += fmt::format(".{0}({0}), ", name);
  }
  rtl.text += fmt::format(
      "module {} (\n{}\n);\n"
      "  logic [7:0]  x;\n  logic [{}:0]  w;\n  logic [{}:0]  select;\n  logic [15:0] p;\n"
      "{}"
      "  {} #(.AccWidth(32), .SelectWidth({})) u_pe (\n"
      "    {}.mul_x_o(x), .mul_w_o(w), .mul_select_o(select), .mul_p_i(p));\nendmodule\n",
      kTop, join(declarations, ",\n"), weight_bits - 1, rtl.select_width - 1,
      pool_text(instances, rtl, mode_bits, weight_bits), element_module(encoding, kind), rtl.select_width, connections);
  return rtl;
}

Result<PoolElement> characterise_pool_element(const std::vector<Selectable>& selectables, ElementKind kind,
                                              const Synthesiser& synthesiser, const CharacteriseOptions& options) {
  if (const auto checked = check_pool(selectables); !checked) return forward_error(checked);
  const PoolElementRtl rtl = pool_element_rtl(selectables, kind);
  SynthesisJob job{kTop, {}, rtl.text, rtl.instance_modules};
  job.sources.push_back(options.root / "rtl" / "pe" /
                        fmt::format("{}.sv", element_module(selectables.front().encoding, kind)));
  for (const auto& selectable : selectables)
    for (const auto& file : rtl_sources(selectable)) {
      const auto path = options.root / file;
      if (std::find(job.sources.begin(), job.sources.end(), path) == job.sources.end()) job.sources.push_back(path);
    }
  const auto design = synthesiser.run(job);
  if (!design) return fail_in("processing element with its pool", design);
  const auto meter = EnergyMeter::create(design->netlist);
  if (!meter) return fail_in("processing element with its pool", meter);
  PoolMeter pool{kind, *design, *meter, rtl, options};
  PoolElement result;
  result.instances = rtl.instances;
  for (std::size_t i = 0; i < selectables.size(); ++i) {
    auto energy = pool.measure(selectables[i], rtl.select_of_selectable[i]);
    if (!energy) return fail_in("processing element with its pool", energy);
    energy->element.area = rounded(element_area(design->netlist));
    energy->element.delay = rounded(meter->timing().critical_path);
    energy->element.rtl_sha256 = design->rtl_sha256;
    result.selectables.push_back(std::move(*energy));
  }
  if (const auto saved = pool.save(); !saved) return forward_error(saved);
  result.area = rounded(design->netlist.area());
  result.leakage = rounded(pool.mean_leakage());
  result.delay = rounded(meter->timing().critical_path);
  result.rtl_sha256 = design->rtl_sha256;
  return result;
}

}  // namespace axvp
