#include "axvp/accel/qos_policy.h"

#include <algorithm>
#include <cmath>

#include "axvp/common/text.h"

namespace axvp {
namespace {

constexpr std::int64_t kLargestPoint = 1'000'000;
constexpr NumberRange kTime{0.0, 1e12};
constexpr NumberRange kPositive{0.0, 1e12, true};
constexpr NumberRange kMargin{0.0};
constexpr double kUnknown = -1.0;
constexpr double kMicrojoulesPerPicojoule = 1e-6;

double microjoules(Energy energy) {
  return energy.to_picojoules().value * kMicrojoulesPerPicojoule;
}

template <class Step>
Result<void> check_times(const std::vector<Step>& steps, const char* name) {
  if (steps.empty()) return fail("controller: {} is empty, expected at least one step at 0 ms", name);
  if (steps.front().at_ms != 0.0) return fail("controller: {} begins at {} ms, expected 0", name, steps.front().at_ms);
  for (std::size_t i = 1; i < steps.size(); ++i)
    if (!(steps[i].at_ms > steps[i - 1].at_ms))
      return fail("controller: {}[{}]: at_ms = {} follows {}, expected ascending times", name, i, steps[i].at_ms,
                  steps[i - 1].at_ms);
  return {};
}

/// The step in force at `now_ms`; the first one is at 0.
template <class Step>
const Step& step_at(const std::vector<Step>& steps, double now_ms) {
  const auto after =
      std::upper_bound(steps.begin(), steps.end(), now_ms, [](double now, const Step& s) { return now < s.at_ms; });
  return *(after == steps.begin() ? after : after - 1);
}

/// The policy that reads `key` of [controller].
PolicyKind policy_of(std::string_view key) {
  if (key == "point") return PolicyKind::Fixed;
  if (key == "cascade") return PolicyKind::Margin;
  return key == "schedule" ? PolicyKind::Schedule : PolicyKind::Budget;
}

/// An operating point: its name as a string, or its index.
void read_point(FieldReader& reader, std::size_t& index, std::string& name) {
  const nlohmann::json* value = reader.raw("point");
  if (value != nullptr && value->is_string())
    name = value->get<std::string>();
  else
    index = static_cast<std::size_t>(reader.integer("point", {0, kLargestPoint}));
}

std::vector<MarginStage> read_cascade(FieldReader& reader) {
  std::vector<MarginStage> cascade;
  auto stages = reader.tables("cascade");
  for (std::size_t s = 0; s < stages.size(); ++s) {
    MarginStage& stage = cascade.emplace_back();
    read_point(stages[s], stage.point, stage.name);
    if (s + 1 < stages.size())
      stage.threshold = stages[s].number("threshold", kMargin);
    else if (stages[s].has("threshold"))
      stages[s].reject("threshold", "the last stage's answer is always taken: it has no threshold");
  }
  return cascade;
}

Result<void> check_cascade(const std::vector<MarginStage>& cascade) {
  if (cascade.size() < 2)
    return fail("controller: a cascade needs at least two stages, the cheapest point first; it has {}", cascade.size());
  for (std::size_t s = 0; s < cascade.size(); ++s) {
    const double threshold = cascade[s].threshold;
    if (s + 1 < cascade.size() && !(threshold >= 0.0 && std::isfinite(threshold)))
      return fail("controller: cascade[{}].threshold = {}, expected a number >= 0", s, threshold);
    for (std::size_t before = 0; before < s; ++before)
      if (cascade[before].point == cascade[s].point)
        return fail("controller: cascade[{}] and cascade[{}] are the same operating point", before, s);
  }
  return {};
}

}  // namespace

std::string_view to_string(PolicyKind kind) {
  switch (kind) {
    case PolicyKind::Fixed:
      return "fixed";
    case PolicyKind::Schedule:
      return "schedule";
    case PolicyKind::Budget:
      return "budget";
    case PolicyKind::Margin:
      return "margin";
  }
  return "";
}

PolicyConfig read_policy_config(FieldReader& reader) {
  PolicyConfig config;
  const std::string policy = reader.choice("policy", {"fixed", "schedule", "budget", "margin"}, "fixed");
  if (policy == "fixed") {
    if (reader.has("point")) read_point(reader, config.fixed_point, config.fixed_name);
  } else if (policy == "schedule") {
    config.kind = PolicyKind::Schedule;
    for (FieldReader& step : reader.tables("schedule")) {
      ScheduledPoint scheduled;
      scheduled.at_ms = step.number("at_ms", kTime);
      read_point(step, scheduled.point, scheduled.name);
      config.schedule.push_back(std::move(scheduled));
    }
  } else if (policy == "margin") {
    config.kind = PolicyKind::Margin;
    config.cascade = read_cascade(reader);
  } else {
    config.kind = PolicyKind::Budget;
    for (FieldReader& step : reader.tables("budget")) {
      const double at_ms = step.number("at_ms", kTime);
      config.budget.push_back({at_ms, step.number("window_uj", kPositive)});
    }
    config.window_ms = reader.number("window_ms", kPositive, config.window_ms);
    config.hysteresis = reader.number("hysteresis", {0.0, 0.999}, config.hysteresis);
  }
  for (const char* key : {"point", "schedule", "budget", "window_ms", "hysteresis", "cascade"})
    if (reader.has(key) && policy_of(key) != config.kind)
      reader.reject(key, fmt::format("{} is of policy {}, not of {}", key, to_string(policy_of(key)), policy));
  return config;
}

Result<void> resolve_names(PolicyConfig& config, const std::vector<std::string>& points) {
  const auto resolve = [&](std::string& name, std::size_t& index) -> Result<void> {
    if (name.empty()) return {};
    const auto found = std::find(points.begin(), points.end(), name);
    if (found == points.end()) return fail("controller: no operating point `{}`{}", name, suggestion(name, points));
    index = static_cast<std::size_t>(found - points.begin());
    name.clear();
    return {};
  };
  Result<void> resolved = resolve(config.fixed_name, config.fixed_point);
  for (auto& step : config.schedule)
    if (resolved) resolved = resolve(step.name, step.point);
  for (auto& stage : config.cascade)
    if (resolved) resolved = resolve(stage.name, stage.point);
  return resolved;
}

Result<void> check_order(const PolicyConfig& config, const std::vector<std::string>& points,
                         const std::vector<Energy>& multiplication_of_point) {
  for (std::size_t s = 1; s < config.cascade.size(); ++s) {
    const std::size_t cheap = config.cascade[s - 1].point, dear = config.cascade[s].point;
    if (multiplication_of_point[cheap] > multiplication_of_point[dear])
      return fail(
          "controller: the policy margin runs cheap operating points first, but `{}` ({:.3f} uJ of multiplications an "
          "inference) comes before `{}` ({:.3f} uJ)",
          points[cheap], microjoules(multiplication_of_point[cheap]), points[dear],
          microjoules(multiplication_of_point[dear]));
  }
  if (config.kind != PolicyKind::Budget) return {};
  for (std::size_t p = 1; p < points.size(); ++p)
    if (multiplication_of_point[p] > multiplication_of_point[p - 1])
      return fail(
          "controller: the policy budget takes a later operating point for a cheaper one, but `{}` ({:.3f} uJ of "
          "multiplications an inference) follows `{}` ({:.3f} uJ): list the points from dear to cheap",
          points[p], microjoules(multiplication_of_point[p]), points[p - 1],
          microjoules(multiplication_of_point[p - 1]));
  return {};
}

Result<void> validate(const PolicyConfig& config, std::size_t points) {
  const auto check_point = [&](std::size_t point, const std::string& field) -> Result<void> {
    if (point < points) return {};
    return fail("controller: {} = {}, but there are {} operating points, from 0", field, point, points);
  };
  switch (config.kind) {
    case PolicyKind::Fixed:
      return check_point(config.fixed_point, "point");
    case PolicyKind::Schedule:
      for (std::size_t i = 0; i < config.schedule.size(); ++i)
        if (auto valid = check_point(config.schedule[i].point, fmt::format("schedule[{}].point", i)); !valid)
          return valid;
      return check_times(config.schedule, "schedule");
    case PolicyKind::Margin:
      for (std::size_t s = 0; s < config.cascade.size(); ++s)
        if (auto valid = check_point(config.cascade[s].point, fmt::format("cascade[{}].point", s)); !valid)
          return valid;
      return check_cascade(config.cascade);
    case PolicyKind::Budget:
      break;
  }
  for (std::size_t i = 0; i < config.budget.size(); ++i)
    if (!(config.budget[i].window_uj > 0.0))
      return fail("controller: budget[{}].window_uj = {}, expected a number > 0", i, config.budget[i].window_uj);
  if (!(config.window_ms > 0.0)) return fail("controller: window_ms = {}, expected a number > 0", config.window_ms);
  if (!(config.hysteresis >= 0.0 && config.hysteresis < 1.0))
    return fail("controller: hysteresis = {}, expected a number >= 0 and < 1", config.hysteresis);
  return check_times(config.budget, "budget");
}

Result<void> check_outputs(const PolicyConfig& config, std::size_t outputs) {
  if (config.kind != PolicyKind::Margin || outputs >= 2) return {};
  return fail("controller: the policy margin compares the two largest outputs, but the network has {}", outputs);
}

nlohmann::json to_json(const PolicyConfig& config) {
  nlohmann::json result = {{"policy", to_string(config.kind)}};
  if (config.kind == PolicyKind::Fixed) result["point"] = config.fixed_point;
  if (config.kind == PolicyKind::Schedule)
    for (const auto& step : config.schedule)
      result["schedule"].push_back({{"at_ms", step.at_ms}, {"point", step.point}});
  if (config.kind == PolicyKind::Budget) {
    for (const auto& step : config.budget)
      result["budget"].push_back({{"at_ms", step.at_ms}, {"window_uj", step.window_uj}});
    result["window_ms"] = config.window_ms;
    result["hysteresis"] = config.hysteresis;
  }
  for (std::size_t s = 0; s < config.cascade.size(); ++s) {
    result["cascade"].push_back({{"point", config.cascade[s].point}});
    if (s + 1 < config.cascade.size()) result["cascade"].back()["threshold"] = config.cascade[s].threshold;
  }
  return result;
}

QosController::QosController(PolicyConfig config, std::size_t points, double margin_step)
    : config_(std::move(config)), margin_step_(margin_step), window_uj_of_point_(points, kUnknown) {
  if (config_.kind == PolicyKind::Fixed) point_ = config_.fixed_point;
}

PolicyDecision QosController::decide(const PolicyObservation& observation) {
  switch (config_.kind) {
    case PolicyKind::Fixed:
      return {point_, ""};
    case PolicyKind::Schedule:
      return decide_by_schedule(observation.now_ms);
    case PolicyKind::Margin:
      stage_ = 0;
      return {config_.cascade[0].point, "next image"};
    case PolicyKind::Budget:
      break;
  }
  return decide_by_budget(observation);
}

bool QosController::reads_margin() const {
  return config_.kind == PolicyKind::Margin && stage_ + 1 < config_.cascade.size();
}

std::optional<PolicyDecision> QosController::rerun(std::uint32_t margin) {
  if (!reads_margin()) return std::nullopt;
  const double threshold = config_.cascade[stage_].threshold, value = margin_step_ * margin;
  if (value > threshold) return std::nullopt;
  ++stage_;
  return PolicyDecision{config_.cascade[stage_].point,
                        fmt::format("margin {:.4g} of at most {:.4g}", value, threshold)};
}

PolicyDecision QosController::decide_by_schedule(double now_ms) {
  const ScheduledPoint& step = step_at(config_.schedule, now_ms);
  if (step.point == point_) return {point_, ""};
  point_ = step.point;
  return {point_, fmt::format("scheduled from {} ms on", step.at_ms)};
}

PolicyDecision QosController::decide_by_budget(const PolicyObservation& observation) {
  const double budget_uj = step_at(config_.budget, observation.now_ms).window_uj;
  if (!started_) {
    started_ = true;
    window_begin_ = last_ = observation;
    budget_uj_ = budget_uj;
    return {point_, ""};
  }
  account(observation);
  const bool is_complete = observation.now_ms - window_begin_.now_ms >= config_.window_ms;
  if (!is_complete && budget_uj == budget_uj_) return {point_, ""};
  end_window(observation);
  budget_uj_ = budget_uj;
  const std::size_t before = point_;
  point_ = choose(budget_uj);
  if (point_ == before) return {point_, ""};
  loaded_tables_ = true;
  const double present_uj = window_uj_of_point_[before];
  if (point_ > before) return {point_, fmt::format("{:.3f} uJ a window exceed {:.3f}", present_uj, budget_uj)};
  const double expected_uj = window_uj_of_point_[point_];
  return {point_, expected_uj < 0.0 ? fmt::format("{:.3f} uJ a window stay below {:.3f}", present_uj, budget_uj)
                                    : fmt::format("{:.3f} uJ a window fit {:.3f}", expected_uj, budget_uj)};
}

void QosController::finish(const PolicyObservation& observation) {
  if (config_.kind != PolicyKind::Budget || !started_) return;
  account(observation);
  if (observation.now_ms - window_begin_.now_ms >= config_.window_ms) end_window(observation);
}

/// The inference that has just ended.
void QosController::account(const PolicyObservation& observation) {
  if (!loaded_tables_) {
    steady_uj_ += microjoules(observation.energy - last_.energy);
    steady_ms_ += observation.now_ms - last_.now_ms;
  }
  loaded_tables_ = false;
  last_ = observation;
}

void QosController::end_window(const PolicyObservation& observation) {
  const double elapsed_ms = observation.now_ms - window_begin_.now_ms;
  const double window_uj = microjoules(observation.energy - window_begin_.energy) * config_.window_ms / elapsed_ms;
  windows_.push_back({window_begin_.now_ms, observation.now_ms, point_, window_uj, budget_uj_});
  learn(window_uj);
  window_begin_ = observation;
  steady_uj_ = steady_ms_ = 0.0;
}

/// What the window says about the point's cost, and about the others' by proportion.
void QosController::learn(double window_uj) {
  double& known = window_uj_of_point_[point_];
  if (steady_ms_ <= 0.0) {  // tables were loaded in its only inference: better than nothing
    if (known < 0.0) known = window_uj;
    return;
  }
  const double measured = steady_uj_ * config_.window_ms / steady_ms_;
  const double change = known > 0.0 && measured > 0.0 ? measured / known : 1.0;
  for (double& expected : window_uj_of_point_)
    if (expected > 0.0) expected *= change;
  known = measured;
}

std::size_t QosController::choose(double budget_uj) const {
  const double spared_uj = (1.0 - config_.hysteresis) * budget_uj;
  const std::size_t last = window_uj_of_point_.size() - 1;
  for (std::size_t p = 0; p < last; ++p) {
    const double expected_uj = window_uj_of_point_[p];
    const bool is_known = expected_uj >= 0.0;
    if (p < point_ &&
        (is_known ? expected_uj <= spared_uj : p + 1 == point_ && window_uj_of_point_[point_] <= spared_uj))
      return p;
    if (p >= point_ && (!is_known || expected_uj <= budget_uj)) return p;
  }
  return last;
}

}  // namespace axvp
