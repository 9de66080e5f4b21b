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

/// Measures whole choices: `match` on tuning images, then the logits on validation images beside the exact network's.
/// What was measured is kept.
class TunedDivergence {
 public:
  /// `quantisation` and `tables` must outlive it. `tables` by candidate. Fails for images that do not fit.
  [[nodiscard]] static Result<TunedDivergence> create(const Quantisation& quantisation, const Dataset& tuning,
                                                      const Dataset& validation, const std::vector<TruthTable>& tables);

  /// Mean nats; needs no labels. Fails where an accumulator could overflow.
  [[nodiscard]] Result<double> of(const Choice& choice);
  /// Top-1 that the exact network has beyond the choice's, as a fraction of the images. Fails as `of` does.
  [[nodiscard]] Result<double> loss_of(const Choice& choice);
  /// Choices that were run, not looked up.
  [[nodiscard]] std::size_t evaluations() const { return known_.size(); }

 private:
  struct Measured {
    double divergence = 0.0;
    std::size_t right = 0;  ///< Images whose largest logit is the label's.
  };

  TunedDivergence(const Quantisation& quantisation, MomentMatcher matcher, const std::vector<TruthTable>& tables)
      : quantisation_(quantisation), matcher_(std::move(matcher)), tables_(tables) {}

  const Quantisation& quantisation_;
  MomentMatcher matcher_;
  const std::vector<TruthTable>& tables_;
  std::vector<std::vector<std::uint8_t>> inputs_;
  std::vector<std::vector<double>> exact_logits_;
  [[nodiscard]] Result<Measured> measure(const Choice& choice);
  [[nodiscard]] std::size_t right_of(const std::vector<std::vector<double>>& logits) const;

  std::vector<int> labels_;
  std::size_t exact_right_ = 0;
  std::map<Choice, Measured> known_;
};

}  // namespace axvp
