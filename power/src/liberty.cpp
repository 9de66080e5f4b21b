#include "axvp/power/liberty.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/text.h"
#include "liberty_syntax.h"

namespace axvp {
namespace {

using liberty::Attribute;
using liberty::Group;

/// What look-up tables are over, by the order of Liberty's variable_1 and variable_2.
struct TableTemplate {
  std::vector<std::string> variables;
  std::array<std::vector<double>, 2> axes;
};

/// Turns the syntax tree into a library. The first error wins; reads after it return defaults.
class Reader {
 public:
  Reader(const Group& root, std::string name) : root_(root), name_(std::move(name)) {}

  Result<LibertyLibrary> read() {
    if (root_.arguments.size() != 1) reject(root_.line, "expected library (NAME)");
    library_.name = root_.arguments.empty() ? "" : root_.arguments[0];
    read_units();
    read_conditions();
    for (const auto& group : root_.groups)
      if (group.type == "lu_table_template" || group.type == "power_lut_template") read_template(group);
    for (const auto& group : root_.groups)
      if (group.type == "cell") read_cell(group);
    if (error_.empty() && library_.cells.empty()) reject(root_.line, "the library has no cells");
    if (!error_.empty()) return fail("{}", error_);
    return std::move(library_);
  }

 private:
  // ----- errors

  void reject(int line, const std::string& message) {
    if (error_.empty()) error_ = fmt::format("{}: line {}: {}{}", name_, line, context_, message);
  }

  /// Prepends "cell X, pin Y: " to messages while it lives.
  class Context {
   public:
    Context(Reader& reader, const std::string& text) : reader_(reader), before_(reader.context_) {
      if (!reader_.context_.empty()) reader_.context_.replace(reader_.context_.size() - 2, 2, ", ");
      reader_.context_ += text + ": ";
    }
    ~Context() { reader_.context_ = before_; }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

   private:
    Reader& reader_;
    std::string before_;
  };

  // ----- values

  double to_number(std::string_view text, int line, const std::string& what) {
    double value = 0.0;
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
      reject(line, fmt::format("{} = \"{}\", expected a number", what, text));
      return 0.0;
    }
    return value;
  }

  double number(const Group& group, const std::string& attribute, double fallback) {
    const auto* found = group.find(attribute);
    return found == nullptr ? fallback : to_number(single(*found), found->line, attribute);
  }

  double not_negative(const Group& group, const std::string& attribute) {
    const double value = number(group, attribute, 0.0);
    if (value < 0.0) reject(group.find(attribute)->line, fmt::format("{} = {}, expected >= 0", attribute, value));
    return value;
  }

  std::string single(const Attribute& attribute) {
    if (attribute.values.size() == 1) return attribute.values[0];
    reject(attribute.line, fmt::format("{} has {} values, expected one", attribute.name, attribute.values.size()));
    return "";
  }

  std::string word(const Group& group, const std::string& attribute) {
    const auto* found = group.find(attribute);
    return found == nullptr ? "" : single(*found);
  }

  /// Numbers separated by commas or white space, over all values of the attribute.
  std::vector<double> numbers(const Attribute& attribute) {
    std::vector<double> result;
    for (const auto& value : attribute.values) {
      std::string item;
      for (const char c : value + " ") {
        const bool separates = c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\';
        if (!separates) item += c;
        if (!separates || item.empty()) continue;
        result.push_back(to_number(item, attribute.line, attribute.name));
        item.clear();
      }
    }
    return result;
  }

  std::optional<BooleanExpression> expression(const Group& group, const std::string& attribute) {
    const auto* found = group.find(attribute);
    if (found == nullptr) return std::nullopt;
    auto parsed = BooleanExpression::parse(single(*found));
    if (parsed) return std::move(*parsed);
    reject(found->line, parsed.error().message);
    return std::nullopt;
  }

  static std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> result;
    for (auto& part : split(text, ' '))
      if (!part.empty()) result.push_back(std::move(part));
    return result;
  }

  // ----- library

