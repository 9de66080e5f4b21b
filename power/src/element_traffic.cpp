#include "element_traffic.h"

#include <fmt/format.h>

#include "axvp/common/random.h"

namespace axvp {
namespace {

constexpr std::size_t kStreams = 512;
/// Rows above the measured element: their products make up the partial sum that arrives.
constexpr int kRowsAbove = 8;
constexpr std::uint64_t kLargestWeight = 127;

/// Steps 0 and 1 load and swap a weight; activations follow.
constexpr std::size_t kFirstActivation = 1;
constexpr std::size_t kFirstResult = 3;

/// Output-stationary: cycles of a fold, and of them those in which sums of rows above pass.
constexpr std::size_t kSlot = 64, kFirstShift = 16, kShifts = 8;

std::uint64_t largest_activation(Encoding encoding) {
  return encoding == Encoding::SignMagnitude ? 255 : 127;
}

std::int64_t uniform_product(Encoding encoding, Random& random) {
  const auto magnitude =
      static_cast<std::int64_t>(random.below(largest_activation(encoding) + 1) * random.below(kLargestWeight + 1));
  return random.below(2) != 0 ? -magnitude : magnitude;
}

std::int64_t nonzero(std::uint64_t largest, Random& random) {
  return (random.below(2) != 0 ? -1 : 1) * static_cast<std::int64_t>(1 + random.below(largest));
}

std::int64_t magnitude(std::int64_t value) {
  return value < 0 ? -value : value;
}

}  // namespace

/// The state of one element as the test bench follows it.
struct ElementTraffic::Lane {
  std::int64_t shadow = 0;
  std::int64_t weight = 0;
  std::int64_t held = 0;        ///< At the pool.
  std::int64_t activation = 0;  ///< 0 if it does not count.
};

ElementTraffic::ElementTraffic(ElementKind kind, Encoding encoding, TruthTable products,
                               const ElementScenario& scenario, std::uint64_t transitions, std::uint64_t seed)
    : kind_(kind),
      encoding_(encoding),
      products_(std::move(products)),
      steps_(static_cast<std::size_t>((transitions + kStreams - 1) / kStreams + 1)) {
  for (Stream* stream :
       {&act_, &weight_, &product_, &swap_, &weight_we_, &psum_, &first_, &last_, &shift_, &drain_in_, &expected_})
    stream->assign(steps_ * kStreams, 0);
  Random random{seed};
  const auto fill = kind == ElementKind::WeightStationary ? &ElementTraffic::fill_weight_stationary
                                                          : &ElementTraffic::fill_output_stationary;
  for (std::size_t lane = 0; lane < kStreams; ++lane) (this->*fill)(scenario, lane, random);
}

std::int64_t ElementTraffic::product(std::int64_t activation, std::int64_t weight) const {
  if (encoding_ == Encoding::TwosComplement)
    return products_(static_cast<std::uint8_t>(activation), static_cast<std::uint8_t>(weight));
  return products_(static_cast<std::uint8_t>(magnitude(activation)), static_cast<std::uint8_t>(magnitude(weight)));
}

void ElementTraffic::fill_weight_stationary(const ElementScenario& scenario, std::size_t lane, Random& random) {
  Lane now;
  std::int64_t psum = 0;
  std::int64_t expected = 0;
  for (std::size_t step = 0; step < steps_; ++step) {
    const std::size_t i = step * kStreams + lane;
    // What the registers hold in this step, and the combinational answer of the pool to it.
    product_[i] = static_cast<std::uint64_t>(product(now.held, now.weight));
    expected_[i] = static_cast<std::uint32_t>(expected);
    // What arrives in this step.
    const bool loads = step == 0 || scenario.loads_weights;
    const std::int64_t weight = nonzero(kLargestWeight, random);
    const bool arrives = step >= kFirstActivation && scenario.has_data;
    std::int64_t activation = nonzero(largest_activation(encoding_), random);
    if (!arrives || random.uniform() < scenario.zero_share) activation = 0;
    if (scenario.has_data) {
      psum = 0;
      for (int row = 0; row < kRowsAbove; ++row) psum += uniform_product(encoding_, random);
    }
    weight_we_[i] = loads ? 1 : 0;
    weight_[i] = loads ? static_cast<std::uint64_t>(weight) : 0;
    swap_[i] = step == kFirstActivation ? 1 : 0;
    act_[i] = static_cast<std::uint64_t>(activation);
    psum_[i] = static_cast<std::uint32_t>(psum);
    // The clock edge.
    expected = psum + signed_product(now.activation, now.weight);
    if (loads) now.shadow = weight;
    if (step == kFirstActivation) now.weight = now.shadow;
    now.activation = now.weight != 0 ? activation : 0;
    if (now.activation != 0) now.held = activation;
  }
}

void ElementTraffic::fill_output_stationary(const ElementScenario& scenario, std::size_t lane, Random& random) {
  std::int64_t x = 0, w = 0, held_x = 0, held_w = 0;  // in the registers; at the pool
  std::int64_t sum = 0, drain = 0;
  bool first = false, last = false;
  for (std::size_t step = 0; step < steps_; ++step) {
    const std::size_t i = step * kStreams + lane;
    product_[i] = static_cast<std::uint64_t>(product(held_x, held_w));
    expected_[i] = static_cast<std::uint32_t>(drain);
    // What arrives in this step; slots begin with step 1.
    const bool arrives = step >= kFirstActivation && scenario.has_data;
    const std::size_t of_slot = (step + kSlot - kFirstActivation) % kSlot;
    std::int64_t next_x = nonzero(largest_activation(encoding_), random);
    const std::int64_t next_w = nonzero(kLargestWeight, random);
    if (!arrives || random.uniform() < scenario.zero_share) next_x = 0;
    const bool next_first = arrives && of_slot == 0, next_last = arrives && of_slot + 1 == kSlot;
    const bool shifts = arrives && step > kSlot && of_slot >= kFirstShift && of_slot < kFirstShift + kShifts;
    std::int64_t above = 0;
    for (int row = 0; shifts && row < kRowsAbove; ++row) above += uniform_product(encoding_, random);
    act_[i] = static_cast<std::uint64_t>(next_x);
    weight_[i] = arrives ? static_cast<std::uint64_t>(next_w) : 0;
    first_[i] = next_first ? 1 : 0;
    last_[i] = next_last ? 1 : 0;
    shift_[i] = shifts ? 1 : 0;
    drain_in_[i] = static_cast<std::uint32_t>(above);
    // The clock edge.
    sum = (first ? 0 : sum) + signed_product(x, w);
    if (last)
      drain = sum;
    else if (shifts)
      drain = above;
    first = next_first;
    last = next_last;
    x = next_x;
    w = arrives ? next_w : 0;
    if (x != 0 && w != 0) {
      held_x = x;
      held_w = w;
    }
  }
}

std::int64_t ElementTraffic::signed_product(std::int64_t activation, std::int64_t weight) const {
  if (activation == 0 || weight == 0) return 0;
  const bool subtracts = encoding_ == Encoding::SignMagnitude && (activation < 0) != (weight < 0);
  return (subtracts ? -1 : 1) * product(activation, weight);
}

ElementTraffic::Stream ElementTraffic::magnitudes(const Stream& values) {
  Stream result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    result[i] = static_cast<std::uint64_t>(magnitude(static_cast<std::int64_t>(values[i])));
  return result;
}

ElementTraffic::Stream ElementTraffic::signs(const Stream& values) {
  Stream result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) result[i] = values[i] >> 63;
  return result;
}

