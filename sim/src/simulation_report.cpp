#include "simulation_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "axvp/common/text.h"
#include "cascade_report.h"

namespace axvp::sim {
namespace {

constexpr double kPicojoulesPerMicrojoule = 1e6;

/// Attojoules as exact decimal picojoules: "123.456789".
std::string exact_picojoules(Energy energy) {
  constexpr Energy::Word kAttojoulesPerPicojoule = 1'000'000;
  const Energy::Word whole = energy.attojoules() / kAttojoulesPerPicojoule;
  std::string digits;
  for (Energy::Word rest = whole; rest > 0; rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  return fmt::format("{}.{:06}", digits.empty() ? "0" : digits,
                     static_cast<std::uint64_t>(energy.attojoules() % kAttojoulesPerPicojoule));
}

double microjoules(Energy energy) {
  return energy.to_picojoules().value / kPicojoulesPerMicrojoule;
}

struct Part {
  const char* name;
  Energy EnergyBreakdown::*member;
};
constexpr std::array<Part, 9> kParts{{{"multipliers", &EnergyBreakdown::multipliers},
                                      {"processing_elements", &EnergyBreakdown::processing_elements},
                                      {"vector_unit", &EnergyBreakdown::vector_unit},
                                      {"activation_scratchpad", &EnergyBreakdown::activation_scratchpad},
                                      {"weight_scratchpad", &EnergyBreakdown::weight_scratchpad},
                                      {"accumulator_scratchpad", &EnergyBreakdown::accumulator_scratchpad},
                                      {"parameter_memory", &EnergyBreakdown::parameter_memory},
                                      {"dram", &EnergyBreakdown::dram},
                                      {"leakage", &EnergyBreakdown::leakage}}};

double per_image(double total, std::size_t images) {
  return images == 0 ? 0.0 : total / static_cast<double>(images);
}

double milliseconds(Cycles cycles, const PlatformConfig& config) {
  return static_cast<double>(cycles) / (config.clock_mhz * 1e3);
}

std::uint64_t count_right(const PlatformResult& phase, const Dataset& data) {
  std::uint64_t right = 0;
  for (const auto& record : phase.inferences)
    for (std::size_t i = 0; i < record.logits.size(); ++i)
      right += static_cast<int>(top1(record.logits[i])) == data.images[record.index + i].label ? 1 : 0;
  return right;
}

std::string percent(double fraction) {
  return std::isfinite(fraction) ? fmt::format("{:.2f}", 100 * fraction) : "-";
}

/// Not a number where there is nothing to save.
double saving(Picojoules part, Picojoules whole) {
  return whole.value > 0.0 ? 1.0 - part / whole : std::numeric_limits<double>::quiet_NaN();
}

/// "91.20 to 94.60"
std::string percent_range(const Interval& interval) {
  return fmt::format("{} to {}", percent(interval.low), percent(interval.high));
}

/// MACs by slots that the array offers in `cycles`.
double utilisation(std::uint64_t macs, Cycles cycles, const PlatformConfig& config) {
  return cycles == 0 ? 0.0 : static_cast<double>(macs) / static_cast<double>(cycles * config.array.elements());
}

std::string points_text(const SimulationReport& report) {
  std::vector<std::vector<std::string>> rows{{"operating point", "top-1 %", "95 %", "cycles/image", "frames/s",
                                              "MACs %", "multiplication uJ", "saved %", "total uJ", "saved %", "mW"}};
  for (const auto& p : summarise_points(report))
    rows.push_back({p.name, percent(static_cast<double>(p.right) / static_cast<double>(p.images)),
                    percent_range(wilson_interval(p.right, p.images)),
                    with_thousands(static_cast<std::uint64_t>(p.cycles_per_image + 0.5)),
                    fmt::format("{:.1f}", p.frames_per_second), percent(p.mac_utilisation),
                    fmt::format("{:.3f}", p.multiplication.value / kPicojoulesPerMicrojoule),
                    percent(p.multiplication_saving), fmt::format("{:.3f}", p.total.value / kPicojoulesPerMicrojoule),
                    percent(p.total_saving), fmt::format("{:.2f}", p.average_power_mw)});
  return format_table(rows) +
         fmt::format(
             "saved: against point 0, {}; per image, the first loading of tables apart; 95 %: Wilson interval of "
             "top-1;\n"
             "MACs: of the multiplications that the array could start meanwhile; mW: total energy by time\n",
             report.workload.points[0].name);
}

std::string parts_text(const SimulationReport& report) {
  std::vector<std::vector<std::string>> rows{{"energy per image, uJ"}};
  const std::size_t points = report.workload.points.size();
  std::vector<PhaseTotals> totals;
  for (std::size_t p = 0; p < points; ++p) {
    rows[0].push_back(report.workload.points[p].name);
    totals.push_back(steady_totals(report.phases[p]));
  }
  for (const auto& part : kParts) {
    rows.push_back({part.name});
    for (std::size_t p = 0; p < points; ++p)
      rows.back().push_back(fmt::format(
          "{:.4f}", per_image(microjoules(totals[p].energy.*part.member), report.workload.data.images.size())));
  }
  return format_table(rows);
}

/// What the budget's windows cost, where the policy has any.
std::string budget_text(const PlatformResult& phase, std::size_t points) {
  if (phase.windows.empty()) return "";
  const BudgetSummary budget = summarise_budget(phase, points);
  std::string text = fmt::format("\nwindows: {}, over budget {}", budget.windows, budget.over_budget);
  if (budget.over_budget > 0)
    text += fmt::format(" (by {} % at most; {} of them at the cheapest point)", percent(budget.worst_excess),
                        budget.over_budget_at_last_point);
  return text + "\n";
}

std::string time_text(const SimulationReport& report, const PlatformResult& phase) {
  std::vector<std::vector<std::string>> rows{{"time at", "images", "ms", "%"}};
  const auto times = time_at_points(phase, report.workload.points.size(), report.inputs.program.images);
  Cycles total = 0;
  for (const auto& time : times) total += time.cycles;
  for (std::size_t p = 0; p < times.size(); ++p)
    rows.push_back({report.workload.points[p].name, with_thousands(times[p].images),
                    fmt::format("{:.3f}", milliseconds(times[p].cycles, report.inputs.config)),
                    percent(total == 0 ? 0.0 : static_cast<double>(times[p].cycles) / static_cast<double>(total))});
  return format_table(rows);
}

std::string controller_text(const SimulationReport& report) {
  const std::size_t points = report.workload.points.size();
  if (report.phases.size() == points) return "";
  const PlatformResult& phase = report.phases[points];
  const PlatformConfig& config = report.inputs.config;
  const Cycles begin = phase.inferences.empty() ? 0 : phase.inferences.front().begin;
  const std::size_t images = report.workload.data.images.size();
  const Interval top1 = wilson_interval(count_right(phase, report.workload.data), images);
  const PolicyKind policy = report.config.controller->kind;
  const std::string text = fmt::format(
      "\ncontroller, policy {}: {} images, top-1 {} % (95 %: {}), {:.3f} uJ per image\n", to_string(policy), images,
      percent(top1.value), percent_range(top1), per_image(microjoules(phase.energy.total()), images));
  if (policy == PolicyKind::Margin) return text + cascade_text(report) + "\n" + time_text(report, phase);
  std::vector<std::vector<std::string>> rows{{"at ms", "from", "to", "bytes", "cycles", "uJ", "reason"}};
  for (const auto& change : phase.switches)
    rows.push_back({fmt::format("{:.3f}", milliseconds(change.begin - begin, config)),
                    change.from ? report.workload.points[*change.from].name : "-",
                    report.workload.points[change.to].name, with_thousands(change.bytes), with_thousands(change.cycles),
                    fmt::format("{:.4f}", microjoules(change.energy.total())), change.reason});
  if (phase.switches.empty()) rows.clear();
  return text + format_table(rows) + budget_text(phase, points) + "\n" + time_text(report, phase);
}

nlohmann::json to_json(const EnergyBreakdown& energy) {
  nlohmann::json parts;
  for (const auto& part : kParts) parts[std::string{part.name} + "_pj"] = (energy.*part.member).to_picojoules().value;
  parts["total_pj"] = energy.total().to_picojoules().value;
  return parts;
}

nlohmann::json to_json(const OwnedCycles& cycles) {
  nlohmann::json owners;
  for (std::size_t o = 0; o < kCycleOwners; ++o)
    owners[std::string{to_string(static_cast<CycleOwner>(o))}] = cycles.of[o];
  return owners;
}

nlohmann::json to_json(const EventCounts& counts, const SelectablePool& pool) {
  nlohmann::json events;
  for (std::size_t e = 0; e < kEvents; ++e) events[std::string{to_string(static_cast<Event>(e))}] = counts.of[e];
  nlohmann::json executed;
  for (std::size_t s = 0; s < pool.ids.size(); ++s) executed[pool.ids[s]] = counts.macs_executed[s];
  return {{"events", events}, {"macs_executed", executed}};
}

/// How a convolution in groups is mapped; empty for other operations.
std::string mapping_name(const SimulationReport& report, std::size_t node) {
  const Descriptor& d = report.inputs.program.descriptors[node];
  return d.opcode == Opcode::Convolution && d.groups > 1 ? std::string{to_string(mapping_of(d))} : "";
}

/// What `auto` chose.
std::string mappings_text(const SimulationReport& report) {
  if (report.inputs.config.array.depthwise != DepthwiseMapping::Auto) return "";
  std::map<std::string, int> layers;
  for (std::size_t n = 0; n < report.inputs.program.nodes.size(); ++n)
    if (const std::string mapping = mapping_name(report, n); !mapping.empty()) ++layers[mapping];
  std::string text;
  for (const auto& [mapping, count] : layers)
    text += fmt::format("{}{} of {}", text.empty() ? "" : ", ", mapping, count);
  return text.empty() ? "" : fmt::format("depthwise layers mapped by auto: {}\n", text);
}

nlohmann::json nodes_to_json(const SimulationReport& report, const PlatformResult& phase, std::size_t point) {
  nlohmann::json nodes = nlohmann::json::array();
  for (std::size_t n = 0; n < report.inputs.program.nodes.size(); ++n) {
    const ProgramNode& node = report.inputs.program.nodes[n];
    const NodeStatistics& statistics = phase.nodes[point][n];
    if (statistics.inferences == 0) continue;
    nlohmann::json entry{{"name", node.name},
                         {"operation", node.operation},
                         {"macs_per_image", node.macs / report.inputs.program.images},
                         {"mac_utilisation_fraction", utilisation(node.macs * statistics.inferences,
                                                                  statistics.cycles.total(), report.inputs.config)},
                         {"inferences", statistics.inferences},
                         {"images", statistics.inferences * report.inputs.program.images},
                         {"cycles_by_owner", to_json(statistics.cycles)},
                         {"counts", to_json(statistics.counts, report.inputs.pool)},
                         {"energy", to_json(statistics.energy)}};
    if (const std::string mapping = mapping_name(report, n); !mapping.empty()) entry["mapping"] = mapping;
    if (node.layer) entry["selectable"] = report.workload.points[point].selectable_of_layer[*node.layer];
    nodes.push_back(std::move(entry));
  }
  return nodes;
}

/// What the per-image figures leave out: loading the point's tables before its first image.
nlohmann::json first_load_to_json(const PlatformResult& phase) {
  Cycles cycles = 0;
  EnergyBreakdown energy;
  for (const auto& change : phase.switches) {
    cycles += change.cycles;
    energy += change.energy;
  }
  return {{"cycles", cycles}, {"energy", to_json(energy)}};
}

nlohmann::json point_to_json(const SimulationReport& report, const PointSummary& summary, std::size_t p) {
  const PlatformResult& phase = report.phases[p];
  const Interval top1 = wilson_interval(summary.right, summary.images);
  return {{"name", summary.name},
          {"images", summary.images},
          {"top1_fraction", top1.value},
          {"top1_low_95", top1.low},
          {"top1_high_95", top1.high},
          {"cycles_per_image", summary.cycles_per_image},
          {"frames_per_second", summary.frames_per_second},
          {"multiplication_energy_per_image_pj", summary.multiplication.value},
          {"total_energy_per_image_pj", summary.total.value},
          {"multiplication_saving_fraction", summary.multiplication_saving},
          {"total_saving_fraction", summary.total_saving},
          {"mac_utilisation_fraction", summary.mac_utilisation},
          {"average_power_mw", summary.average_power_mw},
          {"selectable_of_layer", report.workload.points[p].selectable_of_layer},
          {"first_load", first_load_to_json(phase)},
          {"energy_all_images", to_json(phase.energy)},
          {"cycles_by_owner_all_images", to_json(phase.cycles)},
          {"operations", nodes_to_json(report, phase, p)}};
}

nlohmann::json controller_to_json(const SimulationReport& report, const PlatformResult& phase,
                                  const PolicyConfig& policy) {
  const PlatformConfig& config = report.inputs.config;
  const Cycles begin = phase.inferences.empty() ? 0 : phase.inferences.front().begin;
  nlohmann::json switches = nlohmann::json::array(), inferences = nlohmann::json::array();
  nlohmann::json windows = nlohmann::json::array(), times = nlohmann::json::array();
  for (const auto& window : phase.windows)
    windows.push_back({{"begin_ms", window.begin_ms},
                       {"end_ms", window.end_ms},
                       {"point", report.workload.points[window.point].name},
                       {"window_uj", window.window_uj},
                       {"budget_uj", window.budget_uj},
                       {"is_over_budget", window.is_over_budget()}});
  const auto time_of_point = time_at_points(phase, report.workload.points.size(), report.inputs.program.images);
  for (std::size_t p = 0; p < time_of_point.size(); ++p)
    times.push_back({{"point", report.workload.points[p].name},
                     {"images", time_of_point[p].images},
                     {"time_ms", milliseconds(time_of_point[p].cycles, config)}});
  const BudgetSummary budget = summarise_budget(phase, report.workload.points.size());
  const Interval accuracy =
      wilson_interval(count_right(phase, report.workload.data), report.workload.data.images.size());
  for (const auto& change : phase.switches)
    switches.push_back(
        {{"at_ms", milliseconds(change.begin - begin, config)},
         {"from", change.from ? nlohmann::json(report.workload.points[*change.from].name) : nlohmann::json(nullptr)},
         {"to", report.workload.points[change.to].name},
         {"bytes", change.bytes},
         {"cycles", change.cycles},
         {"energy", to_json(change.energy)},
         {"reason", change.reason}});
  for (const auto& record : phase.inferences) {
    nlohmann::json classes = nlohmann::json::array(), labels = nlohmann::json::array();
    for (const auto& logits : record.logits) classes.push_back(top1(logits));
    for (std::size_t i = 0; i < report.inputs.program.images; ++i)
      labels.push_back(report.workload.data.images[record.index + i].label);
    inferences.push_back({{"image", record.index},
                          {"point", report.workload.points[record.point].name},
                          {"begin_ms", milliseconds(record.begin - begin, config)},
                          {"end_ms", milliseconds(record.end - begin, config)},
                          {"energy_pj", record.energy.total().to_picojoules().value},
                          {"classes", std::move(classes)},
                          {"labels", std::move(labels)}});
    if (record.margin) inferences.back()["margin"] = report.inputs.program.output_step * *record.margin;
  }
  nlohmann::json result{{"policy", to_json(policy)},
                        {"top1_fraction", accuracy.value},
                        {"top1_low_95", accuracy.low},
                        {"top1_high_95", accuracy.high},
                        {"energy", to_json(phase.energy)},
                        {"windows_over_budget", budget.over_budget},
                        {"windows_over_budget_at_last_point", budget.over_budget_at_last_point},
                        {"worst_excess_fraction", budget.worst_excess},
                        {"windows", windows},
                        {"time_at_points", times},
                        {"switches", switches},
                        {"inferences", inferences}};
  if (policy.kind == PolicyKind::Margin) result["cascade"] = cascade_json(report);
  return result;
}

std::vector<std::string> csv_heading() {
  std::vector<std::string> cells{
      "operating_point", "operation_name",       "operation",        "selectable",  "mapping", "images", "macs",
      "macs_executed",   "macs_zero_activation", "macs_zero_weight", "macs_padding"};
  cells.emplace_back("cycles_total");
  for (std::size_t o = 0; o < kCycleOwners; ++o)
    cells.push_back(fmt::format("cycles_{}", to_string(static_cast<CycleOwner>(o))));
  cells.insert(cells.end(), {"mac_utilisation_fraction", "dram_read_bytes", "dram_write_bytes"});
  for (const auto& part : kParts) cells.push_back(fmt::format("energy_{}_pj", part.name));
  cells.emplace_back("energy_total_pj");
  return cells;
}

std::vector<std::string> csv_cells(const std::vector<std::string>& head, std::uint64_t macs,
                                   const NodeStatistics& statistics, const PlatformConfig& config) {
  const auto images = statistics.inferences * static_cast<std::uint64_t>(config.batch);
  std::vector<std::string> cells = head;
  const EventCounts& counts = statistics.counts;
  for (const std::uint64_t number :
       {images, macs, counts.executed(), counts[Event::MacZeroActivation], counts[Event::MacZeroWeight],
        counts[Event::MacPadding], statistics.cycles.total()})
    cells.push_back(std::to_string(number));
  for (const Cycles cycles : statistics.cycles.of) cells.push_back(std::to_string(cycles));
  cells.push_back(fmt::format("{:.6f}", utilisation(macs, statistics.cycles.total(), config)));
  cells.push_back(std::to_string(counts[Event::DramRead]));
  cells.push_back(std::to_string(counts[Event::DramWrite]));
  for (const auto& part : kParts) cells.push_back(exact_picojoules(statistics.energy.*part.member));
  cells.push_back(exact_picojoules(statistics.energy.total()));
  return cells;
}

}  // namespace

PhaseTotals steady_totals(const PlatformResult& phase) {
  PhaseTotals totals;
  for (const auto& record : phase.inferences) {
    totals.cycles += record.cycles();
    totals.energy += record.energy;
  }
  for (const auto& change : phase.switches) {
    if (change.from) continue;
    totals.cycles -= change.cycles;
    for (const auto& part : kParts)
      totals.energy.*part.member = totals.energy.*part.member - change.energy.*part.member;
  }
  return totals;
}

std::vector<PointSummary> summarise_points(const SimulationReport& report) {
  std::vector<PointSummary> summaries;
  for (std::size_t p = 0; p < report.workload.points.size(); ++p) {
    const PlatformResult& phase = report.phases[p];
    const PhaseTotals totals = steady_totals(phase);
    const std::size_t images = phase.inferences.size() * report.inputs.program.images;
    PointSummary s;
    s.name = report.workload.points[p].name;
    s.images = images;
    s.right = count_right(phase, report.workload.data);
    s.cycles_per_image = per_image(static_cast<double>(totals.cycles), images);
    if (images > 0) {
      const Cycles loading = phase.switches.empty() ? 0 : phase.switches.front().cycles;
      const Cycles whole = phase.inferences.back().end - phase.inferences.front().begin - loading;
      s.frames_per_second =
          static_cast<double>(images) * report.inputs.config.clock_mhz * 1e6 / static_cast<double>(whole);
      constexpr double kMilliwattsPerPicojoulePerMicrosecond = 1e-3;
      const double whole_us = static_cast<double>(whole) / report.inputs.config.clock_mhz;
      s.average_power_mw =
          totals.energy.total().to_picojoules().value / whole_us * kMilliwattsPerPicojoulePerMicrosecond;
      s.mac_utilisation = utilisation(phase.counts.macs(), totals.cycles, report.inputs.config);
    }
    s.multiplication = Picojoules{per_image(totals.energy.multipliers.to_picojoules().value, images)};
    s.total = Picojoules{per_image(totals.energy.total().to_picojoules().value, images)};
    if (!summaries.empty()) {
      s.multiplication_saving = saving(s.multiplication, summaries[0].multiplication);
      s.total_saving = saving(s.total, summaries[0].total);
    }
    summaries.push_back(std::move(s));
  }
  return summaries;
}

std::vector<std::string> idle_controller_notes(const PolicyConfig& policy, const PlatformResult& phase,
                                               const PlatformConfig& config) {
  if (policy.kind != PolicyKind::Schedule && policy.kind != PolicyKind::Budget) return {};
  if (phase.inferences.empty()) return {};
  const double length_ms = milliseconds(phase.inferences.back().end - phase.inferences.front().begin, config);
  const std::string run =
      fmt::format("the {} images take {:.3f} ms",
                  with_thousands(phase.inferences.size() * static_cast<std::size_t>(config.batch)), length_ms);
  if (policy.kind == PolicyKind::Budget && phase.windows.empty())
    return {
        fmt::format("the controller never acted: {}, its first window of {} ms did not end; give it more images or a "
                    "shorter controller.window_ms",
                    run, policy.window_ms)};
  std::vector<double> steps;
  for (const auto& step : policy.schedule) steps.push_back(step.at_ms);
  for (const auto& step : policy.budget) steps.push_back(step.at_ms);
  const auto missed =
      std::find_if(steps.begin(), steps.end(), [&](double at_ms) { return at_ms > 0.0 && at_ms >= length_ms; });
  if (missed == steps.end()) return {};
  return {fmt::format("the controller's {} from {} ms on was not reached: {}",
                      policy.kind == PolicyKind::Budget ? "budget" : "schedule", *missed, run)};
}

BudgetSummary summarise_budget(const PlatformResult& phase, std::size_t points) {
  BudgetSummary summary;
  summary.windows = phase.windows.size();
  for (const BudgetWindow& window : phase.windows) {
    if (!window.is_over_budget()) continue;
    ++summary.over_budget;
    if (window.point + 1 == points) ++summary.over_budget_at_last_point;
    summary.worst_excess = std::max(summary.worst_excess, window.window_uj / window.budget_uj - 1.0);
  }
  return summary;
}

std::vector<TimeAtPoint> time_at_points(const PlatformResult& phase, std::size_t points, std::uint64_t images) {
  std::vector<TimeAtPoint> times(points);
  for (std::size_t i = 0; i < phase.inferences.size(); ++i) {
    const InferenceRecord& record = phase.inferences[i];
    const Cycles end = i + 1 < phase.inferences.size() ? phase.inferences[i + 1].begin : record.end;
    times[record.point].images += images;
    times[record.point].cycles += end - record.begin;
  }
  return times;
}

namespace {

constexpr double kSquareMicrometresPerSquareMillimetre = 1e6;

double square_millimetres(SquareMicrometres area) {
  return area.value / kSquareMicrometresPerSquareMillimetre;
}

std::string notes_text(const std::vector<std::string>& notes) {
  std::string text;
  for (const auto& note : notes) text += "note: " + note + "\n";
  return text;
}

/// The prices of the same pool were found before the run.
DatapathArea area_of(const SimulationReport& report) {
  return datapath_area(report.inputs.energy, report.inputs.pool, report.inputs.config).value_or(DatapathArea{});
}

}  // namespace

std::string to_text(const SimulationReport& report) {
  const PlatformConfig& config = report.inputs.config;
  const EnergyOrigin& origin = report.inputs.energy.origin;
  const QuantizedNetwork& network = report.workload.quantisation.network;
  const DatapathArea area = area_of(report);
  return fmt::format(
      "{} on {} ({} images), {}, {}x{} array, {}, {} MHz\n"
      "energy: {}, {}, {} V; multipliers: {}\n"
      "area: array {:.2f} mm2, vector unit {:.2f} mm2 (cells; memories and control not contained)\n{}{}\n{}\n{}{}",
      network.name, report.workload.data.name, with_thousands(report.workload.data.images.size()),
      to_string(network.encoding), config.array.rows, config.array.columns, to_string(config.array.dataflow),
      config.clock_mhz, origin.library, origin.corner, origin.voltage_v, origin.activity,
      square_millimetres(area.array), square_millimetres(area.vector_unit), mappings_text(report),
      notes_text(report.notes), points_text(report), parts_text(report), controller_text(report));
}

nlohmann::json to_json(const SimulationReport& report) {
  const auto summaries = summarise_points(report);
  const std::size_t points = summaries.size();
  const DatapathArea area = area_of(report);
  nlohmann::json result{{"schema_version", 2},
                        {"provenance", axvp::to_json(report.workload.provenance)},
                        {"configuration", to_json(report.config)},
                        {"network",
                         {{"name", report.workload.quantisation.network.name},
                          {"data", report.workload.data.name},
                          {"encoding", to_string(report.workload.quantisation.network.encoding)}}},
                        {"energy_origin",
                         {{"library", report.inputs.energy.origin.library},
                          {"corner", report.inputs.energy.origin.corner},
                          {"voltage_v", report.inputs.energy.origin.voltage_v},
                          {"activity", report.inputs.energy.origin.activity},
                          {"transitions", report.inputs.energy.origin.transitions},
                          {"tools", report.inputs.energy.origin.tools}}},
                        {"area", {{"array_um2", area.array.value}, {"vector_unit_um2", area.vector_unit.value}}},
                        {"notes", report.notes},
                        {"operating_points", nlohmann::json::array()}};
  for (std::size_t p = 0; p < points; ++p) result["operating_points"].push_back(point_to_json(report, summaries[p], p));
  if (report.phases.size() > points)
    result["controller"] = controller_to_json(report, report.phases[points], *report.config.controller);
  return result;
}

std::string to_csv(const SimulationReport& report) {
  std::string csv = csv_line(csv_heading());
  for (std::size_t p = 0; p < report.workload.points.size(); ++p) {
    const std::string& point = report.workload.points[p].name;
    NodeStatistics total;
    std::uint64_t total_macs = 0;
    for (std::size_t n = 0; n < report.inputs.program.nodes.size(); ++n) {
      const ProgramNode& node = report.inputs.program.nodes[n];
      const NodeStatistics& statistics = report.phases[p].nodes[p][n];
      const std::uint64_t macs = node.macs * statistics.inferences;
      const std::string selectable =
          node.layer ? report.workload.points[p].selectable_of_layer[*node.layer] : std::string{};
      csv += csv_line(csv_cells({point, node.name, node.operation, selectable, mapping_name(report, n)}, macs,
                                statistics, report.inputs.config));
      total.inferences = statistics.inferences;
      total.cycles += statistics.cycles;
      total.counts += statistics.counts;
      total.energy += statistics.energy;
      total_macs += macs;
    }
    csv += csv_line(csv_cells({point, "total", "", "", ""}, total_macs, total, report.inputs.config));
  }
  return csv;
}

}  // namespace axvp::sim