  /// "100ps" with unit letter 's' is 1e-10.
  double si_unit(const std::string& attribute, char unit, double fallback) {
    const auto* found = root_.find(attribute);
    if (found == nullptr) return fallback;
    return si_value(single(*found), unit, *found);
  }

  double si_value(const std::string& text, char unit, const Attribute& attribute) {
    static const std::map<std::string, double> kPrefixes{{"", 1.0},   {"m", 1e-3},  {"u", 1e-6},
                                                         {"n", 1e-9}, {"p", 1e-12}, {"f", 1e-15}};
    const auto letters = std::min(text.find_first_not_of("0123456789.eE+- "), text.size());
    const std::string digits = text.substr(0, text.find_last_not_of(' ', letters == 0 ? 0 : letters - 1) + 1);
    const std::string suffix = text.substr(letters);
    if (!suffix.empty() && std::tolower(static_cast<unsigned char>(suffix.back())) == std::tolower(unit)) {
      const auto prefix = kPrefixes.find(suffix.substr(0, suffix.size() - 1));
      const double factor = to_number(digits, attribute.line, attribute.name);
      if (prefix != kPrefixes.end() && factor > 0.0) return factor * prefix->second;
    }
    reject(attribute.line, fmt::format("{} = \"{}\", expected a unit such as 1n{}", attribute.name, text, unit));
    return 1.0;
  }

  void read_units() {
    if (root_.find("delay_model") != nullptr && word(root_, "delay_model") != "table_lookup")
      reject(root_.find("delay_model")->line,
             fmt::format("delay_model is {}, only table_lookup (NLDM) can be read", word(root_, "delay_model")));
    time_ns_ = si_unit("time_unit", 's', 1e-9) / 1e-9;
    leakage_nw_ = si_unit("leakage_power_unit", 'W', 1e-9) / 1e-9;
    volt_ = si_unit("voltage_unit", 'V', 1.0);
    const auto* load = root_.find("capacitive_load_unit");
    if (load == nullptr || load->values.size() != 2)
      return reject(load == nullptr ? root_.line : load->line, "expected capacitive_load_unit (1, pf)");
    capacitance_pf_ =
        to_number(load->values[0], load->line, load->name) * si_value("1" + lower(load->values[1]), 'f', *load) / 1e-12;
    if (!(capacitance_pf_ > 0.0)) reject(load->line, "capacitive_load_unit must be positive");
    energy_pj_ = capacitance_pf_ * volt_ * volt_;
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }

  void read_conditions() {
    library_.corner = "nominal";
    library_.voltage_v = number(root_, "nom_voltage", 0.0) * volt_;
    library_.temperature_c = number(root_, "nom_temperature", 25.0);
    const std::string wanted = word(root_, "default_operating_conditions");
    for (const auto& group : root_.groups) {
      if (group.type != "operating_conditions" || group.arguments.size() != 1) continue;
      if (!wanted.empty() && group.arguments[0] != wanted) continue;
      library_.corner = group.arguments[0];
      library_.voltage_v = number(group, "voltage", library_.voltage_v / volt_) * volt_;
      library_.temperature_c = number(group, "temperature", library_.temperature_c);
      break;
    }
    if (!(library_.voltage_v > 0.0)) reject(root_.line, "no supply voltage: expected nom_voltage > 0");
  }

  void read_template(const Group& group) {
    if (group.arguments.size() != 1) return reject(group.line, fmt::format("expected {} (NAME)", group.type));
    TableTemplate table;
    for (const std::string index : {"1", "2", "3"}) {
      const std::string variable = word(group, "variable_" + index);
      if (variable.empty()) break;
      table.variables.push_back(variable);
      const auto* axis = group.find("index_" + index);
      if (axis != nullptr && index != "3") table.axes[table.variables.size() - 1] = numbers(*axis);
    }
    templates_[group.arguments[0]] = std::move(table);
  }

  // ----- tables

  static bool is_transition(const std::string& variable) {
    return variable == "input_net_transition" || variable == "input_transition_time";
  }
  static bool is_load(const std::string& variable) { return variable == "total_output_net_capacitance"; }

