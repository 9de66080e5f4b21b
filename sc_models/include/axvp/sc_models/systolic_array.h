#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "axvp/accel/activity.h"
#include "axvp/accel/program.h"
#include "axvp/sc_models/scratchpad.h"
#include "axvp/sc_models/unit.h"
#include "axvp/workloads/product_plan.h"

namespace axvp {

/// One run: the output rows of a tile for the channels of a group.
struct ArrayRun {
  int index = 0;  ///< Within the operation: tile * groups + group.
  int tile_index = 0;
  RowTile tile;
  ChannelGroup group;
  int weight_load = 0;             ///< Number of the weight transfer that the run needs.
  std::uint32_t input_offset = 0;  ///< In the activation scratchpad.
  std::uint32_t weight_offset = 0;
  std::uint32_t accumulator_offset = 0;
};

/// What the command processor tells the array.
class ArrayIf : virtual public sc_core::sc_interface {
 public:
  /// Before the first run of an operation: its shape, and which multiplier the swap token selects.
  virtual void configure(const Descriptor& descriptor, std::uint8_t selector) = 0;
  virtual void submit(const ArrayRun& run) = 0;
};

/// R x C weight-stationary processing elements at level lt: a run computes whole tiles by the kernel on the bytes that
/// lie in the scratchpads, and takes the time of the closed form. A run starts when its activations and weights are
/// resident and its accumulators free; the next may follow as soon as the last fold has entered.
class SystolicArray final : public Unit, public ArrayIf {
 public:
  sc_core::sc_port<ScratchpadIf> activation_port{"activation_port"};
  sc_core::sc_port<ScratchpadIf> weight_port{"weight_port"};
  sc_core::sc_port<ScratchpadIf> accumulator_port{"accumulator_port"};
  sc_core::sc_export<ArrayIf> runs{"runs"};

  SC_HAS_PROCESS(SystolicArray);
  SystolicArray(const sc_core::sc_module_name& name, const ArrayConfig& config, Encoding encoding,
                std::vector<TruthTable> multipliers, const Instruments& instruments, Scoreboard& scoreboard);

  void configure(const Descriptor& descriptor, std::uint8_t selector) override;
  void submit(const ArrayRun& run) override;

 private:
  void run_thread();
  void clear() override;
  [[nodiscard]] bool operands_resident(const ArrayRun& run);
  void compute(const ArrayRun& run);
  void count(const ArrayRun& run, const std::int8_t* weights);
  [[nodiscard]] const std::shared_ptr<const ProductPlan>& selected_plan();

  ArrayConfig config_;
  Encoding encoding_;
  std::vector<TruthTable> multipliers_;
  std::vector<std::shared_ptr<const ProductPlan>> plans_;  ///< [selector][input signed], made when first used.
  Descriptor descriptor_;
  QuantizedConvolution convolution_;  ///< The same as the kernel wants it, without weights.
  std::uint8_t selector_ = 0;
  std::deque<ArrayRun> queue_;
  int activity_tile_ = -1;  ///< Which tile `activity_` belongs to.
  TileActivity activity_;
};

}  // namespace axvp
