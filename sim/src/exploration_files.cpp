#include "exploration_files.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/provenance.h"
#include "axvp/common/text.h"

namespace axvp::sim {
namespace {

constexpr std::size_t kSample = 1500;  // configurations beside the front that the report shows

nlohmann::json parameter(const DesignSpace& space, Axis axis, const Choices& choices) {
  if (has_names(axis)) return space.text(axis, choices);
  return space.value(axis, choices);
}

nlohmann::json entry_of(const Exploration& e, const ExploredResult& r) {
  const Choices choices = e.sweep.space.at(r.configuration);
  nlohmann::json entry{{"network", e.networks[r.network].shapes.name},
                       {"configuration", r.configuration},
                       {"array_cycles", r.array_cycles},
                       {"cycles", r.cycles},
                       {"latency_ms", r.latency_ms},
                       {"images_per_second", r.images_per_second},
                       {"energy_uj", r.energy_uj},
                       {"area_mm2", r.area_mm2},
                       {"power_mw", r.power_mw},
                       {"energy_delay_uj_ms", r.energy_delay_uj_ms}};
  for (std::size_t a = 0; a < kAxes; ++a)
    entry[std::string{to_string(static_cast<Axis>(a))}] = parameter(e.sweep.space, static_cast<Axis>(a), choices);
  if (r.top1_fraction) entry["top1_fraction"] = *r.top1_fraction;
  return entry;
}

/// Evenly spaced ones of those that are ok and not on the front.
std::vector<std::size_t> sample_of(const Exploration& e) {
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < e.results.size(); ++i)
    if (e.results[i].is_ok() && !std::binary_search(e.front.begin(), e.front.end(), i)) others.push_back(i);
  if (others.size() <= kSample) return others;
  std::vector<std::size_t> sample;
  for (std::size_t i = 0; i < kSample; ++i) sample.push_back(others[i * (others.size() - 1) / (kSample - 1)]);
  return sample;
}

nlohmann::json to_json(const Exploration& e) {
  Provenance provenance;
  provenance.command = "explore";
  provenance.seed = e.sweep.seed;
  provenance.inputs = {{"sweep", e.sweep_sha256}, {"energy table", e.energy_sha256}};
  nlohmann::json json{{"schema_version", 1},
                      {"provenance", axvp::to_json(provenance)},
                      {"evaluated", e.results.size()},
                      {"latency_bound_fraction", kLatencyBound},
                      {"front", nlohmann::json::array()},
                      {"sample", nlohmann::json::array()}};
  const auto sweep = parse_toml(e.sweep_text, "sweep");
  json["configuration"] = sweep ? sweep->root : nlohmann::json{};
  for (const auto& network : e.networks) json["networks"].push_back(network.shapes.name);
  for (const Objective objective : e.sweep.objectives) json["objectives"].push_back(column_of(objective));
  json["varied"] = nlohmann::json::object();
  for (std::size_t a = 0; a < kAxes; ++a)
    if (e.sweep.space.values[a].size() > 1)
      json["varied"][std::string{to_string(static_cast<Axis>(a))}] = e.sweep.space.values[a].size();
  for (const std::size_t i : e.front) json["front"].push_back(entry_of(e, e.results[i]));
  for (const std::size_t i : sample_of(e)) json["sample"].push_back(entry_of(e, e.results[i]));
  for (const Confirmation& c : e.confirmations)
    json["confirmation"].push_back({{"network", e.networks[c.analytic.network].shapes.name},
                                    {"configuration", c.analytic.configuration},
                                    {"level", e.level},
                                    {"array_cycles", c.simulated.array_cycles},
                                    {"cycles", c.simulated.cycles},
                                    {"latency_difference_fraction", c.latency_difference()}});
  return json;
}

std::string confirmation_csv(const Exploration& e) {
  std::string csv =
      csv_line({"network", "configuration", "level", "array_cycles_analytic", "array_cycles", "cycles_analytic",
                "cycles", "latency_difference_fraction", "energy_uj_analytic", "energy_uj"});
  for (const Confirmation& c : e.confirmations)
    csv +=
        csv_line({e.networks[c.analytic.network].shapes.name, std::to_string(c.analytic.configuration), e.level,
                  std::to_string(c.analytic.array_cycles), std::to_string(c.simulated.array_cycles),
                  std::to_string(c.analytic.cycles), std::to_string(c.simulated.cycles),
                  shortest(c.latency_difference()), shortest(c.analytic.energy_uj), shortest(c.simulated.energy_uj)});
  return csv;
}

std::string agreement_text(const Exploration& e) {
  if (e.confirmations.empty()) return "";
  std::vector<std::vector<std::string>> rows{
      {"network", "configuration", "array cycles", e.level, "cycles", e.level, "difference %"}};
  double worst = 0.0;
  std::size_t unequal = 0;
  for (const Confirmation& c : e.confirmations) {
    rows.push_back({e.networks[c.analytic.network].shapes.name, std::to_string(c.analytic.configuration),
                    with_thousands(c.analytic.array_cycles), with_thousands(c.simulated.array_cycles),
                    with_thousands(c.analytic.cycles), with_thousands(c.simulated.cycles),
                    fmt::format("{:+.2f}", 100.0 * c.latency_difference())});
    worst = std::max(worst, std::abs(c.latency_difference()));
    unequal += c.analytic.array_cycles != c.simulated.array_cycles ? 1 : 0;
  }
  return fmt::format(
      "\nagreement with level {}:\n{}array cycles differ in {} of {}; latency by {:.2f} % at most, bound {} %\n",
      e.level, format_table(rows), unequal, e.confirmations.size(), 100.0 * worst, 100.0 * kLatencyBound);
}

}  // namespace

