#include "axvp/accel/lowered_run.h"

#include "axvp/accel/array_block.h"

namespace axvp {
namespace {

/// The window of every output pixel over the input channels of one block.
class WindowReader {
 public:
  WindowReader(const Descriptor& d, const RowTile& tile, const std::uint8_t* input)
      : d_(d), tile_(tile), input_(input) {}

  [[nodiscard]] std::vector<std::uint8_t> matrix(const ArrayBlock& block) const {
    std::vector<std::uint8_t> rows;
    rows.reserve(static_cast<std::size_t>(tile_.rows()) * static_cast<std::size_t>(d_.output.width) *
                 static_cast<std::size_t>(depth_of(d_, block)));
    for (int y = tile_.begin; y < tile_.end; ++y)
      for (int x = 0; x < d_.output.width; ++x) append_window(y, x, block, rows);
    return rows;
  }

  /// The window of one output pixel over the input channels of `block`, appended to `row`.
  void append_window(int y, int x, const ArrayBlock& block, std::vector<std::uint8_t>& row) const {
    const Window& w = d_.window;
    for (int i = 0; i < w.kernel_height; ++i)
      for (int j = 0; j < w.kernel_width; ++j) {
        const int in_y = y * w.stride_height - w.pad_top + i * w.dilation_height;
        const int in_x = x * w.stride_width - w.pad_left + j * w.dilation_width;
        if (in_y < 0 || in_y >= d_.input.height || in_x < 0 || in_x >= d_.input.width) {
          row.insert(row.end(), static_cast<std::size_t>(block.inputs), std::uint8_t{0});
          continue;
        }
        const std::uint8_t* pixel =
            input_ + (std::int64_t{in_y - tile_.input_begin} * d_.input.width + in_x) * d_.input.channels +
            block.first_input;
        row.insert(row.end(), pixel, pixel + block.inputs);
      }
  }

 private:
  const Descriptor& d_;
  const RowTile& tile_;
  const std::uint8_t* input_;
};

}  // namespace

LoweredRun::LoweredRun(const Descriptor& descriptor, const RowTile& tile, const ChannelGroup& group,
                       const std::uint8_t* input, const std::int8_t* weights, std::uint8_t select, std::int32_t* sums) {
  const WindowReader windows{descriptor, tile, input};
  for (int begin = group.begin; begin < group.end;) {
    const ArrayBlock block = block_at(descriptor, group, begin);
    const std::int8_t* own = weights + std::int64_t{begin - group.begin} * fan_in(descriptor);
    MatrixProduct product;
    product.positions = tile.rows() * descriptor.output.width;
    product.depth = depth_of(descriptor, block);
    product.channels = block.channels();
    product.activations = activations_.emplace_back(windows.matrix(block)).data();
    product.weights = weights_.emplace_back(block_weights(descriptor, block, own)).data();
    product.activations_signed = descriptor.input_type == ElementType::Signed8;
    product.select = select;
    product.sums = sums + (begin - group.begin);
    product.sum_stride = group.channels();
    products_.push_back(product);
    begin = block.end;
  }
}

LoweredLaneRun::LoweredLaneRun(const Descriptor& d, const RowTile& tile, const ChannelGroup& group,
                               const std::uint8_t* input, const std::int8_t* weights, std::uint8_t select,
                               std::int32_t* sums) {
  const WindowReader windows{d, tile, input};
  const int inputs = d.input.channels / d.groups, outputs = d.output.channels / d.groups;
  for (int y = tile.begin; y < tile.end; ++y)
    for (int x = 0; x < d.output.width; ++x)
      for (int n = group.begin; n < group.end; ++n)
        windows.append_window(y, x, {n, n + 1, n / outputs * inputs, inputs}, activations_);
  product_.positions = tile.rows() * d.output.width;
  product_.depth = fan_in(d);
  product_.channels = group.channels();
  product_.activations = activations_.data();
  product_.weights = weights;
  product_.activations_signed = d.input_type == ElementType::Signed8;
  product_.select = select;
  product_.sums = sums;
}

Cycles layer_array_cycles(const Descriptor& descriptor, const ArrayConfig& array) {
  ChainCycles last;
  Cycles before = 0;
  const auto groups = channel_groups(descriptor);
  for (int t = 0; t < tile_count(descriptor); ++t) {
    const auto positions = static_cast<std::uint64_t>(row_tile(descriptor, t).rows()) *
                           static_cast<std::uint64_t>(descriptor.output.width);
    for (const ChannelGroup& group : groups) {
      before += last.issue;
      last = run_cycles(descriptor, group, positions, array.dataflow, array);
    }
  }
  return before + last.total;
}

}  // namespace axvp
