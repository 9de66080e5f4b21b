#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/evolve/cell_costs.h"
#include "axvp/evolve/error_bound.h"
#include "axvp/evolve/genome.h"
#include "axvp/multipliers/operand_transition.h"

namespace axvp {

/// What the search makes small.
enum class CostKind {
  Area,       ///< Cell area.
  ZeroDelay,  ///< Energy if every output toggled at most once an operation.
  Glitch,     ///< Energy with the toggles that unequal delays cause.
};

/// Independent pairs, uniform over the domain. `count` transitions.
[[nodiscard]] std::vector<OperandTransition> uniform_transitions(const OperandDomain& domain, std::size_t count,
                                                                 std::uint64_t seed);

/// Cost of circuits as an integer: 1e-3 um2, or attojoules summed over the sample of transitions. Energy is that of
/// every toggle: the cell's own and the charge of the input pins it drives, operand bits included, wires and leakage
/// excluded. The timed simulation moves in steps of a fifth of a full adder's delay, with inertial delays. One object
/// serves one thread.
class CircuitCost {
 public:
  /// Transitions are counted in whole passes of 512 and needed for the energies only; fails if their number is no
  /// positive multiple of 512, or if the machine lacks the instruction set.
  [[nodiscard]] static Result<CircuitCost> make(CostKind kind, const CellCosts& cells,
                                                const std::vector<OperandTransition>& transitions,
                                                InstructionSet set = InstructionSet::Best);
  CircuitCost(CircuitCost&&) noexcept;
  CircuitCost& operator=(CircuitCost&&) noexcept;
  ~CircuitCost();

  /// Nothing if the cost exceeds `limit`, or if the circuit settles later than 128 time steps.
  [[nodiscard]] std::optional<std::uint64_t> within(const CircuitProgram& program, std::uint64_t limit);
  /// A cost in um2, or in pJ an operation.
  [[nodiscard]] double figure(std::uint64_t cost) const;
  [[nodiscard]] SquareMicrometres area(const CircuitProgram& program) const;

 private:
  struct State;
  explicit CircuitCost(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace axvp
