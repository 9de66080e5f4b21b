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
    rows.reserve(positions_of(d_, tile_) * static_cast<std::size_t>(depth_of(d_, block)));
    visit_pixels([&](const Pixel& pixel) { append_window(pixel, block, rows); });
    return rows;
  }

  /// An output pixel: row and column in its image, which is one of the tile.
  struct Pixel {
    int image, y, x;
  };
  template <class Visitor>
  void visit_pixels(Visitor&& visit) const {
    for (int image = 0; image < tile_.images; ++image)
      for (int y = tile_.begin; y < tile_.end; ++y)
        for (int x = 0; x < d_.output.width; ++x) visit(Pixel{image, y, x});
  }

  /// The window of `pixel` over the input channels of `block`, appended to `row`.
  void append_window(const Pixel& pixel, const ArrayBlock& block, std::vector<std::uint8_t>& row) const {
    const Window& w = d_.window;
    for (int i = 0; i < w.kernel_height; ++i)
      for (int j = 0; j < w.kernel_width; ++j) {
        const int in_y = pixel.y * w.stride_height - w.pad_top + i * w.dilation_height;
        const int in_x = pixel.x * w.stride_width - w.pad_left + j * w.dilation_width;
        if (in_y < 0 || in_y >= d_.input.height || in_x < 0 || in_x >= d_.input.width) {
          row.insert(row.end(), static_cast<std::size_t>(block.inputs), std::uint8_t{0});
          continue;
        }
        const std::int64_t row_of_buffer = std::int64_t{pixel.image} * tile_.input_rows() + in_y - tile_.input_begin;
        const std::uint8_t* bytes =
            input_ + (row_of_buffer * d_.input.width + in_x) * d_.input.channels + block.first_input;
        row.insert(row.end(), bytes, bytes + block.inputs);
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
    product.positions = static_cast<int>(positions_of(descriptor, tile));
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
  windows.visit_pixels([&](const WindowReader::Pixel& pixel) {
    for (int n = group.begin; n < group.end; ++n)
      windows.append_window(pixel, {n, n + 1, n / outputs * inputs, inputs}, activations_);
  });
  product_.positions = static_cast<int>(positions_of(d, tile));
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
    const std::uint64_t positions = positions_of(descriptor, row_tile(descriptor, t));
    for (const ChannelGroup& group : groups) {
      before += last.issue;
      last = run_cycles(descriptor, group, positions, array.dataflow, array);
    }
  }
  return before + last.total;
}

}  // namespace axvp
