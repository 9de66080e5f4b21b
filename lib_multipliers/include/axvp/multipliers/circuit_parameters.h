#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/gate_circuit.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// A circuit and its table, which is made when it is first asked for.
class TabulatedCircuit {
 public:
  TabulatedCircuit(GateCircuit circuit, Encoding encoding) : circuit_(std::move(circuit)), encoding_(encoding) {}

  [[nodiscard]] const GateCircuit& circuit() const { return circuit_; }
  [[nodiscard]] Encoding encoding() const { return encoding_; }
  [[nodiscard]] const TruthTable& table() const {
    std::call_once(once_, [this] { table_ = tabulate(circuit_, encoding_); });
    return *table_;
  }

 private:
  GateCircuit circuit_;
  Encoding encoding_;
  mutable std::once_flag once_;
  mutable std::optional<TruthTable> table_;
};

/// A multiplier that a search found: nothing but its gates, as in Cartesian genetic programming,
///   J. Miller, P. Thomson, "Cartesian genetic programming", EuroGP 2000;
///   V. Mrazek et al., "EvoApprox8b: library of approximate adders and multipliers for circuit design and benchmarking
///   of approximation methods", DATE 2017.
struct CircuitParameters {
  std::shared_ptr<const TabulatedCircuit> circuit;
  std::string command;  ///< That finds it again, e.g. "axvp multipliers evolve evolve/searches/sm8x7_0120.toml".
  int position = 1;     ///< On the front that it finds, 1 is the cheapest.
};

}  // namespace axvp
