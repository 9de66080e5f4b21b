#include "vector_lane.h"

#include <algorithm>

#include "axvp/common/random.h"
#include "measurement_cache.h"
#include "rounding.h"

namespace axvp {
namespace {

constexpr std::size_t kStreams = 512;
constexpr std::size_t kLatency = 3;
// Operands as they occur: accumulators of +/- 2^19 scaled to codes of 0..255.
constexpr std::int64_t kAccumulatorBound = std::int64_t{1} << 19;
constexpr std::int64_t kLowestScale = std::int64_t{1} << 14;
constexpr std::int64_t kHighestScale = (std::int64_t{1} << 15) - 1;
constexpr std::int64_t kBiasBound = std::int64_t{1} << 33;
constexpr std::int64_t kLowestShift = 25;
constexpr std::int64_t kHighestShift = 27;
constexpr std::int64_t kLow = 0;
constexpr std::int64_t kHigh = 255;

std::int64_t requantised(std::int64_t acc, std::int64_t m0, std::int64_t b, std::int64_t s) {
  return std::clamp((acc * m0 + b + (std::int64_t{1} << (s - 1))) >> s, kLow, kHigh);
}

/// Unless that was done before.
Result<Measurement> measure(const MappedDesign& design, const EnergyMeter& meter, const Stimulus& stimulus,
                            const CharacteriseOptions& options) {
  MeasurementCache cache{options.synthesis.cache, fmt::format("lane {} {} {}", options.transitions, options.seed,
                                                              design.netlist.library->sha256)};
  if (const auto known = cache.find(design.key)) return *known;
  const auto energy = meter.measure_both(stimulus);
  if (!energy) return forward_error(energy);
  const Measurement measured{energy->timed.per_transition(energy->timed.total()),
                             energy->zero_delay.per_transition(energy->zero_delay.total()),
                             {},
                             energy->timed.total().leakage};
  cache.add(design.key, measured);
  if (const auto saved = cache.save(); !saved) return forward_error(saved);
  return measured;
}

}  // namespace

Result<VectorLaneEnergy> characterise_vector_lane(const Synthesiser& synthesiser, const CharacteriseOptions& options) {
  const auto design =
      synthesiser.run({"ax_requantise", {options.root / "rtl" / "vector" / "ax_requantise.sv"}, "", {}});
  if (!design) return fail_in("vector lane", design);
  const std::size_t steps = static_cast<std::size_t>((options.transitions + kStreams - 1) / kStreams + 1);
  std::vector<std::uint64_t> acc(steps * kStreams), m0(acc.size()), b(acc.size()), s(acc.size()), y(acc.size());
  Random random{options.seed};
  for (std::size_t i = 0; i < acc.size(); ++i) {
    const std::int64_t values[] = {random.between(-kAccumulatorBound, kAccumulatorBound),
                                   random.between(kLowestScale, kHighestScale), random.between(-kBiasBound, kBiasBound),
                                   random.between(kLowestShift, kHighestShift)};
    acc[i] = static_cast<std::uint64_t>(values[0]);
    m0[i] = static_cast<std::uint64_t>(values[1]);
    b[i] = static_cast<std::uint64_t>(values[2]);
    s[i] = static_cast<std::uint64_t>(values[3]);
    if (i + kLatency * kStreams < y.size())
      y[i + kLatency * kStreams] = static_cast<std::uint64_t>(requantised(values[0], values[1], values[2], values[3]));
  }
  Stimulus stimulus{steps, kStreams};
  stimulus.drive("acc_i", 32, acc);
  stimulus.drive("m0_i", 16, m0);
  stimulus.drive("b_i", 48, b);
  stimulus.drive("s_i", 6, s);
  stimulus.hold("lo_i", 32, static_cast<std::uint64_t>(kLow));
  stimulus.hold("hi_i", 32, static_cast<std::uint64_t>(kHigh));
  const auto outputs = simulate_outputs(design->netlist, stimulus, "y_o");
  if (!outputs) return forward_error(outputs);
  for (std::size_t i = kLatency * kStreams; i < y.size(); ++i)
    if ((*outputs)[i] != y[i])
      return fail("ax_requantise: the mapped netlist differs: y_o = {}, expected {} (step {}, stream {})",
                  (*outputs)[i], y[i], i / kStreams, i % kStreams);
  const auto meter = EnergyMeter::create(design->netlist);
  if (!meter) return fail_in("vector lane", meter);
  const auto measured = measure(*design, *meter, stimulus, options);
  if (!measured) return forward_error(measured);
  VectorLaneEnergy lane;
  lane.per_operation = rounded(measured->timed);
  lane.leakage = rounded(measured->leakage);
  lane.area = rounded(design->netlist.area());
  lane.delay = rounded(meter->timing().critical_path);
  lane.rtl_sha256 = design->rtl_sha256;
  return lane;
}

}  // namespace axvp
