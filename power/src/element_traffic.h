#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/power/activity.h"

namespace axvp {

/// Which cycles a measurement of a weight-stationary processing element is made of.
struct ElementScenario {
  std::string name;
  double zero_share = 0.0;     ///< Of the activations.
  bool has_data = true;        ///< Else nothing arrives after the weights.
  bool loads_weights = false;  ///< A new weight moves through the shadow register every cycle.
};

/// Random traffic at the ports of `ax_pe` (sm8) or `ax_pe_s8`: 512 streams that load a weight, make it the active one
/// and see activations pass, and what the element has to answer. Uniform operands; partial sums of eight products.
class ElementTraffic {
 public:
  /// `products` is what the pool answers.
  ElementTraffic(Encoding encoding, TruthTable products, const ElementScenario& scenario, std::uint64_t transitions,
                 std::uint64_t seed);

  /// Values for all input ports but those of the pool; `select` is at select_i all the time.
  [[nodiscard]] Stimulus stimulus(int select_width, std::uint64_t select) const;
  /// The pool's answers, for an element whose pool sits outside.
  void answer_for_pool(Stimulus& stimulus) const;
  /// Fails if psum_o of the netlist is not what it has to be; the message names step and stream.
  [[nodiscard]] Result<void> check(const Netlist& netlist, const Stimulus& stimulus) const;

 private:
  /// Values of one port over all steps and streams.
  using Stream = std::vector<std::uint64_t>;
  struct Lane;

  void fill_lane(const ElementScenario& scenario, std::size_t lane, class Random& random);
  [[nodiscard]] std::int64_t product(std::int64_t activation, std::int64_t weight) const;
  [[nodiscard]] static Stream magnitudes(const Stream& values);
  [[nodiscard]] static Stream signs(const Stream& values);

  Encoding encoding_;
  TruthTable products_;
  std::size_t steps_;
  // Activations, weights and sums are signed, in two's complement.
  Stream act_, swap_, weight_we_, weight_, psum_, product_;
  Stream expected_psum_;  ///< At psum_o in the same step; meaningful from step kFirstResult on.
};

}  // namespace axvp
