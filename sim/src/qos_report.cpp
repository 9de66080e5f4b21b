#include "qos_report.h"

#include <fmt/format.h>

#include "axvp/common/field_reader.h"
#include "axvp/common/text.h"

namespace axvp::sim {
namespace {

std::string percent(double fraction) {
  return fmt::format("{:.2f}", 100.0 * fraction);
}

std::string range(const nlohmann::json& interval) {
  return percent(interval["low_95"]) + " to " + percent(interval["high_95"]);
}

/// The entry of `list` with that name; null where there is none.
nlohmann::json named(const nlohmann::json& list, const std::string& name) {
  for (const auto& entry : list)
    if (entry["name"] == name) return entry;
  return nullptr;
}

}  // namespace

Result<std::vector<double>> read_costs(const std::filesystem::path& power_json) {
  const auto power = load_json(power_json);
  if (!power) return forward_error(power);
  std::vector<double> costs;
  for (const auto& point : power->root["points"]) costs.push_back(point["total"]["relative_to_exact"]);
  return costs;
}

Result<QosSummary> summarise_qos(const std::filesystem::path& folder, const std::string& rule, double rerun) {
  const auto search = load_json(folder / "search" / "search.json"), power = load_json(folder / "power" / "power.json"),
             accuracy = load_json(folder / "accuracy.json"), cascades = load_json(folder / "cascade.json");
  for (const auto* file : {&search, &power, &accuracy, &cascades})
    if (!*file) return forward_error(*file);
  QosSummary summary;
  summary.pool = search->root["pool"].get<std::vector<std::string>>();
  std::vector<std::string> names;
  for (const auto& found : search->root["points"]) {
    const std::string name = found["name"];
    const auto measured = named(accuracy->root["points"], name), cost = named(power->root["points"], name);
    if (measured.is_null() || cost.is_null()) return fail("{}: point {} is not in every file", folder.string(), name);
    summary.images = measured["images"];
    summary.points.push_back({name, measured["top1"], measured["against_exact"]["top1_loss"],
                              1.0 - cost["total"]["relative_to_exact"].get<double>(),
                              1.0 - cost["papers_metric"].get<double>()});
    names.push_back(name);
  }
  const std::string wanted = rule == "budget" ? fmt::format("{:g} %", 100 * rerun) : rule;
  for (const auto& cascade : cascades->root["cascades"])
    if (cascade["rule"] == wanted && cascade["points"] == nlohmann::json{names.back(), names.front()})
      summary.cascade = cascade;
  if (summary.cascade.is_object()) summary.controller = summary.cascade.value("controller", nlohmann::json{});
  return summary;
}

std::string qos_text(const QosSummary& summary) {
  std::vector<std::vector<std::string>> rows{{"operating point", "top-1 %", "95 %", "loss points", "95 %",
                                              "multiplications saved %", "papers' metric saved %"}};
  for (const auto& p : summary.points)
    rows.push_back({p.name, percent(p.top1["value"]), range(p.top1), percent(p.loss["value"]), range(p.loss),
                    percent(p.multiplications_saved), percent(p.papers_metric_saved)});
  std::string text = fmt::format(
      "pool: {}\n\n{}{} test images; loss: against exact products on the same images; "
      "saved: of the exact multiplier's energy\nunder each layer's operands, and by the papers' metric\n",
      join(summary.pool, ", "), format_table(rows), with_thousands(summary.images));
  if (!summary.cascade.is_object()) return text;
  const auto& c = summary.cascade;
  return text +
         fmt::format(
             "\ncascade {}, {} ({}): {} % of the images run again; top-1 {} %, loss against {} {} points ({} to {}),\n"
             "{} % of the multiplications' energy saved; static mix of the points at the same energy: top-1 {} %\n",
             c["points"][0].get<std::string>(), c["points"][1].get<std::string>(), c["rule"].get<std::string>(),
             percent(c["reached_fraction"][1]), percent(c["top1_fraction"]), c["points"][1].get<std::string>(),
             percent(c["loss_fraction"]), percent(c["loss_low_95"]), percent(c["loss_high_95"]),
             percent(1.0 - c["mean_cost"].get<double>()), percent(c["static_mix_top1_fraction"]));
}

nlohmann::json qos_json(const QosSummary& summary, const nlohmann::json& settings) {
  nlohmann::json points = nlohmann::json::array();
  for (const auto& p : summary.points)
    points.push_back({{"name", p.name},
                      {"top1", p.top1},
                      {"top1_loss", p.loss},
                      {"multiplications_saved_fraction", p.multiplications_saved},
                      {"papers_metric_saved_fraction", p.papers_metric_saved}});
  return {{"schema_version", 1},  {"settings", settings},        {"images", summary.images},
          {"pool", summary.pool}, {"points", std::move(points)}, {"cascade", summary.cascade}};
}

}  // namespace axvp::sim
