#include "axvp/evolve/circuit_cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "axvp/common/random.h"
#include "instruction_set.h"

namespace axvp {
namespace {

/// CellCosts in integers, so that every machine gets the same costs: attojoules, attofarads, attoseconds per farad's
/// millionth being femtoseconds per attofarad in units of 2^-20.
struct IntegerCosts {
  struct Cell {
    std::uint64_t area = 0;  // 1e-3 um2
    std::array<std::uint64_t, kGateInputs> input_af{};
    std::array<std::uint64_t, 2> energy_aj{}, delay_fs{}, delay_slope{};
  };
  std::array<Cell, kGateKinds> cells;
  std::uint64_t charge = 0;  // attojoules per attofarad and toggle, V^2 / 2, in units of 2^-20
  std::uint64_t step_fs = 1;
};

constexpr unsigned kFraction = 20;

std::uint64_t scaled(double value, double unit) {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, value * unit)));
}

std::uint64_t delay_fs(const IntegerCosts::Cell& cell, std::size_t output, std::uint64_t load_af) {
  return cell.delay_fs[output] + ((cell.delay_slope[output] * load_af) >> kFraction);
}

IntegerCosts in_integers(const CellCosts& costs) {
  constexpr double kPico = 1e6;  // attos in a pico
  IntegerCosts result;
  for (std::size_t kind = 0; kind < kGateKinds; ++kind) {
    const CellCosts::Cell& cell = costs.cells[kind];
    IntegerCosts::Cell& to = result.cells[kind];
    to.area = scaled(cell.area.value, 1e3);
    for (std::size_t pin = 0; pin < kGateInputs; ++pin) to.input_af[pin] = scaled(cell.input_pf[pin], kPico);
    for (std::size_t n = 0; n < 2; ++n) {
      to.energy_aj[n] = scaled(cell.outputs[n].energy_pj, kPico);
      to.delay_fs[n] = scaled(cell.outputs[n].delay_ns, 1e6);
      to.delay_slope[n] = scaled(cell.outputs[n].delay_ns_per_pf, 1 << kFraction);
    }
  }
  result.charge = scaled(costs.voltage_v * costs.voltage_v / 2, 1 << kFraction);
  const IntegerCosts::Cell& adder = result.cells[static_cast<std::size_t>(GateKind::FullAdder)];
  result.step_fs = std::max<std::uint64_t>(1, delay_fs(adder, 1, adder.input_af[2]) / 5);
  return result;
}

/// Operand transitions as planes: for each pass 16 bits before, 16 bits after.
class Stimulus {
 public:
  explicit Stimulus(const std::vector<OperandTransition>& transitions)
      : passes_(transitions.size() / kPassTransitions), planes_(passes_ * 32 * kPassWords) {
    for (std::size_t n = 0; n < passes_ * kPassTransitions; ++n) {
      const OperandTransition& t = transitions[n];
      set(n, 0, t.from.x | t.from.w << 8);
      set(n, 16, t.to.x | t.to.w << 8);
    }
  }
  [[nodiscard]] std::size_t passes() const { return passes_; }
  [[nodiscard]] const std::uint64_t* before(std::size_t pass) const { return planes_.data() + pass * 32 * kPassWords; }
  [[nodiscard]] const std::uint64_t* after(std::size_t pass) const { return before(pass) + 16 * kPassWords; }

 private:
  void set(std::size_t transition, std::size_t first_plane, int operands) {
    const std::size_t pass = transition / kPassTransitions, lane = transition % kPassTransitions;
    for (std::size_t bit = 0; bit < 16; ++bit)
      if ((operands >> bit) & 1)
        planes_[(pass * 32 + first_plane + bit) * kPassWords + lane / 64] |= 1ull << (lane % 64);
  }
  std::size_t passes_;
  std::vector<std::uint64_t> planes_;
};

}  // namespace

std::vector<OperandTransition> uniform_transitions(const OperandDomain& domain, std::size_t count, std::uint64_t seed) {
  Random random{seed};
  std::vector<OperandTransition> transitions(count);
  const auto x = [&random] { return static_cast<std::uint8_t>(random.below(256)); };
  const auto w = [&] { return static_cast<std::uint8_t>(random.below(std::uint64_t{1} << domain.weight_bits)); };
  for (OperandTransition& t : transitions) {
    t.from.x = x();
    t.from.w = w();
    t.to.x = x();
    t.to.w = w();
  }
  return transitions;
}

struct CircuitCost::State {
  State(CostKind cost_kind, const CellCosts& cells, const std::vector<OperandTransition>& transitions,
        const Kernels& inner_loops)
      : kind(cost_kind), costs(in_integers(cells)), stimulus(transitions), kernels(inner_loops) {}

