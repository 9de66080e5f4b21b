#include "power_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "axvp/common/text.h"

namespace axvp::sim {
namespace {

constexpr std::uint64_t kAttojoulesPerPicojoule = 1'000'000;
constexpr double kPicojoulesPerMicrojoule = 1e6;

std::uint64_t attojoules(Energy energy) {
  return static_cast<std::uint64_t>(energy.attojoules());  // up to 18 J
}

std::string exact_picojoules(Energy energy) {
  return fmt::format("{}.{:06}", attojoules(energy) / kAttojoulesPerPicojoule,
                     attojoules(energy) % kAttojoulesPerPicojoule);
}

double ratio(Energy a, Energy b) {
  return attojoules(b) == 0 ? 1.0 : a.to_picojoules() / b.to_picojoules();
}

double each(Energy energy, std::uint64_t count) {
  return count == 0 ? 0.0 : energy.to_picojoules().value / static_cast<double>(count);
}

std::string microjoules(Energy energy, std::size_t images) {
  return fmt::format("{:.3f}", energy.to_picojoules().value / kPicojoulesPerMicrojoule / static_cast<double>(images));
}

std::string percent(double fraction) {
  return fmt::format("{:.2f}", 100 * fraction);
}

/// Multiplication and the rest of the element, for each MAC of the layer.
double whole_element(const LayerEnergy& layer) {
  return each(layer.timed + layer.processing_elements.value_or(Energy{}), layer.counts.macs);
}

std::vector<std::string> text_row(const LayerEnergy& layer, const LayerEnergy& total, std::size_t images) {
  return {layer.layer,
          layer.selectable,
          with_thousands(layer.counts.macs / images),
          percent(static_cast<double>(layer.counts.executed) /
                  static_cast<double>(std::max<std::uint64_t>(layer.counts.macs, 1))),
          fmt::format("{:.4f}", each(layer.timed, layer.counts.macs)),
          percent(layer.relative_error),
          fmt::format("{:.4f}", each(layer.zero_delay, layer.counts.macs)),
          percent(attojoules(total.timed) == 0 ? 0.0 : ratio(layer.timed, total.timed)),
          fmt::format("{:.4f}", ratio(layer.timed, layer.exact_timed)),
          fmt::format("{:.4f}", layer.uniform_relative),
          layer.processing_elements ? fmt::format("{:.3f}", whole_element(layer)) : "-"};
}

/// The element with its pool under uniform operands.
std::string element_table(const PoolElement& element, double clock_mhz) {
  std::vector<std::vector<std::string>> rows{
      {"element, pJ/cycle", "active", "zero-delay", "multiplier", "others", "rest", "rest, gated", "rest, idle"}};
  const auto number = [](const EventEnergy& energy) { return fmt::format("{:.3f}", energy.total().value); };
  for (const auto& s : element.selectables)
    rows.push_back({s.selectable, number(s.per_mac), number(s.per_mac_zero_delay), number(s.multiplication),
                    number(s.other_instances), number(s.element.active_mac), number(s.element.gated_mac),
                    number(s.element.idle_cycle)});
  return fmt::format(
      "{}element with its pool of {} ({}): {:.0f} um2, {:.2f} ns ({:.0f} MHz at most; the platform runs at {:.0f}), "
      "{:.1f} nW; uniform operands, weights stay\n",
      format_table(rows), element.instances.size(), join(element.instances, ", "), element.area.value,
      element.delay.value, element.highest_clock_mhz(), clock_mhz, element.leakage.value);
}

nlohmann::json to_json(const PoolElement& element) {
  nlohmann::json result{{"instances", element.instances},   {"area_um2", element.area.value},
                        {"delay_ns", element.delay.value},  {"leakage_nw", element.leakage.value},
                        {"rtl_sha256", element.rtl_sha256}, {"selectables", nlohmann::json::array()}};
  for (const auto& s : element.selectables)
    result["selectables"].push_back({{"selectable", s.selectable},
                                     {"energy_per_mac_pj", s.per_mac.total().value},
                                     {"zero_delay_per_mac_pj", s.per_mac_zero_delay.total().value},
                                     {"multiplication_pj", s.multiplication.total().value},
                                     {"other_instances_pj", s.other_instances.total().value},
                                     {"element_active_pj", s.element.active_mac.total().value},
                                     {"element_gated_pj", s.element.gated_mac.total().value},
                                     {"element_idle_pj", s.element.idle_cycle.total().value},
                                     {"weight_load_pj", s.element.weight_load.total().value}});
  return result;
}

std::string points_table(const NetworkEnergy& energy) {
  std::vector<std::vector<std::string>> rows{{"operating point, uJ/image", "multiplication", "zero-delay", "exact",
                                              "relative", "papers' metric", "elements", "leakage", "of idle", "total",
                                              "isolation saves"}};
  for (const auto& point : energy.points) {
    const LayerEnergy& t = point.total;
    const auto uj = [&](Energy e) { return microjoules(e, energy.images); };
    rows.push_back({point.name, uj(t.timed), uj(t.zero_delay), uj(t.exact_timed),
                    fmt::format("{:.4f}", ratio(t.timed, t.exact_timed)), fmt::format("{:.4f}", point.papers_metric),
                    t.processing_elements ? uj(*t.processing_elements) : "-", uj(t.selected_leakage + t.idle_leakage),
                    uj(t.idle_leakage), uj(t.total()), uj(t.isolation_saves)});
  }
  return format_table(rows);
}

std::string origin_text(const NetworkEnergy& energy) {
  std::vector<std::string> tools;
  for (const auto& [tool, version] : energy.origin.tools) tools.push_back(version);
  const EnergyOrigin& o = energy.origin;
  return fmt::format(
      "library {} ({}), {}, {} V, {} C; {}\nactivity: {}; 95 %: twice the standard error\n"
      "uniform: {}, {} transitions, seed {}\n",
      o.library, o.library_sha256.substr(0, 12), o.corner, o.voltage_v, o.temperature_c, join(tools, "; "),
      energy.activity, o.activity, with_thousands(o.transitions), o.seed);
}

std::vector<std::string> csv_row(const NetworkEnergy& energy, const PointEnergy& point, const LayerEnergy& layer) {
  std::vector<std::string> tools;
  for (const auto& [tool, version] : energy.origin.tools) tools.push_back(version);
  const EnergyOrigin& o = energy.origin;
  return {point.name,
          layer.layer,
          layer.selectable,
          std::to_string(energy.images),
          std::to_string(layer.counts.macs),
          std::to_string(layer.counts.executed),
          std::to_string(layer.counts.transitions),
          exact_picojoules(layer.timed),
          shortest(each(layer.timed, layer.counts.macs)),
          shortest(layer.relative_error),
          exact_picojoules(layer.zero_delay),
          shortest(each(layer.zero_delay, layer.counts.macs)),
          shortest(attojoules(point.total.timed) == 0 ? 0.0 : ratio(layer.timed, point.total.timed)),
          exact_picojoules(layer.exact_timed),
          shortest(ratio(layer.timed, layer.exact_timed)),
          shortest(layer.uniform_relative),
          layer.processing_elements ? exact_picojoules(*layer.processing_elements) : "",
          layer.processing_elements ? shortest(whole_element(layer)) : "",
          exact_picojoules(layer.selected_leakage),
          exact_picojoules(layer.idle_leakage),
          exact_picojoules(layer.isolation_saves),
          exact_picojoules(layer.total()),
          std::to_string(layer.array_cycles),
          o.library,
          o.library_sha256,
          o.corner,
          join(tools, "; "),
          energy.activity,
          std::to_string(layer.pairs)};
}

nlohmann::json to_json(const NetworkEnergy& energy, const LayerEnergy& layer) {
  nlohmann::json row{{"layer", layer.layer},
                     {"selectable", layer.selectable},
                     {"macs", layer.counts.macs},
                     {"executed_macs", layer.counts.executed},
                     {"transitions", layer.counts.transitions},
                     {"simulated_pairs", layer.pairs},
                     {"multiplication_aj", attojoules(layer.timed)},
                     {"energy_per_mac_pj", each(layer.timed, layer.counts.macs)},
                     {"relative_standard_error", layer.relative_error},
                     {"zero_delay_aj", attojoules(layer.zero_delay)},
                     {"zero_delay_per_mac_pj", each(layer.zero_delay, layer.counts.macs)},
                     {"exact_aj", attojoules(layer.exact_timed)},
                     {"exact_zero_delay_aj", attojoules(layer.exact_zero_delay)},
                     {"relative_to_exact", ratio(layer.timed, layer.exact_timed)},
                     {"relative_uniform", layer.uniform_relative},
                     {"array_cycles", layer.array_cycles},
                     {"selected_leakage_aj", attojoules(layer.selected_leakage)},
                     {"idle_leakage_aj", attojoules(layer.idle_leakage)},
                     {"isolation_saves_aj", attojoules(layer.isolation_saves)},
                     {"total_aj", attojoules(layer.total())},
                     {"library", energy.origin.library},
                     {"corner", energy.origin.corner},
                     {"tools", energy.origin.tools},
                     {"activity", energy.activity}};
  if (layer.processing_elements) {
    row["processing_elements_aj"] = attojoules(*layer.processing_elements);
    row["element_energy_per_mac_pj"] = whole_element(layer);
  }
  for (const auto& cost : layer.costs)
    row["selectables"].push_back({{"selectable", cost.selectable},
                                  {"multiplication_aj", attojoules(cost.timed)},
                                  {"energy_per_mac_pj", each(cost.timed, layer.counts.macs)},
                                  {"zero_delay_per_mac_pj", each(cost.zero_delay, layer.counts.macs)},
                                  {"standard_error_per_transition_pj", cost.standard_error.value}});
  return row;
}

}  // namespace

std::string power_text(const NetworkEnergy& energy) {
  std::string text;
  for (const auto& point : energy.points) {
    std::vector<std::vector<std::string>> rows{{"layer", "selectable", "MACs/image", "executed %", "pJ/MAC", "error %",
                                                "zero-delay", "share %", "relative", "uniform", "element"}};
    for (const auto& layer : point.layers) rows.push_back(text_row(layer, point.total, energy.images));
    rows.push_back(text_row(point.total, point.total, energy.images));
    text += fmt::format("operating point {}\n{}\n", point.name, format_table(rows));
  }
  text += points_table(energy) + "\n";
  if (energy.element) text += element_table(*energy.element, energy.origin.clock_mhz) + "\n";
  return text + origin_text(energy);
}

std::string power_csv(const NetworkEnergy& energy) {
  std::string text = csv_line({"operating_point",
                               "layer",
                               "selectable",
                               "images",
                               "macs",
                               "executed_macs",
                               "transitions",
                               "multiplication_pj",
                               "energy_per_mac_pj",
                               "relative_standard_error",
                               "zero_delay_pj",
                               "zero_delay_per_mac_pj",
                               "share",
                               "exact_pj",
                               "relative_to_exact",
                               "relative_uniform",
                               "processing_elements_pj",
                               "element_energy_per_mac_pj",
                               "selected_leakage_pj",
                               "idle_leakage_pj",
                               "isolation_saves_pj",
                               "total_pj",
                               "array_cycles",
                               "library",
                               "library_sha256",
                               "corner",
                               "tools",
                               "activity",
                               "simulated_pairs"});
  for (const auto& point : energy.points) {
    for (const auto& layer : point.layers) text += csv_line(csv_row(energy, point, layer));
    text += csv_line(csv_row(energy, point, point.total));
  }
  return text;
}

nlohmann::json power_json(const NetworkEnergy& energy, const Provenance& provenance) {
  const EnergyOrigin& o = energy.origin;
  nlohmann::json result{{"schema_version", 1},
                        {"provenance", axvp::to_json(provenance)},
                        {"images", energy.images},
                        {"pool", energy.pool},
                        {"activity", energy.activity},
                        {"library",
                         {{"name", o.library},
                          {"sha256", o.library_sha256},
                          {"corner", o.corner},
                          {"voltage_v", o.voltage_v},
                          {"temperature_c", o.temperature_c}}},
                        {"points", nlohmann::json::array()}};
  for (const auto& row : energy.uniform)
    result["uniform_operands"].push_back({{"selectable", row.selectable},
                                          {"energy_per_mac_pj", row.per_mac.total().value},
                                          {"zero_delay_per_mac_pj", row.per_mac_zero_delay.total().value},
                                          {"area_um2", row.area.value},
                                          {"leakage_nw", row.leakage.value},
                                          {"delay_ns", row.delay.value},
                                          {"transitions", o.transitions},
                                          {"seed", o.seed}});
  if (energy.element) result["processing_element"] = to_json(*energy.element);
  for (const auto& point : energy.points) {
    nlohmann::json layers = nlohmann::json::array();
    for (const auto& layer : point.layers) layers.push_back(to_json(energy, layer));
    result["points"].push_back({{"name", point.name},
                                {"papers_metric", point.papers_metric},
                                {"layers", std::move(layers)},
                                {"total", to_json(energy, point.total)}});
  }
  return result;
}

}  // namespace axvp::sim
