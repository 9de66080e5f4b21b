#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/evolve/evolution.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/power/operand_pricer.h"
#include "command.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string operands, encoding = "sm8", circuits = "evolved-", root = ".";
};

constexpr int kNarrowWeight = 7;  ///< Bits of a magnitude in sm8.
constexpr int kWideWeight = 8;

/// One selectable under the operands.
struct Candidate {
  std::string id;
  bool is_evolved = false;
  double mean = 0.0, std = 0.0;  ///< Of the error, weighted by the operands' histograms.
  double energy = 0.0;           ///< Picojoules a transition, glitches included.
};

Result<std::vector<Candidate>> candidates_under(const std::vector<OperandTransition>& operands, Encoding encoding,
                                                const std::string& root, ProgressStyle style) {
  PricingTask task{encoding, operands, true, {}};
  for (const Selectable& s : Catalogue::built_in().selectables())
    if (s.encoding == encoding && !s.is_baseline) task.selectables.push_back(s);
  CharacteriseOptions settings;
  settings.root = root;
  const auto synthesiser = Synthesiser::create(settings.synthesis);
  if (!synthesiser) return forward_error(synthesiser);
  std::unique_ptr<Progress> bar;
  const auto energies = price_operands({task}, *synthesiser, settings,
                                       [&](std::size_t done, std::size_t total, const std::string& multiplier) {
                                         if (!bar)
                                           bar = std::make_unique<Progress>(style, "streams", total, "multipliers");
                                         bar->update(done, multiplier);
                                       });
  if (!energies) return forward_error(energies);
  if (bar) bar->finish();
  const OperandHistograms usage = histograms_of(operands);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < task.selectables.size(); ++i) {
    const Selectable& s = task.selectables[i];
    const ErrorMetrics error = weighted_error_metrics(s.table, encoding, usage.x, usage.w);
    candidates.push_back(
        {s.id, s.family == "evolved", error.mean, error.std, energies->front()[i].timed.total().value});
  }
  return candidates;
}

/// The cheapest one that is not evolved and whose error is not larger.
const Candidate* best_hand_written(const std::vector<Candidate>& all, double most_std) {
  const Candidate* best = nullptr;
  for (const Candidate& c : all)
    if (!c.is_evolved && c.std <= most_std && (best == nullptr || c.energy < best->energy)) best = &c;
  return best;
}

int run(const Options& options, const GlobalOptions& global) {
  const Encoding encoding = options.encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude;
  const auto text = read_text_file(options.operands);
  if (!text) return report(text.error());
  OperandDomain domain;
  domain.encoding = encoding;
  domain.weight_bits = encoding == Encoding::SignMagnitude ? kNarrowWeight : kWideWeight;
  const auto operands = parse_operands(*text, options.operands, domain);
  if (!operands) return report(operands.error());
  if (operands->empty()) return report(Error{options.operands + ": no transition in it"});
  auto candidates = candidates_under(*operands, encoding, options.root, global.progress());
  if (!candidates) return report(candidates.error());
  std::vector<Candidate> chosen;
  for (const Candidate& c : *candidates)
    if (c.is_evolved && c.id.rfind(options.circuits, 0) == 0) chosen.push_back(c);
  if (chosen.empty()) return report(Error{options.circuits + ": no evolved circuit's id begins with this"});
  std::sort(chosen.begin(), chosen.end(), [](const Candidate& a, const Candidate& b) { return a.std < b.std; });
  std::string rows;
  std::vector<double> ratios;
  for (const Candidate& c : chosen) {
    const Candidate* hand = best_hand_written(*candidates, c.std);  // the exact one at least
    ratios.push_back(c.energy / hand->energy);
    rows += fmt::format("| `{}` | {:.2f} | {:.3f} | `{}` | {:.2f} | {:.3f} | {:.2f} |\n", c.id, c.std, c.energy,
                        hand->id, hand->std, hand->energy, ratios.back());
  }
  std::sort(ratios.begin(), ratios.end());
  constexpr double kTenPercentLess = 0.9;
  fmt::print("{} transitions, {}: {} of {} cost at least 10 % less; ratio {:.2f} to {:.2f}, median {:.2f}\n\n",
             with_thousands(operands->size()), options.operands,
             std::count_if(ratios.begin(), ratios.end(), [](double r) { return r <= kTenPercentLess; }), ratios.size(),
             ratios.front(), ratios.back(), ratios[ratios.size() / 2]);
  fmt::print("| evolved | std | pJ | best other | std | pJ | ratio |\n|---|---|---|---|---|---|---|\n{}", rows);
  return kDone;
}

}  // namespace

void add_multipliers_streams(CLI::App& multipliers, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = multipliers.add_subcommand(
      "streams", "Evolved multipliers beside the best others under operands that a network shows them");
  sub->add_option("operands", options->operands, "CSV that `axvp multipliers operands` wrote")->required();
  sub->add_option("--circuits", options->circuits, "Beginning of the evolved circuits' ids")->capture_default_str();
  sub->add_option("--encoding", options->encoding, "Of the operands")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->capture_default_str();
  sub->add_option("--root", options->root, "Folder with rtl/ of the sources")->capture_default_str();
  sub->footer(
      "Errors are weighted by the operands' histograms; energies are of the mapped netlists, glitches included.\n"
      "Example:\n  axvp multipliers operands --network resnet20.onnx --data cifar10:test_batch.bin --layers 2 4 6 "
      "--output held_out.csv\n  axvp multipliers streams held_out.csv --circuits evolved-resnet20");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