  void check_axis(const std::vector<double>& axis, int line, const std::string& which) {
    if (axis.empty()) reject(line, which + " of the table is missing");
    for (std::size_t i = 1; i < axis.size(); ++i)
      if (!(axis[i - 1] < axis[i])) reject(line, which + " must ascend");
  }

  static std::vector<double> scaled(std::vector<double> values, double factor) {
    for (double& value : values) value *= factor;
    return values;
  }

  /// A table whose values are multiplied by `unit`.
  NldmTable read_table(const Group& group, double unit) {
    const Context context{*this, group.type};
    TableTemplate shape;
    const std::string name = group.arguments.empty() ? "scalar" : group.arguments[0];
    if (const auto found = templates_.find(name); found != templates_.end())
      shape = found->second;
    else if (name != "scalar")
      reject(group.line, fmt::format("unknown table template `{}`", name));
    if (shape.variables.size() > 2) reject(group.line, "tables of three variables cannot be read");
    std::vector<double> transitions;
    std::vector<double> loads;
    for (std::size_t i = 0; i < shape.variables.size() && error_.empty(); ++i) {
      const std::string index = fmt::format("index_{}", i + 1);
      const auto* own = group.find(index);
      std::vector<double> axis = own == nullptr ? shape.axes[i] : numbers(*own);
      check_axis(axis, own == nullptr ? group.line : own->line, index);
      if (is_transition(shape.variables[i]))
        transitions = scaled(std::move(axis), time_ns_);
      else if (is_load(shape.variables[i]))
        loads = scaled(std::move(axis), capacitance_pf_);
      else
        reject(group.line, fmt::format("tables over {} cannot be read", shape.variables[i]));
    }
    return make_table(group, shape, std::move(transitions), std::move(loads), unit);
  }

  NldmTable make_table(const Group& group, const TableTemplate& shape, std::vector<double> transitions,
                       std::vector<double> loads, double unit) {
    const auto* attribute = group.find("values");
    if (attribute == nullptr) {
      reject(group.line, "values are missing");
      return NldmTable{};
    }
    std::vector<double> values = scaled(numbers(*attribute), unit);
    const std::size_t rows = std::max<std::size_t>(transitions.size(), 1);
    const std::size_t columns = std::max<std::size_t>(loads.size(), 1);
    if (values.size() != rows * columns)
      reject(attribute->line, fmt::format("{} values, expected {} x {}", values.size(), rows, columns));
    if (!error_.empty()) return NldmTable{};
    if (shape.variables.size() == 2 && is_load(shape.variables[0])) values = transposed(values, columns, rows);
    return NldmTable{std::move(transitions), std::move(loads), std::move(values)};
  }

  static std::vector<double> transposed(const std::vector<double>& values, std::size_t rows, std::size_t columns) {
    std::vector<double> result(values.size());
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = values[r * columns + c];
    return result;
  }

  // ----- cells

  void read_cell(const Group& group) {
    if (group.arguments.size() != 1) return reject(group.line, "expected cell (NAME)");
    LibertyCell cell;
    cell.name = group.arguments[0];
    const Context context{*this, "cell " + cell.name};
    cell.area = SquareMicrometres{not_negative(group, "area")};
    cell.leakage_nw =
        number(group, "cell_leakage_power", number(root_, "default_cell_leakage_power", 0.0)) * leakage_nw_;
    for (const auto& part : group.groups) {
      if (part.type == "pin") read_pins(part, cell);
      if (part.type == "leakage_power") read_leakage(part, cell);
      if (part.type == "ff") read_flip_flop(part, cell);
      note_unsupported(part, cell);
    }
    if (error_.empty()) check_pins(group, cell);
    if (!library_.cells.emplace(cell.name, cell).second) reject(group.line, "stands twice in the library");
  }