Stimulus ElementTraffic::stimulus(int select_width, std::uint64_t select) const {
  Stimulus stimulus{steps_, kStreams};
  stimulus.hold("rst_ni", 1, 1);
  stimulus.hold("select_i", select_width, select);
  if (kind_ == ElementKind::WeightStationary) {
    stimulus.drive("swap_i", 1, swap_);
    stimulus.drive("weight_we_i", 1, weight_we_);
    stimulus.drive("psum_i", 32, psum_);
  } else {
    stimulus.drive("first_i", 1, first_);
    stimulus.drive("last_i", 1, last_);
    stimulus.drive("drain_shift_i", 1, shift_);
    stimulus.drive("drain_i", 32, drain_in_);
  }
  if (encoding_ == Encoding::TwosComplement) {
    stimulus.drive("act_i", 8, act_);
    stimulus.drive("weight_i", 8, weight_);
    return stimulus;
  }
  stimulus.drive("act_sign_i", 1, signs(act_));
  stimulus.drive("act_mag_i", 8, magnitudes(act_));
  stimulus.drive("weight_sign_i", 1, signs(weight_));
  stimulus.drive("weight_mag_i", 7, magnitudes(weight_));
  return stimulus;
}

void ElementTraffic::answer_for_pool(Stimulus& stimulus) const {
  stimulus.drive("mul_p_i", 16, product_);
}

Result<void> ElementTraffic::check(const Netlist& netlist, const Stimulus& stimulus) const {
  const char* port = kind_ == ElementKind::WeightStationary ? "psum_o" : "drain_o";
  const auto sums = simulate_outputs(netlist, stimulus, port);
  if (!sums) return forward_error(sums);
  for (std::size_t step = kFirstResult; step < steps_; ++step)
    for (std::size_t lane = 0; lane < kStreams; ++lane) {
      const std::size_t i = step * kStreams + lane;
      if ((*sums)[i] != expected_[i])
        return fail("{}: the mapped netlist differs: {} = {}, expected {} (step {}, stream {})", netlist.top, port,
                    (*sums)[i], expected_[i], step, lane);
    }
  return {};
}

}  // namespace axvp
