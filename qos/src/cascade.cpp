#include "axvp/qos/cascade.h"

#include <algorithm>
#include <cmath>

#include "axvp/accel/top_two.h"

namespace axvp {
namespace {

double accuracy_of(const std::vector<PointAnswer>& answers, const std::vector<int>& labels) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < answers.size(); ++i)
    right += answers[i].best == static_cast<std::size_t>(labels[i]) ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(answers.size());
}

}  // namespace

PointAnswer answer_of(const std::vector<std::int32_t>& logits, double scale) {
  PointAnswer answer;
  TopTwo two;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    if (logits[c] > logits[answer.best]) answer.best = c;
    two.add(logits[c]);
  }
  answer.margin = scale * two.margin();
  return answer;
}

MarginThresholds calibrate_margins(const std::vector<PointAnswer>& cheap, const std::vector<PointAnswer>& full) {
  MarginThresholds result;
  result.images = cheap.size();
  double sum = 0.0, least = INFINITY;
  for (std::size_t i = 0; i < cheap.size(); ++i) {
    if (cheap[i].best == full[i].best) continue;
    ++result.changed;
    sum += cheap[i].margin;
    least = std::min(least, cheap[i].margin);
    result.largest = std::max(result.largest, cheap[i].margin);
  }
  if (result.changed == 0) return result;
  const double scale = sum / static_cast<double>(result.changed) - least;
  result.t99 = least + scale * std::log(100.0);
  result.t999 = least + scale * std::log(1000.0);
  return result;
}

double threshold_for_rerun(const std::vector<PointAnswer>& cheap, double rerun) {
  std::vector<double> margins;
  for (const PointAnswer& answer : cheap) margins.push_back(answer.margin);
  std::sort(margins.begin(), margins.end());
  const auto most = static_cast<std::size_t>(std::floor(rerun * static_cast<double>(margins.size())));
  if (most >= margins.size()) return margins.empty() ? 0.0 : margins.back();
  // Images whose margin equals the first one that must not be rerun stay, too.
  std::size_t count = most;
  while (count > 0 && margins[count - 1] == margins[most]) --count;
  return count == 0 ? -1.0 : margins[count - 1];
}

double between_steps(double threshold, double step) {
  if (threshold < 0.0) return -1.0;
  constexpr double kRounding = 1e-12;  // of a quotient that should be whole
  return (std::floor(threshold / step * (1.0 + kRounding)) + 0.5) * step;
}

Result<CascadeResult> run_cascade(const std::vector<CascadeStage>& stages, const std::vector<int>& labels) {
  if (stages.empty() || labels.empty()) return fail("a cascade needs stages and images");
  for (const CascadeStage& stage : stages)
    if (stage.answers->size() != labels.size())
      return fail("a stage answers {} images of {}", stage.answers->size(), labels.size());
  CascadeResult result;
  std::vector<std::size_t> runs(stages.size(), 0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::size_t s = 0;
    while (s + 1 < stages.size() && (*stages[s].answers)[i].margin <= stages[s].threshold) ++s;
    for (std::size_t before = 0; before <= s; ++before) ++runs[before];
    const auto label = static_cast<std::size_t>(labels[i]);
    const std::size_t own = (*stages[s].answers)[i].best, last = (*stages.back().answers)[i].best;
    PairedComparison& pair = result.against_last;
    ++(own == label ? (last == label ? pair.both_right : pair.only_this_right)
                    : (last == label ? pair.only_reference_right : pair.none_right));
    pair.same_class += own == last ? 1 : 0;
  }
  const auto images = static_cast<double>(labels.size());
  for (std::size_t s = 0; s < stages.size(); ++s) {
    result.reached.push_back(static_cast<double>(runs[s]) / images);
    result.cost += result.reached.back() * stages[s].cost;
  }
  result.accuracy = static_cast<double>(result.against_last.both_right + result.against_last.only_this_right) / images;
  return result;
}

double static_mix_accuracy(const std::vector<CascadeStage>& points, const std::vector<int>& labels, double cost) {
  double best = 0.0;
  for (const CascadeStage& a : points)
    for (const CascadeStage& b : points) {
      if (a.cost > cost || b.cost < a.cost) continue;
      const double share = b.cost <= cost ? 1.0 : (cost - a.cost) / (b.cost - a.cost);  // of b
      best = std::max(best, (1.0 - share) * accuracy_of(*a.answers, labels) + share * accuracy_of(*b.answers, labels));
    }
  return best;
}

}  // namespace axvp
