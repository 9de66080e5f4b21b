#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "axvp/accel/descriptor.h"
#include "axvp/workloads/convolution_kernel.h"

namespace axvp {

/// Sums of an operation's runs by the kernels, for level lt. A kernel that makes product rows makes them in every call,
/// so it is given several tiles at once: those that follow are read where they lie in DRAM, and a later run takes its
/// sums only where its own input bytes are those that they were made from. Other runs are computed alone.
class RunSums {
 public:
  /// `bytes` of DRAM from a bus address on, or null where there are none. Takes no simulated time, counts nothing.
  using DramView = std::function<const std::uint8_t*(std::uint32_t address, Bytes bytes)>;

  /// Without a view every run is computed alone.
  void look_ahead_in(DramView dram) { dram_ = std::move(dram); }
  void begin_operation(const Descriptor& descriptor);
  /// `input` holds rows [tile.input_begin, tile.input_end) of the tile's images, NHWC; `sums` takes [pixel of the
  /// tile][channel of `group`]. `kernel` is of the operation's descriptor and the group's weights.
  void compute(const std::shared_ptr<const ConvolutionKernel>& kernel, const RowTile& tile, const ChannelGroup& group,
               const std::uint8_t* input, std::int32_t* sums);

 private:
  /// Of the span, for one group of channels.
  struct GroupSums {
    std::shared_ptr<const ConvolutionKernel> kernel;  ///< That made them; none: not made yet.
    std::vector<std::int32_t> sums;
  };

  void add_up(const ConvolutionKernel& kernel, const RowTile& tile, const std::uint8_t* input, std::int32_t* sums);
  [[nodiscard]] bool is_in_span_or_read_ahead(const RowTile& tile, int pixels);
  [[nodiscard]] bool is_in_span(const RowTile& tile) const;
  [[nodiscard]] bool has_input(const RowTile& tile, const std::uint8_t* input) const;

  DramView dram_;
  Descriptor descriptor_;
  bool looks_ahead_ = false;
  RowTile span_{0, 0, 0, 0, 0, 0};  ///< Tiles of which sums can be made ahead.
  std::vector<std::uint8_t> span_input_;
  std::map<int, GroupSums> groups_;  ///< By first channel.
  std::vector<const std::uint8_t*> images_;
  KernelScratch scratch_;
};

}  // namespace axvp
