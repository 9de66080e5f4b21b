#pragma once

#include <string_view>

#include "axvp/accel/descriptor.h"

namespace axvp {

/// Chooses packed_groups, lanes, rows_per_tile, images_per_tile, channels_per_group and the buffers of `descriptor`
/// (everything else is set): groups mapped as the array's configuration says, or, if it says auto, by the mapping with
/// the fewest cycles of array or lanes, of several the first in the order of DepthwiseMapping; of its tilings the one
/// with the fewest estimated cycles, within 10 % of it the one with the fewest runs. A descriptor whose smallest tile
/// does not fit is an error that names the operation (`name`), the scratchpad and the bytes needed.
[[nodiscard]] Result<Descriptor> plan_tiling(Descriptor descriptor, std::string_view name,
                                             const PlatformConfig& config);

/// Time of a tiled descriptor by a recurrence over its runs: one DMA that serves in order, double buffers, array,
/// vector unit and write-back overlapped. An estimate (DRAM rows are not followed): it ranks tilings, it is not
/// reported.
[[nodiscard]] Cycles estimate_cycles(const Descriptor& descriptor, const PlatformConfig& config);

/// The same with the rows of DRAM that each transfer opens, for what is reported without simulation.
[[nodiscard]] Cycles estimate_latency(const Descriptor& descriptor, const PlatformConfig& config);

/// Bytes from and to DRAM that the tiling causes: halo rows and weights that are fetched again for each tile.
struct DramTraffic {
  Bytes input = 0;  ///< Both operands of a residual sum.
  Bytes weights = 0;
  Bytes output = 0;
};
[[nodiscard]] DramTraffic dram_traffic(const Descriptor& descriptor);

/// True if run `run` = tile * groups + group has to fetch its weights: a layer of at most two groups keeps them.
[[nodiscard]] bool fetches_weights(int run, int groups);
/// Which of the two weight buffers run `run` uses.
[[nodiscard]] std::size_t weight_buffer_of(int run, int groups);

}  // namespace axvp
