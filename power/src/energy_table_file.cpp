#include <cmath>
#include <set>
#include <utility>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/power/energy_table.h"

namespace axvp {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "axvp-energy-table";
constexpr std::int64_t kSchemaVersion = 3;
constexpr double kLargestFigure = 1e9;  // of any unit here; beyond it something is wrong, and sums stay exact
constexpr NumberRange kNotNegative{0.0, kLargestFigure};
constexpr NumberRange kPositive{0.0, kLargestFigure, true};
/// A total printed with 6 decimals may miss the sum of its printed parts by one unit of the last.
constexpr double kSumTolerancePj = 1.5e-6;

json to_json(const EventEnergy& event) {
  return {{"energy_pj", event.total().value},
          {"internal_pj", event.internal.value},
          {"switching_pj", event.switching.value}};
}

/// What synthesised rows have in common.
template <class Part>
void add_silicon(json& row, const Part& part) {
  row["leakage_nw"] = part.leakage.value;
  row["area_um2"] = part.area.value;
  row["delay_ns"] = part.delay.value;
  row["rtl_sha256"] = part.rtl_sha256;
}

json to_json(const EnergyOrigin& origin) {
  return {{"library", origin.library},     {"library_sha256", origin.library_sha256}, {"corner", origin.corner},
          {"voltage_v", origin.voltage_v}, {"temperature_c", origin.temperature_c},   {"clock_mhz", origin.clock_mhz},
          {"activity", origin.activity},   {"transitions", origin.transitions},       {"seed", origin.seed},
          {"tools", origin.tools}};
}

json to_json(const SelectableEnergy& selectable) {
  json row = to_json(selectable.per_mac);
  row["selectable"] = selectable.selectable;
  row["multiplier"] = selectable.multiplier;
  row["exact_reference"] = selectable.exact_reference;
  row["zero_delay"] = to_json(selectable.per_mac_zero_delay);
  add_silicon(row, selectable);
  return row;
}

json to_json(const PeEnergy& pe) {
  json row{{"element", to_string(pe.kind)},        {"encoding", to_string(pe.encoding)},
           {"active_mac", to_json(pe.active_mac)}, {"gated_mac", to_json(pe.gated_mac)},
           {"idle_cycle", to_json(pe.idle_cycle)}, {"weight_load", to_json(pe.weight_load)}};
  add_silicon(row, pe);
  return row;
}

json to_json(const VectorLaneEnergy& lane) {
  json row{{"operation", to_json(lane.per_operation)}};
  add_silicon(row, lane);
  return row;
}

json to_json(const MemoryEnergy& memory) {
  json points = json::array();
  for (const auto& point : memory.sram)
    points.push_back({{"capacity_bytes", point.capacity},
                      {"read_pj_per_byte", point.read_per_byte.value},
                      {"write_pj_per_byte", point.write_per_byte.value}});
  return {{"sram", points},
          {"sram_source", memory.sram_source},
          {"dram_read_pj_per_byte", memory.dram_read_per_byte.value},
          {"dram_write_pj_per_byte", memory.dram_write_per_byte.value},
          {"dram_source", memory.dram_source}};
}

EventEnergy read_event(FieldReader& reader) {
  const EventEnergy event{Picojoules{reader.number("internal_pj", kNotNegative)},
                          Picojoules{reader.number("switching_pj", kNotNegative)}};
  const double total = reader.number("energy_pj", kNotNegative);
  if (std::abs(total - event.total().value) > kSumTolerancePj)
    reader.reject("energy_pj",
                  fmt::format("energy_pj = {}, expected internal_pj + switching_pj = {}", total, event.total().value));
  return event;
}

EventEnergy read_event(FieldReader& parent, const std::string& key) {
  FieldReader reader = parent.table(key, true);
  return read_event(reader);
}

template <class Part>
void read_silicon(FieldReader& reader, Part& part) {
  part.leakage = Nanowatts{reader.number("leakage_nw", kNotNegative)};
  part.area = SquareMicrometres{reader.number("area_um2", kNotNegative)};
  part.delay = Nanoseconds{reader.number("delay_ns", kNotNegative)};
  part.rtl_sha256 = reader.string("rtl_sha256");
}

std::string read_name(FieldReader& reader, const std::string& key) {
  std::string name = reader.string(key);
  if (name.empty()) reader.reject(key, fmt::format("{} is empty, expected a name", key));
  return name;
}

EnergyOrigin read_origin(FieldReader reader) {
  EnergyOrigin origin;
  origin.library = read_name(reader, "library");
  origin.library_sha256 = reader.string("library_sha256");
  origin.corner = reader.string("corner");
  origin.voltage_v = reader.number("voltage_v", kPositive);
  origin.temperature_c = reader.number("temperature_c", {-273.15});
  origin.clock_mhz = reader.number("clock_mhz", kPositive);
  origin.activity = read_name(reader, "activity");
  origin.transitions = static_cast<std::uint64_t>(reader.integer("transitions", {1}));
  origin.seed = static_cast<std::uint64_t>(reader.integer("seed", {0}));
  FieldReader tools = reader.table("tools", true);
  for (const auto& tool : tools.keys()) origin.tools[tool] = tools.string(tool);
  return origin;
}

/// Areas and leakage by multiplier: modes of one instance share them.
using Instances = std::map<std::string, std::pair<double, double>>;

SelectableEnergy read_row(FieldReader& reader, std::set<std::string>& seen, Instances& instances) {
  SelectableEnergy row;
  row.selectable = read_name(reader, "selectable");
  row.multiplier = read_name(reader, "multiplier");
  row.exact_reference = read_name(reader, "exact_reference");
  row.per_mac = read_event(reader);
  row.per_mac_zero_delay = read_event(reader, "zero_delay");
  read_silicon(reader, row);
  if (!seen.insert(row.selectable).second)
    reader.reject("selectable", fmt::format("`{}` stands twice in the table", row.selectable));
  const auto [instance, is_new] = instances.try_emplace(row.multiplier, row.area.value, row.leakage.value);
  if (!is_new && instance->second != std::pair{row.area.value, row.leakage.value})
    reader.reject("area_um2", fmt::format("area or leakage differs from the other modes of `{}`", row.multiplier));
  return row;
}

PeEnergy read_pe(FieldReader& reader, std::set<std::pair<ElementKind, Encoding>>& seen) {
  PeEnergy pe;
  const std::string ws{to_string(ElementKind::WeightStationary)}, os{to_string(ElementKind::OutputStationary)};
  pe.kind = reader.choice("element", {ws, os}) == ws ? ElementKind::WeightStationary : ElementKind::OutputStationary;
  const std::string sm8{to_string(Encoding::SignMagnitude)};
  const std::string s8{to_string(Encoding::TwosComplement)};
  pe.encoding = reader.choice("encoding", {sm8, s8}) == sm8 ? Encoding::SignMagnitude : Encoding::TwosComplement;
  if (!seen.insert({pe.kind, pe.encoding}).second) reader.reject("encoding", "stands twice in the table");
  pe.active_mac = read_event(reader, "active_mac");
  pe.gated_mac = read_event(reader, "gated_mac");
  pe.idle_cycle = read_event(reader, "idle_cycle");
  pe.weight_load = read_event(reader, "weight_load");
  read_silicon(reader, pe);
  return pe;
}

MemoryEnergy read_memory(FieldReader reader) {
  MemoryEnergy memory;
  for (auto& point : reader.tables("sram", true)) {
    memory.sram.push_back({static_cast<Bytes>(point.integer("capacity_bytes", {1})),
                           Picojoules{point.number("read_pj_per_byte", kPositive)},
                           Picojoules{point.number("write_pj_per_byte", kPositive)}});
    const auto size = memory.sram.size();
    if (size > 1 && memory.sram[size - 2].capacity >= memory.sram[size - 1].capacity)
      point.reject("capacity_bytes", "capacities must ascend");
  }
  if (memory.sram.empty()) reader.reject("sram", "is empty, expected at least one capacity");
  memory.sram_source = read_name(reader, "sram_source");
  memory.dram_read_per_byte = Picojoules{reader.number("dram_read_pj_per_byte", kNotNegative)};
  memory.dram_write_per_byte = Picojoules{reader.number("dram_write_pj_per_byte", kNotNegative)};
  memory.dram_source = read_name(reader, "dram_source");
  return memory;
}

EnergyTable read_table(FieldReader& root) {
  EnergyTable table;
  table.origin = read_origin(root.table("origin", true));
  std::set<std::string> seen;
  Instances instances;
  for (auto& reader : root.tables("rows", true)) table.rows.push_back(read_row(reader, seen, instances));
  for (const auto& row : table.rows)
    if (seen.count(row.exact_reference) == 0)
      root.reject("rows", fmt::format("exact_reference `{}` of `{}` has no row", row.exact_reference, row.selectable));
  std::set<std::pair<ElementKind, Encoding>> elements;
  for (auto& reader : root.tables("pes", true)) table.pes.push_back(read_pe(reader, elements));
  FieldReader lane = root.table("vector_lane", true);
  table.vector_lane.per_operation = read_event(lane, "operation");
  read_silicon(lane, table.vector_lane);
  table.memory = read_memory(root.table("memory", true));
  return table;
}

}  // namespace

