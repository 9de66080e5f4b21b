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

ElementTraffic::ElementTraffic(Encoding encoding, TruthTable products, const ElementScenario& scenario,
                               std::uint64_t transitions, std::uint64_t seed)
    : encoding_(encoding),
      products_(std::move(products)),
      steps_(static_cast<std::size_t>((transitions + kStreams - 1) / kStreams + 1)) {
  for (Stream* stream : {&act_, &swap_, &weight_we_, &weight_, &psum_, &product_, &expected_psum_})
    stream->assign(steps_ * kStreams, 0);
  Random random{seed};
  for (std::size_t lane = 0; lane < kStreams; ++lane) fill_lane(scenario, lane, random);
}

std::int64_t ElementTraffic::product(std::int64_t activation, std::int64_t weight) const {
  if (encoding_ == Encoding::TwosComplement)
    return products_(static_cast<std::uint8_t>(activation), static_cast<std::uint8_t>(weight));
  return products_(static_cast<std::uint8_t>(magnitude(activation)), static_cast<std::uint8_t>(magnitude(weight)));
}

void ElementTraffic::fill_lane(const ElementScenario& scenario, std::size_t lane, Random& random) {
  Lane now;
  std::int64_t psum = 0;
  std::int64_t expected = 0;
  for (std::size_t step = 0; step < steps_; ++step) {
    const std::size_t i = step * kStreams + lane;
    // What the registers hold in this step, and the combinational answer of the pool to it.
    product_[i] = static_cast<std::uint64_t>(product(now.held, now.weight));
    expected_psum_[i] = static_cast<std::uint32_t>(expected);
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
    expected = psum;
    if (now.activation != 0) {
      const bool subtracts = encoding_ == Encoding::SignMagnitude && (now.activation < 0) != (now.weight < 0);
      expected += (subtracts ? -1 : 1) * product(now.activation, now.weight);
    }
    if (loads) now.shadow = weight;
    if (step == kFirstActivation) now.weight = now.shadow;
    now.activation = now.weight != 0 ? activation : 0;
    if (now.activation != 0) now.held = activation;
  }
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
  stimulus.drive("swap_i", 1, swap_);
  stimulus.drive("weight_we_i", 1, weight_we_);
  stimulus.drive("psum_i", 32, psum_);
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
  const auto sums = simulate_outputs(netlist, stimulus, "psum_o");
  if (!sums) return forward_error(sums);
  for (std::size_t step = kFirstResult; step < steps_; ++step)
    for (std::size_t lane = 0; lane < kStreams; ++lane) {
      const std::size_t i = step * kStreams + lane;
      if ((*sums)[i] != expected_psum_[i])
        return fail("{}: the mapped netlist differs: psum_o = {}, expected {} (step {}, stream {})", netlist.top,
                    (*sums)[i], expected_psum_[i], step, lane);
    }
  return {};
}

}  // namespace axvp
