#include "axvp/power/characterise.h"

#include "axvp/common/random.h"
#include "measurement_cache.h"
#include "rounding.h"

namespace axvp {
namespace {

constexpr std::size_t kStreams = 512;
/// Rows above the measured PE: their products make up the partial sum that arrives.
constexpr int kRowsAbove = 8;
constexpr std::uint32_t kLargestWeight = 127;

/// Values of one port over all steps and lanes.
using Stream = std::vector<std::uint64_t>;

/// What arrives at the PE, and what it has to answer.
struct Traffic {
  std::size_t steps = 0;
  Stream act_sign, act, swap, weight_we, weight_sign, weight, psum, product;
  Stream expected_psum;  ///< At psum_o in the same step; meaningful from step kFirstResult on.

  explicit Traffic(std::size_t count) : steps(count) {
    for (Stream* stream : {&act_sign, &act, &swap, &weight_we, &weight_sign, &weight, &psum, &product, &expected_psum})
      stream->assign(count * kStreams, 0);
  }
  [[nodiscard]] std::size_t at(std::size_t step, std::size_t lane) const { return step * kStreams + lane; }
};

/// Which cycles a measurement is made of.
struct Scenario {
  double zero_share = 0.0;     ///< Of the activations.
  bool has_data = true;        ///< Else nothing arrives after the weights.
  bool loads_weights = false;  ///< A new weight moves through the shadow registers every cycle.
};

/// Steps 0 and 1 load and swap a weight; activations follow.
constexpr std::size_t kFirstActivation = 1;
constexpr std::size_t kFirstResult = 3;

std::int64_t uniform_product(Random& random) {
  const auto magnitude = static_cast<std::int64_t>(random.below(256) * random.below(kLargestWeight + 1));
  return random.below(2) != 0 ? -magnitude : magnitude;
}

/// The state of one PE as the test bench follows it.
struct Reference {
  std::int64_t shadow = 0;
  std::int64_t weight = 0;
  std::int64_t held = 0;        ///< Magnitude at mul_x_o.
  std::int64_t activation = 0;  ///< Signed, 0 if it does not count.
};

void fill_lane(Traffic& traffic, const Scenario& scenario, std::size_t lane, Random& random) {
  Reference now;
  std::int64_t psum = 0;
  const auto sign_of = [](std::int64_t value) { return static_cast<std::uint64_t>(value < 0); };
  const auto magnitude = [](std::int64_t value) { return static_cast<std::uint64_t>(value < 0 ? -value : value); };
  std::int64_t expected = 0;
  for (std::size_t step = 0; step < traffic.steps; ++step) {
    const std::size_t i = traffic.at(step, lane);
    // What the registers hold in this step, and the combinational answer of the pool to it.
    traffic.product[i] = magnitude(now.weight) * static_cast<std::uint64_t>(now.held);
    traffic.expected_psum[i] = static_cast<std::uint32_t>(expected);
    // What arrives in this step.
    const bool loads = step == 0 || scenario.loads_weights;
    const std::int64_t weight =
        (random.below(2) != 0 ? -1 : 1) * static_cast<std::int64_t>(1 + random.below(kLargestWeight));
    const bool arrives = step >= kFirstActivation && scenario.has_data;
    std::int64_t activation = (random.below(2) != 0 ? -1 : 1) * static_cast<std::int64_t>(1 + random.below(255));
    if (!arrives || random.uniform() < scenario.zero_share) activation = 0;
    if (scenario.has_data) {
      psum = 0;
      for (int row = 0; row < kRowsAbove; ++row) psum += uniform_product(random);
    }
    traffic.weight_we[i] = loads ? 1 : 0;
    traffic.weight_sign[i] = loads ? sign_of(weight) : 0;
    traffic.weight[i] = loads ? magnitude(weight) : 0;
    traffic.swap[i] = step == kFirstActivation ? 1 : 0;
    traffic.act_sign[i] = sign_of(activation);
    traffic.act[i] = magnitude(activation);
    traffic.psum[i] = static_cast<std::uint32_t>(psum);
    // The clock edge.
    expected = psum + now.activation * now.weight;
    if (loads) now.shadow = weight;
    if (step == kFirstActivation) now.weight = now.shadow;
    now.activation = now.weight != 0 ? activation : 0;
    if (now.activation != 0) now.held = static_cast<std::int64_t>(magnitude(activation));
  }
}

Traffic make_traffic(const Scenario& scenario, const CharacteriseOptions& options) {
  Traffic traffic{static_cast<std::size_t>((options.transitions + kStreams - 1) / kStreams + 1)};
  Random random{options.seed};
  for (std::size_t lane = 0; lane < kStreams; ++lane) fill_lane(traffic, scenario, lane, random);
  return traffic;
}

Stimulus make_stimulus(const Traffic& traffic) {
  Stimulus stimulus{traffic.steps, kStreams};
  stimulus.hold("rst_ni", 1, 1);
  stimulus.hold("select_i", 2, 1);
  stimulus.drive("act_sign_i", 1, traffic.act_sign);
  stimulus.drive("act_mag_i", 8, traffic.act);
  stimulus.drive("swap_i", 1, traffic.swap);
  stimulus.drive("weight_we_i", 1, traffic.weight_we);
  stimulus.drive("weight_sign_i", 1, traffic.weight_sign);
  stimulus.drive("weight_mag_i", 7, traffic.weight);
  stimulus.drive("psum_i", 32, traffic.psum);
  stimulus.drive("mul_p_i", 16, traffic.product);
  return stimulus;
}

Result<void> check_sums(const Netlist& netlist, const Stimulus& stimulus, const Traffic& traffic) {
  const auto sums = simulate_outputs(netlist, stimulus, "psum_o");
  if (!sums) return forward_error(sums);
  for (std::size_t step = kFirstResult; step < traffic.steps; ++step)
    for (std::size_t lane = 0; lane < kStreams; ++lane) {
      const std::size_t i = traffic.at(step, lane);
      if ((*sums)[i] != traffic.expected_psum[i])
        return fail("{}: the mapped netlist differs: psum_o = {}, expected {} (step {}, stream {})", netlist.top,
                    (*sums)[i], traffic.expected_psum[i], step, lane);
    }
  return {};
}

/// Checks the netlist's answers each time, and measures it unless that was done before.
class ElementMeter {
 public:
  ElementMeter(const MappedDesign& design, const EnergyMeter& meter, const CharacteriseOptions& options)
      : design_(design),
        meter_(meter),
        options_(options),
        cache_(options.synthesis.cache,
               fmt::format("element {} {} {}", options.transitions, options.seed, design.netlist.library->sha256)) {}