  static void note_unsupported(const Group& part, LibertyCell& cell) {
    static const std::map<std::string, std::string> kReasons{{"latch", "is a latch"},
                                                             {"latch_bank", "is a latch"},
                                                             {"ff_bank", "is a bank of flip-flops"},
                                                             {"statetable", "has a state table"},
                                                             {"bus", "has bus pins"},
                                                             {"bundle", "has bundled pins"},
                                                             {"test_cell", "is a scan cell"}};
    if (const auto reason = kReasons.find(part.type); reason != kReasons.end()) cell.unsupported = reason->second;
  }

  void read_leakage(const Group& group, LibertyCell& cell) {
    if (group.find("value") == nullptr) return reject(group.line, "leakage_power without a value");
    LeakageState state{expression(group, "when"), number(group, "value", 0.0) * leakage_nw_};
    if (state.when)
      cell.leakage.push_back(std::move(state));
    else
      cell.leakage_nw = state.power_nw;
  }

  void read_flip_flop(const Group& group, LibertyCell& cell) {
    if (group.arguments.size() != 2) return reject(group.line, "expected ff (STATE, INVERTED_STATE)");
    auto next_state = expression(group, "next_state");
    auto clocked_on = expression(group, "clocked_on");
    if (!next_state || !clocked_on) return reject(group.line, "ff needs next_state and clocked_on");
    cell.flip_flop = FlipFlop{group.arguments[0],     group.arguments[1],         std::move(*next_state),
                              std::move(*clocked_on), expression(group, "clear"), expression(group, "preset")};
  }

  void read_pins(const Group& group, LibertyCell& cell) {
    for (const auto& name : group.arguments) read_pin(group, name, cell);
  }

  void read_pin(const Group& group, const std::string& name, LibertyCell& cell) {
    const Context context{*this, "pin " + name};
    LibertyPin pin;
    pin.name = name;
    const std::string direction = word(group, "direction");
    if (direction == "input")
      pin.direction = PinDirection::Input;
    else if (direction == "output")
      pin.direction = PinDirection::Output;
    else if (direction == "internal")
      pin.direction = PinDirection::Internal;
    else if (direction == "inout")
      cell.unsupported = "has the bidirectional pin " + name;
    else
      reject(group.line, fmt::format("direction = \"{}\", expected input, output, inout or internal", direction));
    if (group.find("three_state") != nullptr) cell.unsupported = "has the three-state pin " + name;
    pin.capacitance_pf = not_negative(group, "capacitance") * capacitance_pf_;
    pin.is_clock = word(group, "clock") == "true";
    pin.function = expression(group, "function");
    for (const auto& part : group.groups) {
      if (part.type == "internal_power") read_internal_power(part, pin);
      if (part.type == "timing") read_timing(part, pin);
    }
    if (cell.find_pin(name) != nullptr) reject(group.line, "stands twice in the cell");
    cell.pins.push_back(std::move(pin));
  }

  void read_internal_power(const Group& group, LibertyPin& pin) {
    const Context context{*this, "internal_power"};
    InternalPower power;
    power.related_pins = words(word(group, "related_pin"));
    power.when = expression(group, "when");
    bool found = false;
    for (const auto& part : group.groups) {
      const bool both = part.type == "power";
      if (!both && part.type != "rise_power" && part.type != "fall_power") continue;
      found = true;
      const NldmTable table = read_table(part, energy_pj_);
      if (both || part.type == "rise_power") power.energy_pj[0] = table;
      if (both || part.type == "fall_power") power.energy_pj[1] = table;
    }
    if (found) pin.internal_power.push_back(std::move(power));
  }

