#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/accel/events.h"
#include "axvp/common/field_reader.h"

namespace axvp {

enum class PolicyKind { Fixed, Schedule, Budget, Margin };
[[nodiscard]] std::string_view to_string(PolicyKind kind);

/// Which operating point runs from a simulated time on.
struct ScheduledPoint {
  double at_ms = 0.0;
  std::size_t point = 0;
  std::string name{};  ///< Instead of `point`, until `resolve_names`; empty otherwise.
};

/// What a window may cost from a simulated time on.
struct BudgetStep {
  double at_ms = 0.0;
  double window_uj = 0.0;  ///< Microjoules per window, > 0.
};

/// A stage of the policy `margin`: an image runs the next one, too, where the margin is at most `threshold`.
struct MarginStage {
  std::size_t point = 0;
  double threshold = 0.0;  ///< In the network's float units, >= 0; of the last stage not used.
  std::string name{};      ///< Instead of `point`, until `resolve_names`; empty otherwise.
};

/// How operating points are chosen.
struct PolicyConfig {
  PolicyKind kind = PolicyKind::Fixed;
  std::size_t fixed_point = 0;
  std::string fixed_name{};              ///< Instead of `fixed_point`, until `resolve_names`; empty otherwise.
  std::vector<ScheduledPoint> schedule;  ///< Ascending times, the first at 0.
  std::vector<BudgetStep> budget;        ///< Ascending times, the first at 0.
  double window_ms = 10.0;               ///< Over which energy is measured, > 0.
  double hysteresis = 0.05;              ///< Share of the budget that must stay free to become more accurate, [0, 1).
  std::vector<MarginStage> cascade;      ///< From cheap to dear, two stages or more.
};

/// Reads `policy`, `point`, `schedule`, `budget`, `window_ms`, `hysteresis`, `cascade` of `reader`'s table. A `point`
/// is an index or a name.
[[nodiscard]] PolicyConfig read_policy_config(FieldReader& reader);
/// Turns names of operating points into their indices. Error: a name that `points` lacks, with the nearest one.
[[nodiscard]] Result<void> resolve_names(PolicyConfig& config, const std::vector<std::string>& points);
/// Errors name the field: a point that does not exist, times that do not ascend, budgets that are not positive, a
/// cascade of fewer than two stages, with a point twice or a threshold below 0.
[[nodiscard]] Result<void> validate(const PolicyConfig& config, std::size_t points);
[[nodiscard]] nlohmann::json to_json(const PolicyConfig& config);

/// The policy `budget` steps from a point to its neighbours and takes the later one for the cheaper one; the stages of
/// the policy `margin` go from cheap to dear. `multiplication_of_point` is what each point's multiplications cost in
/// one inference. Error: two neighbours that are not in this order, by name.
[[nodiscard]] Result<void> check_order(const PolicyConfig& config, const std::vector<std::string>& points,
                                       const std::vector<Energy>& multiplication_of_point);

/// Error: the policy `margin` for a network of fewer than two outputs, which has no margin.
[[nodiscard]] Result<void> check_outputs(const PolicyConfig& config, std::size_t outputs);

/// A window in which the policy `budget` measured.
struct BudgetWindow {
  double begin_ms = 0.0;
  double end_ms = 0.0;
  std::size_t point = 0;
  double window_uj = 0.0;  ///< All that was spent, loading of tables included, scaled to the length window_ms.
  double budget_uj = 0.0;  ///< In force while it ran.

  [[nodiscard]] bool is_over_budget() const { return window_uj > budget_uj; }
};

/// What the controller sees before an inference.
struct PolicyObservation {
  double now_ms = 0.0;  ///< Simulated.
  Energy energy;        ///< Spent since the start, from the monitor's counts.
};

struct PolicyDecision {
  std::size_t point = 0;
  std::string reason;  ///< For the report; empty where the point stays.
};

/// The controller: asked before each image, answers with its operating point; of the policy `margin` asked again after
/// each inference.
///
/// `budget` divides time into windows. A window ends at the first inference that begins window_ms after the window's
/// begin, or after a change of the budget, so that one budget is in force in each; windows follow each other without a
/// gap, and the next one begins with the decision. What is spent in a window is judged by its budget: all of it, the
/// loading of tables at a switch included.
///
/// The decision takes the most accurate point whose window is expected to fit the budget of the window that begins; a
/// more accurate one than the present only if it leaves `hysteresis` of the budget free, so that a budget between two
/// points' costs does not make it flutter. Expected is what a window of the point cost when it ran last, without the
/// inferences that loaded tables, times what the present point's cost has changed since: inputs that make all points
/// dearer or cheaper are followed. A cheaper point that never ran is tried, so that a falling budget is exceeded in one
/// window for each such point at most, and not at all between points that ran.
///
/// `margin` (adaptive resolution inference, ARI, arXiv 2408.14528) begins each image at the cascade's first point and
/// runs it again at the next one where top-1 minus top-2 of the outputs is at most the stage's threshold.
class QosController {
 public:
  /// `margin_step`: what a step of the network's outputs is worth in its float units.
  QosController(PolicyConfig config, std::size_t points, double margin_step = 1.0);

  [[nodiscard]] PolicyDecision decide(const PolicyObservation& observation);
  /// The answer of the inference that ends may be refused: `rerun` wants its margin.
  [[nodiscard]] bool reads_margin() const;
  /// The point at which the image runs again, if its answer at the present one is not taken. `margin` is in steps of
  /// the outputs.
  [[nodiscard]] std::optional<PolicyDecision> rerun(std::uint32_t margin);
  /// After the last inference: ends a window that is complete. A shorter rest is not judged.
  void finish(const PolicyObservation& observation);
  /// Of the policy `budget`, those that have ended.
  [[nodiscard]] const std::vector<BudgetWindow>& windows() const { return windows_; }

 private:
  PolicyDecision decide_by_schedule(double now_ms);
  PolicyDecision decide_by_budget(const PolicyObservation& observation);
  void account(const PolicyObservation& observation);
  void end_window(const PolicyObservation& observation);
  void learn(double window_uj);
  [[nodiscard]] std::size_t choose(double budget_uj) const;

  PolicyConfig config_;
  double margin_step_;
  std::size_t stage_ = 0;  ///< Of the cascade.
  std::size_t point_ = 0;
  bool started_ = false;
  PolicyObservation window_begin_;
  PolicyObservation last_;                  ///< Before the last inference.
  bool loaded_tables_ = true;               ///< The last inference did.
  double steady_uj_ = 0.0;                  ///< Spent in the window by inferences that loaded no tables.
  double steady_ms_ = 0.0;                  ///< Their time.
  double budget_uj_ = 0.0;                  ///< Of the window.
  std::vector<double> window_uj_of_point_;  ///< Expected; negative where unknown.
  std::vector<BudgetWindow> windows_;
};

}  // namespace axvp
