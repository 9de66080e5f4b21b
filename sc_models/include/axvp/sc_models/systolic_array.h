#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <systemc>
#include <tuple>
#include <vector>

#include "axvp/accel/activity.h"
#include "axvp/accel/array_model.h"
#include "axvp/accel/array_wave.h"
#include "axvp/accel/multiplier_lanes.h"
#include "axvp/accel/program.h"
#include "axvp/accel/run_sums.h"
#include "axvp/sc_models/scratchpad.h"
#include "axvp/sc_models/unit.h"
#include "axvp/workloads/convolution_kernel.h"

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

/// R x C processing elements, and the lanes beside them where the configuration has any. At level lt a run computes
/// whole tiles by the kernel on the bytes that lie in the scratchpads, and takes the time of the closed form; at levels
/// cycle and rtl a clocked array gets the same bytes, and its sums and counted edges are taken. A run starts when its
/// activations and weights are resident and its accumulators free; the next may follow as soon as the last fold has
/// entered.
class SystolicArray final : public Unit, public ArrayIf {
 public:
  sc_core::sc_port<ScratchpadIf> activation_port{"activation_port"};
  sc_core::sc_port<ScratchpadIf> weight_port{"weight_port"};
  sc_core::sc_port<ScratchpadIf> accumulator_port{"accumulator_port"};
  sc_core::sc_export<ArrayIf> runs{"runs"};

  SC_HAS_PROCESS(SystolicArray);
  SystolicArray(const sc_core::sc_module_name& name, const ArrayConfig& config, Encoding encoding,
                std::vector<TruthTable> multipliers, const Instruments& instruments, Scoreboard& scoreboard);

  /// Before simulation: the kernels may look at what lies in DRAM (run_sums.h).
  void look_ahead_in(RunSums::DramView dram) { run_sums_.look_ahead_in(std::move(dram)); }
  /// Before simulation: runs go through `model` from now on. It has the array's size and outlives it.
  void compute_with(ArrayModel& model) { model_ = &model; }
  /// The same of runs on the lanes.
  void compute_with(LaneModel& lanes) { lanes_ = &lanes; }
  /// Before each run of the model `wave` learns which one it is.
  void announce_runs_to(ArrayWave& wave) { wave_ = &wave; }
  /// The same in lockstep: the kernels compute, `model` computes the same run, sums and cycles are compared.
  void compare_with(ArrayModel& model) { shadow_ = &model; }
  /// Empty, or the first difference to a model or inside of one, with run and channels.
  [[nodiscard]] const std::string& finding() const { return finding_; }

  void configure(const Descriptor& descriptor, std::uint8_t selector) override;
  void submit(const ArrayRun& run) override;

 private:
  void run_thread();
  void clear() override;
  [[nodiscard]] bool operands_resident(const ArrayRun& run);
  [[nodiscard]] ChainCycles compute(const ArrayRun& run);
  void compare(const ArrayRun& run, const std::vector<std::int8_t>& weights, ChainCycles cycles,
               const std::int32_t* sums);
  void note(const ArrayRun& run, const std::string& difference);
  void trace(const ArrayRun& run, Cycles start, Cycles issue);
  [[nodiscard]] ConvolutionKernel pack(const ArrayRun& run, const std::int8_t* weights) const;

  /// The kernel packs weights before it uses them. What it packed is kept together with the bytes it was made from, and
  /// used again when the very same bytes lie in the scratchpad after a later load.
  struct PackedWeights {
    std::vector<std::int8_t> bytes;
    DescriptorBytes descriptor{};
    std::shared_ptr<const ConvolutionKernel> kernel;
    WeightActivity activity;
    std::uint64_t unused_slots = 0;  ///< At each position.
    std::uint64_t checked_in = 0;    ///< Operation and load in which the bytes were compared last.
    int checked_load = -1;
  };
  using PackedKey = std::tuple<std::uint16_t, int, std::uint8_t>;  ///< Node, first channel, selector.

  [[nodiscard]] const PackedWeights& packed_weights(const ArrayRun& run);
  void count(const ArrayRun& run, const PackedWeights& packed);

  ArrayConfig config_;
  Encoding encoding_;
  std::vector<TruthTable> multipliers_;
  std::map<PackedKey, PackedWeights> packed_;
  RunSums run_sums_;
  ArrayModel* model_ = nullptr;
  LaneModel* lanes_ = nullptr;
  ArrayWave* wave_ = nullptr;
  ArrayModel* shadow_ = nullptr;
  std::vector<std::int32_t> shadow_sums_;
  std::string finding_;
  Descriptor descriptor_;
  DescriptorBytes descriptor_bytes_{};
  std::uint64_t operations_ = 0;  ///< Configured so far.
  std::uint8_t selector_ = 0;
  std::deque<ArrayRun> queue_;
  std::optional<ActivityCounter> counter_;
  int activity_tile_ = -1;                  ///< Which tile `activity_` belongs to.
  const TileActivity* activity_ = nullptr;  ///< Of `counter_`.
};

}  // namespace axvp