  void read_timing(const Group& group, LibertyPin& pin) {
    const Context context{*this, "timing"};
    const std::string type = word(group, "timing_type");
    const bool launches = type == "rising_edge" || type == "falling_edge";
    if (!launches && !type.empty() && type.rfind("combinational", 0) != 0) return;  // checks, clear, three-state
    TimingArc arc;
    arc.related_pins = words(word(group, "related_pin"));
    if (arc.related_pins.empty()) reject(group.line, "related_pin is missing");
    if (launches) arc.clock_edge = type == "rising_edge" ? Edge::Rise : Edge::Fall;
    const std::string sense = word(group, "timing_sense");
    arc.sense = sense == "positive_unate"   ? TimingSense::PositiveUnate
                : sense == "negative_unate" ? TimingSense::NegativeUnate
                                            : TimingSense::NonUnate;
    for (const auto& part : group.groups) {
      if (part.type == "cell_rise") arc.delay_ns[0] = read_table(part, time_ns_);
      if (part.type == "cell_fall") arc.delay_ns[1] = read_table(part, time_ns_);
      if (part.type == "rise_transition") arc.transition_ns[0] = read_table(part, time_ns_);
      if (part.type == "fall_transition") arc.transition_ns[1] = read_table(part, time_ns_);
    }
    pin.timing.push_back(std::move(arc));
  }

  // ----- names

  void check_names(const Group& group, const LibertyCell& cell, const std::vector<std::string>& names,
                   const std::string& what) {
    for (const auto& name : names) {
      const bool is_state = cell.flip_flop && (name == cell.flip_flop->state || name == cell.flip_flop->inverted_state);
      if (!is_state && cell.find_pin(name) == nullptr)
        reject(group.line, fmt::format("{} names the pin {}, which the cell does not have", what, name));
    }
  }

  /// Cells that cannot be simulated are kept for their area only and not looked into.
  void check_pins(const Group& group, LibertyCell& cell) {
    if (!cell.unsupported.empty()) return;
    for (const auto& state : cell.leakage) check_names(group, cell, state.when->pins(), "leakage_power");
    if (cell.flip_flop) {
      const FlipFlop& ff = *cell.flip_flop;
      check_names(group, cell, ff.next_state.pins(), "next_state");
      check_names(group, cell, ff.clocked_on.pins(), "clocked_on");
      if (ff.clear) check_names(group, cell, ff.clear->pins(), "clear");
      if (ff.preset) check_names(group, cell, ff.preset->pins(), "preset");
    }
    for (const auto& pin : cell.pins) {
      const Context context{*this, "pin " + pin.name};
      if (pin.function) check_names(group, cell, pin.function->pins(), "function");
      for (const auto& arc : pin.timing) check_names(group, cell, arc.related_pins, "timing");
      for (const auto& power : pin.internal_power) {
        check_names(group, cell, power.related_pins, "internal_power");
        if (power.when) check_names(group, cell, power.when->pins(), "when");
      }
      if (pin.direction == PinDirection::Output && !pin.function)
        cell.unsupported = "has no function for pin " + pin.name;
    }
  }

  const Group& root_;
  std::string name_;
  std::string error_;
  std::string context_;
  LibertyLibrary library_;
  std::map<std::string, TableTemplate> templates_;
  double time_ns_ = 1.0;
  double capacitance_pf_ = 1.0;
  double volt_ = 1.0;
  double leakage_nw_ = 1.0;
  double energy_pj_ = 1.0;
};

}  // namespace

const LibertyPin* LibertyCell::find_pin(std::string_view pin) const {
  const auto found = std::find_if(pins.begin(), pins.end(), [&](const auto& p) { return p.name == pin; });
  return found == pins.end() ? nullptr : &*found;
}

const LibertyCell* LibertyLibrary::find_cell(std::string_view cell) const {
  const auto found = cells.find(std::string{cell});
  return found == cells.end() ? nullptr : &found->second;
}

Result<LibertyLibrary> parse_liberty(std::string_view text, const std::string& name) {
  const auto root = liberty::parse_syntax(text, name);
  if (!root) return forward_error(root);
  auto library = Reader{*root, name}.read();
  if (library) library->sha256 = sha256(text);
  return library;
}

Result<LibertyLibrary> load_liberty(const std::filesystem::path& path) {
  const auto text = read_text_file(path, 256ull << 20);
  if (!text)
    return fail("{}; name a Liberty file with --liberty, or install the Debian package qflow-tech-osu018",
                text.error().message);
  return parse_liberty(*text, path.string());
}

}  // namespace axvp
