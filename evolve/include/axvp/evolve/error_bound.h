#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "axvp/common/result.h"
#include "axvp/evolve/genome.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/error_metrics.h"

namespace axvp {

/// The operand pairs a multiplier is made for: x of 8 bits, w of 8, or of 7 for the magnitudes 0..127 of sm8 weights.
struct OperandDomain {
  Encoding encoding = Encoding::SignMagnitude;
  int weight_bits = 8;

  [[nodiscard]] std::size_t pairs() const { return std::size_t{256} << weight_bits; }
};

/// How often each operand code occurs; only the proportions count.
struct OperandHistograms {
  OperandHistogram x{};
  OperandHistogram w{};
};

/// Figures of e = product - exact over the domain's pairs, weighted by the histograms where there are any.
struct ErrorFigures {
  double mean_absolute = 0.0;
  double mean = 0.0;
  double standard_deviation = 0.0;
};

enum class ErrorMetric { MeanAbsolute, StandardDeviation };

/// What a circuit must keep to.
struct ErrorBound {
  ErrorMetric metric = ErrorMetric::MeanAbsolute;
  double limit = 0.0;                      ///< In units of the product; the metric must not exceed it.
  bool zero_products = false;              ///< m(x, 0) = m(0, x) = 0 for all x.
  std::optional<double> mean_limit;        ///< The mean error's magnitude must not exceed it.
  std::optional<OperandHistograms> usage;  ///< Absent: all pairs count the same.
};

/// Which inner loops run; all give the same numbers.
enum class InstructionSet { Best, Portable, Avx512 };
/// Fails if the machine cannot run it.
[[nodiscard]] Result<std::string> name_of(InstructionSet set);

/// Checks circuits against an ErrorBound on every pair of the domain, 2,048 pairs at a time, and stops where a bound is
/// exceeded: the sums of |e| and of the squared deviations from the mean only grow. All sums are integers; histograms
/// are scaled to sums of 2^14 each. One evaluator serves one thread.
class ErrorEvaluator {
 public:
  /// Fails for weight_bits other than 7 (sm8 only) and 8, a negative limit, or a histogram without entries in the
  /// domain, and if the machine lacks the instruction set.
  [[nodiscard]] static Result<ErrorEvaluator> make(const OperandDomain& domain, const ErrorBound& bound,
                                                   InstructionSet set = InstructionSet::Best);
  ErrorEvaluator(ErrorEvaluator&&) noexcept;
  ErrorEvaluator& operator=(ErrorEvaluator&&) noexcept;
  ~ErrorEvaluator();

  /// The bound's metric for a circuit that keeps the bound; nothing for one that does not.
  [[nodiscard]] std::optional<double> within_bound(const CircuitProgram& program);
  /// Tells which circuit the next ones are children of: compiled from mutations of the same genome, they share nodes.
  void set_parent(const CircuitProgram& parent);
  /// The metric of a child of the parent that keeps the bound, in less time: what they share is not run again, and a
  /// child is given up when the blocks so far, each a fair sample of all pairs, show it well over the bound. So now and
  /// then one that would just keep the bound is lost.
  [[nodiscard]] std::optional<double> child_within_bound(const CircuitProgram& child);
  /// The figures of any circuit.
  [[nodiscard]] ErrorFigures figures(const CircuitProgram& program);

 private:
  struct State;
  explicit ErrorEvaluator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace axvp
