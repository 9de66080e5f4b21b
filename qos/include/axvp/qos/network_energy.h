#pragma once

#include <optional>
#include <string>
#include <vector>

#include "axvp/accel/events.h"
#include "axvp/accel/operand_trace.h"
#include "axvp/accel/program.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/power/operand_pricer.h"
#include "axvp/power/pool_element.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

struct NetworkEnergyOptions {
  Dataflow dataflow = Dataflow::WeightStationary;
  std::size_t transitions = 4096;  ///< Sampled a layer and operating point; a multiple of 1,024.
  std::uint64_t seed = 1;
  bool every_selectable =
      false;  ///< Price all selectables of the encoding in each layer, not those of the points only.
};

/// What one selectable would cost in a layer, all images together.
struct SelectableCost {
  std::string selectable;
  Energy timed, zero_delay;
  Picojoules standard_error{};  ///< Of a transition's mean in `timed`.
};

/// One layer at one operating point, all images together. Energies are whole attojoules: parts add up exactly.
struct LayerEnergy {
  std::string layer;
  std::string selectable;
  StreamCounts counts;
  std::size_t pairs = 0;   ///< Transitions that were simulated.
  bool is_sample = false;  ///< Of the layer's transitions; else all of them.

  Energy timed;                          ///< Of the multiplications, glitches included.
  Energy zero_delay;                     ///< The same without glitches.
  double relative_error = 0.0;           ///< Standard error of `timed` as a fraction; 0 where nothing was sampled.
  Energy exact_timed, exact_zero_delay;  ///< The exact multiplier of the encoding under the same operands.
  double uniform_relative = 1.0;         ///< Under uniform operands relative to exact, glitches included.

  /// Without multipliers, but with isolation and selection; none where there is no element for the stream.
  std::optional<Energy> processing_elements;
  Cycles array_cycles = 0;
  Energy selected_leakage;  ///< Of the selected instances while the array works.
  Energy idle_leakage;      ///< Of the instances in each element that are not selected.
  Energy
      isolation_saves;  ///< What the others would take if the operands reached them; the isolating gates not counted.

  std::vector<SelectableCost> costs;  ///< By selectable, where every selectable was asked for.

  /// Multiplications, elements and leakage.
  [[nodiscard]] Energy total() const;
};

/// One operating point. The total row holds the sums of the layers.
struct PointEnergy {
  std::string name;
  std::vector<LayerEnergy> layers;
  LayerEnergy total;
  /// The papers' metric: sum over layers of MACs times energy relative to exact under uniform operands, over the MACs.
  double papers_metric = 1.0;
};

struct NetworkEnergy {
  EnergyOrigin origin;   ///< Of the uniform figures; `activity` and `transitions` of the layers are in their rows.
  std::string activity;  ///< Of the layers: which operands, how counted.
  std::size_t images = 0;
  std::vector<std::string> pool;          ///< Instances in each element.
  std::vector<SelectableEnergy> uniform;  ///< The selectables of the points and the exact one, uniform operands.
  std::optional<PoolElement> element;     ///< With all of the pool; weight-stationary only.
  std::vector<PointEnergy> points;
};

/// What the energies of a network are computed from.
struct NetworkEnergyInputs {
  const QuantizedNetwork* network = nullptr;
  std::vector<OperatingPoint> points;
  std::vector<std::vector<TruthTable>> tables;  ///< [operating point][layer]
  std::vector<StoredTensor> images;             ///< At the network's input.
  const Catalogue* catalogue = nullptr;
  PlatformConfig platform;
};

/// Energies of every layer at every operating point, under the operands that the elements of the array see when the
/// images are run at that point. Fails for a selectable without RTL and as synthesis, simulation and mapping do.
[[nodiscard]] Result<NetworkEnergy> network_energy(const NetworkEnergyInputs& inputs, const Synthesiser& synthesiser,
                                                   const CharacteriseOptions& characterise,
                                                   const NetworkEnergyOptions& options,
                                                   const CharacteriseProgress& progress = {});

}  // namespace axvp
