#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "axvp/multipliers/truth_table.h"
#include "axvp/qos/selection.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/match.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// Measures whole choices: `match` on tuning images, then the divergence of the logits from the exact network's on
/// validation images, without labels. What was measured is kept.
class TunedDivergence {
 public:
  /// `quantisation` and `tables` must outlive it. `tables` by candidate. Fails for images that do not fit.
  [[nodiscard]] static Result<TunedDivergence> create(const Quantisation& quantisation, const Dataset& tuning,
                                                      const Dataset& validation, const std::vector<TruthTable>& tables);

  /// Mean nats. Fails where an accumulator could overflow.
  [[nodiscard]] Result<double> of(const Choice& choice);
  /// Choices that were run, not looked up.
  [[nodiscard]] std::size_t evaluations() const { return known_.size(); }

 private:
  TunedDivergence(const Quantisation& quantisation, MomentMatcher matcher, const std::vector<TruthTable>& tables)
      : quantisation_(quantisation), matcher_(std::move(matcher)), tables_(tables) {}

  const Quantisation& quantisation_;
  MomentMatcher matcher_;
  const std::vector<TruthTable>& tables_;
  std::vector<std::vector<std::uint8_t>> inputs_;
  std::vector<std::vector<double>> exact_logits_;
  std::map<Choice, double> known_;
};

}  // namespace axvp
