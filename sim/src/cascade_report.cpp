#include "cascade_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "axvp/common/text.h"
#include "axvp/qos/cascade.h"

namespace axvp::sim {
namespace {

constexpr double kPicojoulesPerMicrojoule = 1e6;

/// By image.
std::vector<PointAnswer> answers_of(const PlatformResult& phase) {
  std::vector<PointAnswer> answers;
  for (const InferenceRecord& record : phase.inferences)
    for (const auto& logits : record.logits) answers.push_back({top1(logits), 0.0});
  return answers;
}

std::vector<int> labels_of(const Dataset& data) {
  std::vector<int> labels;
  for (const Image& image : data.images) labels.push_back(image.label);
  return labels;
}

/// Neither is asked for its margin.
PairedComparison compare(const std::vector<PointAnswer>& own, const std::vector<PointAnswer>& last,
                         const std::vector<int>& labels) {
  constexpr double kAlwaysTaken = -1.0;
  const auto compared = run_cascade({{&own, 0.0, kAlwaysTaken}, {&last, 0.0, 0.0}}, labels);
  return compared ? compared->against_last : PairedComparison{};
}

std::vector<CascadeSummary::Switches> switches_of(const PlatformResult& phase,
                                                  const std::vector<OperatingPoint>& points) {
  std::vector<CascadeSummary::Switches> all;
  for (const SwitchRecord& change : phase.switches) {
    if (!change.from) continue;
    const std::string &from = points[*change.from].name, &to = points[change.to].name;
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.from == from && s.to == to; });
    if (found == all.end()) found = all.insert(all.end(), {from, to, 0, 0, 0, {}});
    ++found->number;
    found->bytes += change.bytes;
    found->cycles += change.cycles;
    found->energy += change.energy.total();
  }
  return all;
}

double mix_accuracy(const std::vector<std::vector<PointAnswer>>& answers, const std::vector<PointSummary>& points,
                    const std::vector<int>& labels, Picojoules PointSummary::*cost, Picojoules mean) {
  std::vector<CascadeStage> stages;
  for (std::size_t p = 0; p < points.size(); ++p) stages.push_back({&answers[p], (points[p].*cost).value, 0.0});
  return static_mix_accuracy(stages, labels, mean.value);
}

std::string microjoules(Picojoules energy) {
  return fmt::format("{:.3f}", energy.value / kPicojoulesPerMicrojoule);
}

std::string percent(double fraction) {
  return fmt::format("{:.2f}", 100 * fraction);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string stages_text(const CascadeSummary& summary) {
  std::vector<std::vector<std::string>> rows{{"stage", "taken above margin", "images", "of images %"}};
  for (const auto& stage : summary.stages)
    rows.push_back({stage.point, stage.threshold ? fmt::format("{:.6g}", *stage.threshold) : "always",
                    with_thousands(stage.images), percent(share(stage.images, summary.images))});
  return format_table(rows);
}

std::vector<std::string> comparison_row(const std::string& name, const PairedComparison& pair, std::uint64_t right,
                                        double cycles, Picojoules multiplication, Picojoules total,
                                        const PointSummary& last) {
  const Interval loss = pair.loss();
  return {name,
          percent(share(right, pair.images())),
          percent(loss.value),
          percent(loss.low) + " to " + percent(loss.high),
          with_thousands(static_cast<std::uint64_t>(cycles + 0.5)),
          microjoules(multiplication),
          percent(1.0 - multiplication / last.multiplication),
          microjoules(total),
          percent(1.0 - total / last.total)};
}

}  // namespace

Result<void> check_cascaded_batch(const PlatformConfig& config) {
  if (config.batch == 1) return {};
  return fail(
      "platform.batch = {}: margins are calibrated image by image, but a batch is run again if one of its images asks "
      "for it; leave batch out",
      config.batch);
}

