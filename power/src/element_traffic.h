#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/power/activity.h"
#include "axvp/power/energy_table.h"

namespace axvp {

/// Which cycles a measurement of a processing element is made of.
struct ElementScenario {
  std::string name;
  double zero_share = 0.0;     ///< Of the activations.
  bool has_data = true;        ///< Else nothing arrives after the weights.
  bool loads_weights = false;  ///< A new weight moves through the shadow register every cycle.
};

/// Random traffic at the ports of a processing element in 512 streams, and what the element has to answer. Uniform
/// operands. Weight-stationary: a stream loads a weight, makes it the active one and sees activations pass, with
/// partial sums of eight products. Output-stationary: both operands are new in each cycle; after a slot of 64 of them
/// the sum goes to the drain register, which then takes over eight sums from the north (the mean row of a 16-row
/// array).
class ElementTraffic {
 public:
  /// `products` is what the pool answers.
  ElementTraffic(ElementKind kind, Encoding encoding, TruthTable products, const ElementScenario& scenario,
                 std::uint64_t transitions, std::uint64_t seed);

  /// Values for all input ports but those of the pool; `select` is at select_i all the time.
  [[nodiscard]] Stimulus stimulus(int select_width, std::uint64_t select) const;
  /// The pool's answers, for an element whose pool sits outside.
  void answer_for_pool(Stimulus& stimulus) const;
  /// Fails if psum_o or drain_o of the netlist is not what it has to be; the message names step and stream.
  [[nodiscard]] Result<void> check(const Netlist& netlist, const Stimulus& stimulus) const;

 private:
  /// Values of one port over all steps and streams.
  using Stream = std::vector<std::uint64_t>;
  struct Lane;

  void fill_weight_stationary(const ElementScenario& scenario, std::size_t lane, class Random& random);
  void fill_output_stationary(const ElementScenario& scenario, std::size_t lane, class Random& random);
  [[nodiscard]] std::int64_t product(std::int64_t activation, std::int64_t weight) const;
  /// What joins the sum.
  [[nodiscard]] std::int64_t signed_product(std::int64_t activation, std::int64_t weight) const;
  [[nodiscard]] static Stream magnitudes(const Stream& values);
  [[nodiscard]] static Stream signs(const Stream& values);

  ElementKind kind_;
  Encoding encoding_;
  TruthTable products_;
  std::size_t steps_;
  // Activations, weights and sums are signed, in two's complement.
  Stream act_, weight_, product_;
  Stream swap_, weight_we_, psum_;          ///< Weight-stationary.
  Stream first_, last_, shift_, drain_in_;  ///< Output-stationary.
  Stream expected_;  ///< At psum_o or drain_o in the same step; meaningful from step kFirstResult on.
};

}  // namespace axvp