  Result<Measurement> measure(const std::string& name, const Scenario& scenario) {
    const Traffic traffic = make_traffic(scenario, options_);
    const Stimulus stimulus = make_stimulus(traffic);
    if (const auto equal = check_sums(design_.netlist, stimulus, traffic); !equal) return forward_error(equal);
    const std::string key = fmt::format("{} {}", design_.key, name);
    if (const auto known = cache_.find(key)) return *known;
    const auto energy = meter_.measure_both(stimulus);
    if (!energy) return forward_error(energy);
    const Measurement measured{energy->timed.per_transition(energy->timed.total()),
                               energy->zero_delay.per_transition(energy->zero_delay.total()),
                               {},
                               energy->timed.total().leakage};
    cache_.add(key, measured);
    return measured;
  }

  [[nodiscard]] Result<void> save() const { return cache_.save(); }

 private:
  const MappedDesign& design_;
  const EnergyMeter& meter_;
  const CharacteriseOptions& options_;
  MeasurementCache cache_;
};

EventEnergy minus(const EventEnergy& a, const EventEnergy& b) {
  return {a.internal - b.internal, a.switching - b.switching};
}

}  // namespace

Result<PeEnergy> characterise_processing_element(const Synthesiser& synthesiser, const CharacteriseOptions& options) {
  const auto design = synthesiser.run({"ax_pe", {options.root / "rtl" / "pe" / "ax_pe.sv"}, "", {}});
  if (!design) return fail_in("processing element", design);
  const auto meter = EnergyMeter::create(design->netlist);
  if (!meter) return fail_in("processing element", meter);
  ElementMeter element{*design, *meter, options};
  const auto active = element.measure("active", {0.0, true, false});
  if (!active) return forward_error(active);
  const auto half = element.measure("half", {0.5, true, false});
  if (!half) return forward_error(half);
  const auto idle = element.measure("idle", {0.0, false, false});
  if (!idle) return forward_error(idle);
  const auto loading = element.measure("loading", {0.0, false, true});
  if (!loading) return forward_error(loading);
  if (const auto saved = element.save(); !saved) return forward_error(saved);
  PeEnergy pe;
  pe.active_mac = rounded(active->timed);
  // A stream with as many gated as active cycles costs their mean; so the changes between both are paid for.
  pe.gated_mac = rounded(minus({half->timed.internal * 2.0, half->timed.switching * 2.0}, active->timed));
  pe.idle_cycle = rounded(idle->timed);
  pe.weight_load = rounded(minus(loading->timed, idle->timed));
  pe.leakage = rounded(active->leakage);
  pe.area = rounded(design->netlist.area());
  pe.delay = rounded(meter->timing().critical_path);
  pe.rtl_sha256 = design->rtl_sha256;
  return pe;
}

}  // namespace axvp