CascadeSummary summarise_cascade(const SimulationReport& report) {
  const auto points = summarise_points(report);
  const PlatformResult& phase = report.phases[points.size()];
  const auto labels = labels_of(report.workload.data);
  CascadeSummary summary;
  summary.images = labels.size();
  for (const MarginStage& stage : report.config.controller->cascade)
    summary.stages.push_back({points[stage.point].name, stage.threshold,
                              report.inputs.program.images *
                                  static_cast<std::uint64_t>(std::count_if(
                                      phase.inferences.begin(), phase.inferences.end(),
                                      [&](const InferenceRecord& record) { return record.point == stage.point; }))});
  summary.stages.back().threshold.reset();
  summary.switches = switches_of(phase, report.workload.points);
  std::vector<std::vector<PointAnswer>> answers;
  for (std::size_t p = 0; p < points.size(); ++p) answers.push_back(answers_of(report.phases[p]));
  summary.against_last = compare(answers_of(phase), answers[report.config.controller->cascade.back().point], labels);
  summary.right = summary.against_last.both_right + summary.against_last.only_this_right;
  const PhaseTotals totals = steady_totals(phase);
  const double images = static_cast<double>(std::max<std::uint64_t>(summary.images, 1));
  summary.cycles = static_cast<double>(totals.cycles) / images;
  summary.multiplication = totals.energy.multipliers.to_picojoules() * (1.0 / images);
  summary.total = totals.energy.total().to_picojoules() * (1.0 / images);
  summary.mix_at_multiplication =
      mix_accuracy(answers, points, labels, &PointSummary::multiplication, summary.multiplication);
  summary.mix_at_total = mix_accuracy(answers, points, labels, &PointSummary::total, summary.total);
  return summary;
}

std::string cascade_text(const SimulationReport& report) {
  const CascadeSummary summary = summarise_cascade(report);
  const auto points = summarise_points(report);
  const auto labels = labels_of(report.workload.data);
  const std::size_t last = report.config.controller->cascade.back().point;
  const auto of_last = answers_of(report.phases[last]);
  std::vector<std::vector<std::string>> rows{
      {"per image", "top-1 %", "loss points", "95 %", "cycles", "multiplication uJ", "saved %", "total uJ", "saved %"}};
  for (std::size_t p = 0; p < points.size(); ++p)
    rows.push_back(comparison_row(points[p].name + " alone", compare(answers_of(report.phases[p]), of_last, labels),
                                  points[p].right, points[p].cycles_per_image, points[p].multiplication,
                                  points[p].total, points[last]));
  rows.push_back(comparison_row("cascade", summary.against_last, summary.right, summary.cycles, summary.multiplication,
                                summary.total, points[last]));
  std::vector<std::vector<std::string>> switches{{"switches from", "to", "number", "bytes", "cycles", "uJ"}};
  for (const auto& s : summary.switches)
    switches.push_back({s.from, s.to, with_thousands(s.number), with_thousands(s.bytes), with_thousands(s.cycles),
                        microjoules(s.energy.to_picojoules())});
  return fmt::format(
      "{}\n{}saved and loss: against {} alone on the same images; static mix, two points drawn by lot: top-1 {} % at "
      "the cascade's\nenergy of multiplications, {} % at its total energy\n\n{}",
      stages_text(summary), format_table(rows), points[last].name, percent(summary.mix_at_multiplication),
      percent(summary.mix_at_total), format_table(switches));
}

nlohmann::json cascade_json(const SimulationReport& report) {
  const CascadeSummary summary = summarise_cascade(report);
  nlohmann::json stages = nlohmann::json::array(), switches = nlohmann::json::array();
  for (const auto& stage : summary.stages)
    stages.push_back({{"point", stage.point},
                      {"threshold", stage.threshold ? nlohmann::json(*stage.threshold) : nlohmann::json(nullptr)},
                      {"images", stage.images},
                      {"images_fraction", share(stage.images, summary.images)}});
  for (const auto& s : summary.switches)
    switches.push_back({{"from", s.from},
                        {"to", s.to},
                        {"number", s.number},
                        {"bytes", s.bytes},
                        {"cycles", s.cycles},
                        {"energy_pj", s.energy.to_picojoules().value}});
  const Interval loss = summary.against_last.loss();
  return {{"stages", stages},
          {"switches", switches},
          {"images", summary.images},
          {"loss_against_last_fraction", loss.value},
          {"loss_low_95", loss.low},
          {"loss_high_95", loss.high},
          {"cycles_per_image", summary.cycles},
          {"multiplication_energy_per_image_pj", summary.multiplication.value},
          {"total_energy_per_image_pj", summary.total.value},
          {"static_mix_top1_at_multiplication_energy_fraction", summary.mix_at_multiplication},
          {"static_mix_top1_at_total_energy_fraction", summary.mix_at_total}};
}

}  // namespace axvp::sim