  [[nodiscard]] std::uint64_t area(const CircuitProgram& program) const {
    std::uint64_t sum = 0;
    for (const CircuitProgram::Step& step : program.steps) sum += cell(step.kind).area;
    return sum;
  }
  [[nodiscard]] const IntegerCosts::Cell& cell(GateKind gate) const {
    return costs.cells[static_cast<std::size_t>(gate)];
  }

  /// Prices every step's toggles and sets its delays, from the load that its outputs drive.
  TimedProgram price(const CircuitProgram& program) {
    load_af.assign(program.slots, 0);
    for (const CircuitProgram::Step& step : program.steps)
      for (std::size_t n = 0; n < static_cast<std::size_t>(inputs_of(step.kind)); ++n)
        load_af[step.inputs[n]] += cell(step.kind).input_af[n];
    steps.clear();
    for (const CircuitProgram::Step& step : program.steps) {
      TimedStep timed{step.kind, {}, step.output, {}, {}};
      std::copy(step.inputs, step.inputs + kGateInputs, timed.inputs);
      for (std::size_t n = 0; n < (has_carry(step.kind) ? 2 : 1); ++n) {
        const std::uint64_t load = load_af[step.output + n];
        timed.energy[n] = cell(step.kind).energy_aj[n] + charge_energy(load);
        const std::uint64_t delay = (delay_fs(cell(step.kind), n, load) + costs.step_fs / 2) / costs.step_fs;
        timed.delay[n] = static_cast<std::uint8_t>(std::clamp<std::uint64_t>(delay, 1, kTimeSteps));
      }
      steps.push_back(timed);
    }
    TimedProgram timed{steps.data(), steps.size(), {}};
    for (std::size_t bit = 0; bit < 16; ++bit) timed.input_energy[bit] = charge_energy(load_af[x_signal(0) + bit]);
    return timed;
  }
  [[nodiscard]] std::uint64_t charge_energy(std::uint64_t load) const { return (load * costs.charge) >> kFraction; }

  /// Energy of one pass; kOverLimit if it exceeds `limit`.
  std::uint64_t energy_of_pass(const TimedProgram& timed, std::size_t pass, std::uint64_t limit) {
    const std::uint64_t *before = stimulus.before(pass), *after = stimulus.after(pass);
    if (kind == CostKind::Glitch)
      return kernels.timed_energy(timed, before, after, limit, planes.data(), waveforms.data());
    const std::uint64_t energy = kernels.zero_delay_energy(timed, before, after, planes.data());
    return energy > limit ? kOverLimit : energy;
  }

  CostKind kind;
  IntegerCosts costs;
  Stimulus stimulus;
  const Kernels& kernels;
  std::vector<std::uint64_t> load_af;
  std::vector<TimedStep> steps;
  std::vector<std::uint64_t> planes;
  std::vector<Waveform> waveforms;
};

CircuitCost::CircuitCost(std::unique_ptr<State> state) : state_(std::move(state)) {}
CircuitCost::CircuitCost(CircuitCost&&) noexcept = default;
CircuitCost& CircuitCost::operator=(CircuitCost&&) noexcept = default;
CircuitCost::~CircuitCost() = default;

Result<CircuitCost> CircuitCost::make(CostKind kind, const CellCosts& cells,
                                      const std::vector<OperandTransition>& transitions, InstructionSet set) {
  if (kind != CostKind::Area && (transitions.empty() || transitions.size() % kPassTransitions != 0))
    return fail("{} operand transitions, expected a positive multiple of {}", transitions.size(), kPassTransitions);
  const auto kernels = kernels_of(set);
  if (!kernels) return forward_error(kernels);
  return CircuitCost{std::make_unique<State>(kind, cells, transitions, **kernels)};
}

std::optional<std::uint64_t> CircuitCost::within(const CircuitProgram& program, std::uint64_t limit) {
  State& state = *state_;
  if (state.kind == CostKind::Area) {
    const std::uint64_t area = state.area(program);
    return area <= limit ? std::optional{area} : std::nullopt;
  }
  const TimedProgram timed = state.price(program);
  if (state.waveforms.size() < program.slots) {
    state.waveforms.resize(program.slots);
    state.planes.resize(program.slots * (kTimeSteps + 1) * kPassWords);
  }
  std::uint64_t energy = 0;
  for (std::size_t pass = 0; pass < state.stimulus.passes(); ++pass) {
    const std::uint64_t more = state.energy_of_pass(timed, pass, limit - energy);
    if (more == kOverLimit) return std::nullopt;
    energy += more;
  }
  return energy;
}

double CircuitCost::figure(std::uint64_t cost) const {
  if (state_->kind == CostKind::Area) return static_cast<double>(cost) * 1e-3;
  const auto transitions = static_cast<double>(state_->stimulus.passes() * kPassTransitions);
  return static_cast<double>(cost) * 1e-6 / transitions;
}

SquareMicrometres CircuitCost::area(const CircuitProgram& program) const {
  return SquareMicrometres{static_cast<double>(state_->area(program)) * 1e-3};
}

}  // namespace axvp
