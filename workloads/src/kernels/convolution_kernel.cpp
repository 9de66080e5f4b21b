#include "axvp/workloads/convolution_kernel.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "aligned_buffer.h"
#include "convolution_layout.h"
#include "kernel_set.h"
#include "packed_columns.h"

namespace axvp {

using namespace kernels;

struct KernelScratch::Buffers {
  AlignedBuffer<std::uint8_t> input;  // padded, one or more planes
  AlignedBuffer<std::int32_t> sums;   // of one column
  AlignedBuffer<std::int16_t> table;  // of one block of product rows
};

KernelScratch::KernelScratch() : buffers_(std::make_unique<Buffers>()) {}
KernelScratch::~KernelScratch() = default;
KernelScratch::KernelScratch(KernelScratch&&) noexcept = default;
KernelScratch& KernelScratch::operator=(KernelScratch&&) noexcept = default;

RequantisationTable::RequantisationTable(const std::vector<Requantisation>& set)
    : channels_(set.size()),
      multipliers_(set.size() + kLanes),
      offsets_(set.size() + kLanes),
      shifts_(set.size() + kLanes, 1) {
  for (std::size_t c = 0; c < set.size(); ++c) {
    multipliers_[c] = set[c].multiplier;
    offsets_[c] = set[c].bias + (std::int64_t{1} << (set[c].shift - 1));
    shifts_[c] = set[c].shift;
  }
}

namespace {

// Pixels of a chunk. Building product rows pays off over many pixels; plain dot products want their sums in L1 or L2.
constexpr int kRowChunk = 4096;
constexpr int kDotChunk = 512;

int target_pixels(const ProductPlan& plan) {
  return plan.rows() == ProductPlan::Rows::None ? kDotChunk : kRowChunk;
}

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

/// Where a chunk's sums go: as they are, or requantised.
struct Destination {
  std::int32_t* sums = nullptr;  ///< [image][pixel of image][channel]; or
  const RequantisedOutput* form = nullptr;
  std::uint8_t* const* outputs = nullptr;  ///< One an image, [pixel][channel].
  int channels = 0;
  int pixels_of_image = 0;
};

/// Some rows of one image or some whole images.
struct Chunk {
  int first_image = 0;
  int images = 0;
  int row_begin = 0;
  int rows = 0;
  int first_pixel = 0;  ///< Of an image, in the destination.
};

void requantise_words(const std::int32_t* sums, std::ptrdiff_t stride, int pixels, const PackedColumn& column,
                      const RequantisedOutput& form, std::uint8_t* out, int channels) {
  const RequantisationTable& r = *form.requantisation;
  for (int pixel = 0; pixel < pixels; ++pixel)
    for (int c = 0; c < column.channels; ++c) {
      const std::size_t channel = at(column.first_channel + c);
      const std::int64_t value =
          (sums[pixel * stride + c] * r.multipliers()[channel] + r.offsets()[channel]) >> r.shifts()[channel];
      const auto word = static_cast<std::uint32_t>(clamp_to(value, form.range));
      for (std::size_t byte = 0; byte < 4; ++byte)
        out[4 * (at(pixel) * at(channels) + channel) + byte] = static_cast<std::uint8_t>(word >> (8 * byte));
    }
}

}  // namespace

struct ConvolutionKernel::State {
  State(const Description& description, std::shared_ptr<const ProductPlan> product_plan, KernelTier tier)
      : plan(std::move(product_plan)),
        set(kernels_of(tier)),
        depthwise(is_depthwise(description)),
        sources(depthwise ? PlaneSources{} : PlaneSources{*plan}),
        layout(description, sources.count, target_pixels(*plan)),
        columns(pack_columns(description, layout, *plan, sources, set)),
        channels(description.groups * description.channels_of_group) {}

