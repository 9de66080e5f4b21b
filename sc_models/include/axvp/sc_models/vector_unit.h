#pragma once

#include <deque>
#include <map>
#include <memory>
#include <systemc>
#include <utility>
#include <vector>

#include "axvp/accel/descriptor.h"
#include "axvp/accel/top_two.h"
#include "axvp/sc_models/dma.h"
#include "axvp/sc_models/scratchpad.h"
#include "axvp/sc_models/unit.h"
#include "axvp/workloads/convolution_kernel.h"

namespace axvp {

/// One run of the vector unit: a tile's accumulators of one channel group, or a tile of another operation.
struct VectorRun {
  int index = 0;  ///< Within the operation, from 0 in the order of submission.
  int tile_index = 0;
  RowTile tile;
  ChannelGroup group;  ///< Output channels written.
  bool first_of_tile = false;
  bool last_of_tile = false;  ///< The tile goes to DRAM afterwards.
  std::uint32_t accumulator_offset = 0;
  std::uint32_t input_offset = 0;
  std::uint32_t second_offset = 0;
  std::uint32_t output_offset = 0;
};

class VectorIf : virtual public sc_core::sc_interface {
 public:
  /// Before the first run of an operation.
  virtual void configure(const Descriptor& descriptor) = 0;
  virtual void submit(const VectorRun& run) = 0;
  /// Of the results of the last operation that ended an inference: largest minus second largest; of several images the
  /// smallest of these.
  [[nodiscard]] virtual std::uint32_t margin() const = 0;
};

/// Requantises the array's results, adds, pools and resamples: `lanes` operations a cycle. Starts the write-back of
/// each tile that it completes. Compares the results of an inference's last operation as it writes them: the
/// comparators work while the last tile is written back and take no time of their own.
class VectorUnit final : public Unit, public VectorIf {
 public:
  sc_core::sc_port<ScratchpadIf> activation_port{"activation_port"};
  sc_core::sc_port<ScratchpadIf> accumulator_port{"accumulator_port"};
  sc_core::sc_port<ScratchpadIf> parameter_port{"parameter_port"};
  sc_core::sc_port<TransferIf> dma_port{"dma_port"};
  sc_core::sc_export<VectorIf> runs{"runs"};

  SC_HAS_PROCESS(VectorUnit);
  VectorUnit(const sc_core::sc_module_name& name, const VectorUnitConfig& config, const Instruments& instruments,
             Scoreboard& scoreboard);

  void configure(const Descriptor& descriptor) override;
  void submit(const VectorRun& run) override;
  [[nodiscard]] std::uint32_t margin() const override;

 private:
  void run_thread();
  void clear() override { queue_.clear(); }
  [[nodiscard]] bool operands_ready(const VectorRun& run);
  void compute(const VectorRun& run);
  void requantise_run(const VectorRun& run);
  void elementwise_run(const VectorRun& run);
  void elementwise_image(const RowTile& tile, const std::uint8_t* bytes_in, const std::uint8_t* second_in,
                         std::uint8_t* bytes_out);
  [[nodiscard]] std::uint64_t elements_read(const VectorRun& run) const;
  void compare_outputs(const VectorRun& run);
  void write_back(const VectorRun& run);

  /// A set as the kernel reads it, and the bytes of the parameter memory that it was made from.
  struct UnpackedSet {
    std::vector<std::uint8_t> bytes;
    std::unique_ptr<const RequantisationTable> table;
  };
  [[nodiscard]] const RequantisationTable& set_at(std::uint32_t offset, std::size_t channels);

  VectorUnitConfig config_;
  Descriptor descriptor_;
  std::deque<VectorRun> queue_;
  std::vector<TopTwo> outputs_;                                        ///< Of the last operation, by image.
  std::map<std::pair<std::uint32_t, std::size_t>, UnpackedSet> sets_;  ///< By offset and number of channels.
};

}  // namespace axvp