Result<EnergyTable> parse_energy_table(std::string_view text, const std::string& name) {
  const auto document = parse_json(text, name);
  if (!document) return forward_error(document);
  FieldReader root{*document};
  root.choice("schema", {kSchema});
  root.integer("schema_version", {kSchemaVersion, kSchemaVersion});
  EnergyTable table = read_table(root);
  if (const auto done = root.finish(); !done) return forward_error(done);
  return table;
}

Result<EnergyTable> load_energy_table(const std::filesystem::path& path) {
  const auto text = read_text_file(path, 64ull << 20);
  if (!text) return fail("{}; `axvp power --update` writes an energy table", text.error().message);
  return parse_energy_table(*text, path.string());
}

std::string format_energy_table(const EnergyTable& table) {
  json root{{"schema", kSchema},
            {"schema_version", kSchemaVersion},
            {"origin", to_json(table.origin)},
            {"rows", json::array()},
            {"pes", json::array()},
            {"vector_lane", to_json(table.vector_lane)},
            {"memory", to_json(table.memory)}};
  for (const auto& row : table.rows) root["rows"].push_back(to_json(row));
  for (const auto& pe : table.pes) root["pes"].push_back(to_json(pe));
  return dump_json(root);
}

Result<void> save_energy_table(const EnergyTable& table, const std::filesystem::path& path) {
  return write_file_atomically(path, format_energy_table(table));
}

}  // namespace axvp