Result<void> write_exploration(const std::filesystem::path& folder, const Exploration& e) {
  std::vector<ExploredResult> front;
  for (const std::size_t i : e.front) front.push_back(e.results[i]);
  std::vector<NewFile> files{{folder / "results.csv", results_csv(e.sweep, e.networks, e.results)},
                             {folder / "front.csv", results_csv(e.sweep, e.networks, front)},
                             {folder / "exploration.json", dump_json(to_json(e))}};
  if (!e.confirmations.empty()) files.push_back({folder / "confirmation.csv", confirmation_csv(e)});
  return write_files_atomically(files);
}

std::string to_text(const Exploration& e) {
  std::string text;
  for (std::uint32_t n = 0; n < e.networks.size(); ++n) {
    std::size_t all = 0, ok = 0;
    for (const auto& result : e.results)
      if (result.network == n) {
        ++all;
        ok += result.is_ok() ? 1 : 0;
      }
    std::vector<ExploredResult> front;
    for (const std::size_t i : e.front)
      if (e.results[i].network == n) front.push_back(e.results[i]);
    text += fmt::format("{}: {} configurations, {} allowed, {} on the front\n", e.networks[n].shapes.name,
                        with_thousands(all), with_thousands(ok), with_thousands(front.size()));
    std::vector<std::vector<std::string>> rows{
        {"best in", "configuration", "latency ms", "images/s", "uJ/image", "mm2", "mW", "parameters"}};
    for (const Objective objective : e.sweep.objectives) {
      const auto best = std::min_element(front.begin(), front.end(), [&](const auto& a, const auto& b) {
        return objectives_of(a, {objective}) < objectives_of(b, {objective});
      });
      if (best == front.end()) continue;
      const Choices choices = e.sweep.space.at(best->configuration);
      std::string parameters;
      for (std::size_t a = 0; a < kAxes; ++a)
        if (e.sweep.space.values[a].size() > 1)
          parameters += fmt::format("{}{} {}", parameters.empty() ? "" : ", ", to_string(static_cast<Axis>(a)),
                                    e.sweep.space.text(static_cast<Axis>(a), choices));
      rows.push_back({std::string{column_of(objective)}, std::to_string(best->configuration),
                      fmt::format("{:.4g}", best->latency_ms), fmt::format("{:.4g}", best->images_per_second),
                      fmt::format("{:.4g}", best->energy_uj), fmt::format("{:.4g}", best->area_mm2),
                      fmt::format("{:.4g}", best->power_mw), parameters});
    }
    text += format_table(rows);
  }
  return text + agreement_text(e);
}

}  // namespace axvp::sim