  void run(const std::uint8_t* const* images, int count, const RowWindow& window, const Destination& destination,
           KernelScratch::Buffers& scratch) const;
  void run_chunk(const std::uint8_t* const* images, const Chunk& chunk, int input_first_row,
                 const Destination& destination, KernelScratch::Buffers& scratch) const;
  void fill(const std::uint8_t* image, const Chunk& chunk, int input_first_row, std::uint8_t* copy) const;
  void fill_row(const std::uint8_t* row, const std::uint8_t* map, std::uint8_t padding, std::uint8_t* out) const;
  void compute(const PackedColumn& column, int pixels, int codes, KernelScratch::Buffers& scratch) const;
  void add_rows(const PackedColumn& column, int pixels, int codes, KernelScratch::Buffers& scratch) const;
  void add_wide_rows(const PackedColumn& column, int pixels, KernelScratch::Buffers& scratch) const;
  void write(const PackedColumn& column, const Chunk& chunk, const std::int32_t* sums,
             const Destination& destination) const;

  std::shared_ptr<const ProductPlan> plan;
  const KernelSet& set;
  bool depthwise;
  PlaneSources sources;
  ConvolutionLayout layout;
  std::vector<PackedColumn> columns;
  int channels;
};

void ConvolutionKernel::State::run(const std::uint8_t* const* images, int count, const RowWindow& window,
                                   const Destination& destination, KernelScratch::Buffers& scratch) const {
  for (int image = 0; image < count; image += layout.chunk_images)
    for (int row = window.row_begin; row < window.row_end; row += layout.chunk_rows) {
      Chunk chunk;
      chunk.first_image = image;
      chunk.images = std::min(layout.chunk_images, count - image);
      chunk.row_begin = row;
      chunk.rows = std::min(layout.chunk_rows, window.row_end - row);
      chunk.first_pixel = (row - window.row_begin) * layout.output_columns;
      run_chunk(images, chunk, window.input_first_row, destination, scratch);
    }
}

void ConvolutionKernel::State::run_chunk(const std::uint8_t* const* images, const Chunk& chunk, int input_first_row,
                                         const Destination& destination, KernelScratch::Buffers& scratch) const {
  std::uint8_t* copy = scratch.input.reserve(at(chunk.images) * layout.image_bytes + kSlack);
  for (int i = 0; i < chunk.images; ++i)
    fill(images[chunk.first_image + i], chunk, input_first_row, copy + at(i) * layout.image_bytes);
  int codes = 0;
  if (plan->rows() == ProductPlan::Rows::Narrow && !depthwise) {
    std::uint8_t any = 0;
    for (std::size_t i = 0; i < at(chunk.images) * layout.image_bytes; ++i) any |= copy[i];
    codes = any < 128 ? 128 : 256;
  }
  const int pixels = chunk.images * chunk.rows * layout.output_columns;
  for (const PackedColumn& column : columns) {
    compute(column, pixels, codes, scratch);
    write(column, chunk, scratch.sums.data(), destination);
  }
}

void ConvolutionKernel::State::fill(const std::uint8_t* image, const Chunk& chunk, int input_first_row,
                                    std::uint8_t* copy) const {
  const int first_row = chunk.row_begin * layout.window.stride_height - layout.window.pad_top;
  const std::size_t copy_row = at(layout.padded_columns) * at(layout.channels);
  const std::size_t image_row = at(layout.input.width) * at(layout.input.channels);
  const auto fill_plane = [&](const std::uint8_t* map, std::uint8_t* plane) {
    const std::uint8_t padding = map == nullptr ? std::uint8_t{0} : map[0];
    for (int i = 0; i < layout.input_rows(chunk.rows); ++i) {
      const int y = first_row + i;
      if (y < 0 || y >= layout.input.height)
        std::memset(plane + at(i) * copy_row, padding, copy_row);
      else
        fill_row(image + at(y - input_first_row) * image_row + at(layout.first_input_channel), map, padding,
                 plane + at(i) * copy_row);
    }
  };
  if (sources.stored_bytes) fill_plane(nullptr, copy);
  for (std::size_t p = 0; p < sources.source_of_plane.size(); ++p) {
    const int source = sources.source_of_plane[p];
    const ProductPlan::Plane& plane = plan->planes()[p];
    if (source == 0 && sources.stored_bytes) continue;
    fill_plane(plane.maps_activation_to_itself ? nullptr : plane.activation_map.data(),
               copy + at(source) * layout.plane_bytes);
  }
}

void ConvolutionKernel::State::fill_row(const std::uint8_t* row, const std::uint8_t* map, std::uint8_t padding,
                                        std::uint8_t* out) const {
  const std::size_t left = at(layout.window.pad_left) * at(layout.channels);
  const std::size_t all = at(layout.padded_columns) * at(layout.channels);
  const std::size_t middle = at(layout.input.width) * at(layout.channels);
  const auto copy = [&](const std::uint8_t* in, std::size_t count, std::uint8_t* to) {
    if (map == nullptr)
      std::memcpy(to, in, count);
    else
      set.map_bytes(map, in, count, to);
  };
  std::memset(out, padding, left);
  if (layout.channels == layout.input.channels)
    copy(row, middle, out + left);
  else
    for (int column = 0; column < layout.input.width; ++column)
      copy(row + at(column) * at(layout.input.channels), at(layout.channels),
           out + left + at(column) * at(layout.channels));
  std::memset(out + left + middle, padding, all - left - middle);
}

void ConvolutionKernel::State::compute(const PackedColumn& column, int pixels, int codes,
                                       KernelScratch::Buffers& scratch) const {
  std::int32_t* sums = scratch.sums.reserve(at(pixels) * at(column.padded));
  const Pixels all{scratch.input.data(), layout.pixel_offsets.data(), pixels};
  if (depthwise) {
    const Pixels from_column{all.base + column.input_offset, all.offsets, pixels};
    set.depthwise({from_column, column.tap_offsets.data(), static_cast<int>(column.tap_offsets.size()),
                   plan->products_by_weight(), column.row_weights.data(), column.padded, sums, column.padded});
    return;
  }
  if (!plan->planes().empty())
    set.dot({all, column.step_offsets.data(), static_cast<int>(column.step_offsets.size()), column.dot_weights.data(),
             column.bias.data(), column.padded, sums, column.padded});
  else
    std::memset(sums, 0, at(pixels) * at(column.padded) * sizeof(*sums));
  if (plan->rows() == ProductPlan::Rows::Narrow) add_rows(column, pixels, codes, scratch);
  if (plan->rows() == ProductPlan::Rows::Wide) add_wide_rows(column, pixels, scratch);
}

void ConvolutionKernel::State::add_rows(const PackedColumn& column, int pixels, int codes,
                                        KernelScratch::Buffers& scratch) const {
  std::int16_t* table = scratch.table.reserve(at(kBlockDepth) * row_table_stride(kWidestGroup));
  for (const PackedBlock& block : column.blocks) {
    const RowBlock shape{block.depth, column.row_width};
    set.build_rows({plan->rows_by_weight(), plan->row_bytes(), column.odd_rows},
                   column.row_weights.data() + at(block.first_k) * at(column.padded), shape, codes, table);
    const bool fits = plan->largest_row_entry() * block.depth <= std::numeric_limits<std::int16_t>::max();
    set.add_rows({shape,
                  table,
                  {scratch.input.data() + block.offset, layout.pixel_offsets.data(), pixels},
                  scratch.sums.data(),
                  column.padded,
                  fits});
  }
}

void ConvolutionKernel::State::add_wide_rows(const PackedColumn& column, int pixels,
                                             KernelScratch::Buffers& scratch) const {
  const std::int32_t* products = plan->products_by_weight();
  for (int pixel = 0; pixel < pixels; ++pixel) {
    std::int32_t* sums = scratch.sums.data() + at(pixel) * at(column.padded);
    for (const PackedBlock& block : column.blocks) {
      const std::uint8_t* x = scratch.input.data() + layout.pixel_offsets[at(pixel)] + block.offset;
      const std::uint8_t* w = column.row_weights.data() + at(block.first_k) * at(column.padded);
      for (int k = 0; k < block.depth; ++k, w += column.padded)
        for (int c = 0; c < column.channels; ++c) sums[c] += products[256 * w[c] + x[k]];
    }
  }
}

void ConvolutionKernel::State::write(const PackedColumn& column, const Chunk& chunk, const std::int32_t* sums,
                                     const Destination& destination) const {
  const int pixels = chunk.rows * layout.output_columns;
  for (int i = 0; i < chunk.images; ++i, sums += at(pixels) * at(column.padded)) {
    const int image = chunk.first_image + i;
    if (destination.sums != nullptr) {
      std::int32_t* out = destination.sums +
                          (at(image) * at(destination.pixels_of_image) + at(chunk.first_pixel)) * at(channels) +
                          at(column.first_channel);
      for (int pixel = 0; pixel < pixels; ++pixel)
        std::memcpy(out + at(pixel) * at(channels), sums + at(pixel) * at(column.padded),
                    at(column.channels) * sizeof(*sums));
      continue;
    }
    const RequantisedOutput& form = *destination.form;
    const RequantisationTable& r = *form.requantisation;
    std::uint8_t* out = destination.outputs[image];
    if (form.type == ElementType::Signed32) {
      requantise_words(sums, column.padded, pixels, column, form, out + 4 * at(chunk.first_pixel) * at(channels),
                       channels);
      continue;
    }
    const std::size_t first = at(column.first_channel);
    set.requantise({sums, column.padded, pixels, column.channels, r.multipliers() + first, r.offsets() + first,
                    r.shifts() + first, form.range, out + at(chunk.first_pixel) * at(channels) + first, channels});
  }
}

ConvolutionKernel::ConvolutionKernel(const Description& description, std::shared_ptr<const ProductPlan> plan,
                                     KernelTier tier)
    : state_(std::make_unique<const State>(description, std::move(plan), tier)) {}

ConvolutionKernel::ConvolutionKernel(const QuantizedConvolution& convolution, const Shape& input,
                                     std::shared_ptr<const ProductPlan> plan, KernelTier tier)
    : ConvolutionKernel(
          Description{convolution.window, input, convolution.output_channels / convolution.groups, convolution.groups,
                      input.channels / convolution.groups, 0, convolution.weights.data()},
          std::move(plan), tier) {}

ConvolutionKernel::~ConvolutionKernel() = default;
ConvolutionKernel::ConvolutionKernel(ConvolutionKernel&&) noexcept = default;
ConvolutionKernel& ConvolutionKernel::operator=(ConvolutionKernel&&) noexcept = default;

void ConvolutionKernel::accumulate(const std::uint8_t* const* images, std::size_t count, std::int32_t* sums,
                                   KernelScratch& scratch) const {
  Destination destination;
  destination.sums = sums;
  destination.pixels_of_image = output_rows() * output_columns();
  state_->run(images, static_cast<int>(count), {0, 0, output_rows()}, destination, scratch.buffers());
}

void ConvolutionKernel::accumulate_rows(const std::uint8_t* image, const RowWindow& rows, std::int32_t* sums,
                                        KernelScratch& scratch) const {
  Destination destination;
  destination.sums = sums;
  state_->run(&image, 1, rows, destination, scratch.buffers());
}

void ConvolutionKernel::run(const std::uint8_t* const* images, std::size_t count, const RequantisedOutput& form,
                            std::uint8_t* const* outputs, KernelScratch& scratch) const {
  Destination destination;
  destination.form = &form;
  destination.outputs = outputs;
  state_->run(images, static_cast<int>(count), {0, 0, output_rows()}, destination, scratch.buffers());
}

int ConvolutionKernel::output_channels() const {
  return state_->channels;
}
int ConvolutionKernel::output_rows() const {
  return state_->layout.output_rows;
}
int ConvolutionKernel::output_columns() const {
  return state_->layout.output_columns;
}

}  // namespace axvp
