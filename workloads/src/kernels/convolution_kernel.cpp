#include "axvp/workloads/convolution_kernel.h"

#include <algorithm>
#include <array>
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
  AlignedBuffer<std::uint8_t> input;   // padded, one or more planes
  AlignedBuffer<std::int32_t> sums;    // of one column
  AlignedBuffer<std::int16_t> table;   // of one block of product rows
  AlignedBuffer<std::uint8_t> planes;  // of some channels of a depthwise input
  AlignedBuffer<std::int32_t> planar_work;
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
constexpr int kDepthwiseChunk = 2048;
constexpr int kManyPixels = 1024;  // from here on most codes occur

int target_pixels(const ProductPlan& plan, bool depthwise) {
  if (plan.rows() == ProductPlan::Rows::None) return kDotChunk;
  return depthwise ? kDepthwiseChunk : kRowChunk;
}

std::shared_ptr<const ProductPlan> fastest_plan(std::shared_ptr<const ProductPlan> plan, const KernelSet& set) {
  return plan->planes().size() > set.most_planes && plan->looked_up() ? plan->looked_up() : plan;
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

/// Sums of a column's channels for all pixels of a chunk.
struct Sums {
  std::int32_t* first = nullptr;
  std::ptrdiff_t stride = 0;  ///< From pixel to pixel.
};

/// Activation codes, rising.
struct CodeList {
  std::array<std::uint8_t, 256> codes{};
  int count = 0;
};

struct ConvolutionKernel::State {
  State(const Description& description, std::shared_ptr<const ProductPlan> product_plan, KernelTier tier)
      : set(kernels_of(tier)),
        plan(fastest_plan(std::move(product_plan), set)),
        depthwise(is_depthwise(description)),
        sources(depthwise && plan->rows() != ProductPlan::Rows::None ? PlaneSources{} : PlaneSources{*plan}),
        layout(description, sources.count, target_pixels(*plan, depthwise)),
        columns(pack_columns(description, layout, *plan, sources, set)),
        channels(description.groups * description.channels_of_group) {
    for (int kh = 0; kh < layout.window.kernel_height; ++kh)
      for (int kw = 0; kw < layout.window.kernel_width; ++kw) {
        tap_rows.push_back(kh * layout.window.dilation_height);
        tap_columns.push_back(kw * layout.window.dilation_width);
      }
  }

  void run(const std::uint8_t* const* images, int count, const RowWindow& window, const Destination& destination,
           KernelScratch::Buffers& scratch) const;
  void run_chunk(const std::uint8_t* const* images, const Chunk& chunk, int input_first_row,
                 const Destination& destination, KernelScratch::Buffers& scratch) const;
  void fill(const std::uint8_t* image, const Chunk& chunk, int input_first_row, std::uint8_t* copy) const;
  void fill_row(const std::uint8_t* row, const std::uint8_t* map, std::uint8_t padding, std::uint8_t* out) const;
  [[nodiscard]] CodeList codes_of(const std::uint8_t* copy, const Chunk& chunk) const;
  /// Where the kernels can leave the column's sums at once; null if they have to be written from the scratch.
  [[nodiscard]] std::int32_t* place(const PackedColumn& column, const Chunk& chunk,
                                    const Destination& destination) const;
  void compute(const PackedColumn& column, int pixels, const CodeList& codes, const Sums& sums,
               KernelScratch::Buffers& scratch) const;
  void compute_depthwise(const PackedColumn& column, const Pixels& pixels, const Sums& sums,
                         KernelScratch::Buffers& scratch) const;
  void compute_planar_depthwise(const PackedColumn& column, const Pixels& pixels, const Sums& sums,
                                KernelScratch::Buffers& scratch) const;
  void add_rows(const PackedColumn& column, int pixels, const CodeList& codes, const Sums& sums,
                KernelScratch::Buffers& scratch) const;
  void add_wide_rows(const PackedColumn& column, int pixels, const Sums& sums, KernelScratch::Buffers& scratch) const;
  void write(const PackedColumn& column, const Chunk& chunk, const std::int32_t* sums,
             const Destination& destination) const;

  const KernelSet& set;
  std::shared_ptr<const ProductPlan> plan;
  bool depthwise;
  PlaneSources sources;
  ConvolutionLayout layout;
  std::vector<PackedColumn> columns;
  int channels;
  std::vector<int> tap_rows, tap_columns;  // of the window's elements
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
  CodeList codes;
  if (plan->rows() == ProductPlan::Rows::Narrow && !depthwise) codes = codes_of(copy, chunk);
  const int pixels = chunk.images * chunk.rows * layout.output_columns;
  for (const PackedColumn& column : columns) {
    if (std::int32_t* in_place = place(column, chunk, destination)) {
      compute(column, pixels, codes, {in_place, channels}, scratch);
      continue;
    }
    const Sums sums{scratch.sums.reserve(at(pixels) * at(column.padded)), column.padded};
    compute(column, pixels, codes, sums, scratch);
    write(column, chunk, sums.first, destination);
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

/// The codes that occur. For many pixels it is enough to know whether the upper half of them occurs.
CodeList ConvolutionKernel::State::codes_of(const std::uint8_t* copy, const Chunk& chunk) const {
  std::array<bool, 256> occurs{};
  const bool exactly = chunk.images * chunk.rows * layout.output_columns < kManyPixels;
  const std::size_t bytes = at(layout.input_rows(chunk.rows)) * at(layout.padded_columns) * at(layout.channels);
  std::uint8_t any = 0;
  for (int image = 0; image < chunk.images; ++image, copy += layout.image_bytes) {
    for (std::size_t i = 0; i < bytes; ++i) any |= copy[i];
    if (exactly)
      for (std::size_t i = 0; i < bytes; ++i) occurs[copy[i]] = true;
  }
  CodeList list;
  for (int code = 0; code < (any < 128 ? 128 : 256); ++code)
    if (!exactly || occurs[at(code)]) list.codes[at(list.count++)] = static_cast<std::uint8_t>(code);
  return list;
}

void ConvolutionKernel::State::compute_depthwise(const PackedColumn& column, const Pixels& pixels, const Sums& sums,
                                                 KernelScratch::Buffers& scratch) const {
  const int taps = static_cast<int>(column.tap_offsets.size());
  if (plan->rows() == ProductPlan::Rows::None) {
    set.depthwise_dot({pixels, column.tap_offsets.data(), taps, column.tap_weights.data(), column.bias.data(),
                       column.padded, sums.first, sums.stride});
    return;
  }
  const bool lacks_bytes = set.planar_reads_bytes && plan->product_bytes() == nullptr;
  if (set.planar_depthwise == nullptr || lacks_bytes || taps > kMostPlanarTaps) {
    set.depthwise({pixels, column.tap_offsets.data(), taps, plan->products_by_weight(), column.row_weights.data(),
                   column.padded, sums.first, sums.stride});
    return;
  }
  compute_planar_depthwise(column, pixels, sums, scratch);
}

void ConvolutionKernel::State::compute_planar_depthwise(const PackedColumn& column, const Pixels& pixels,
                                                        const Sums& sums, KernelScratch::Buffers& scratch) const {
  const Window& window = layout.window;
  PlanarDepthwiseOperands o;
  o.output_columns = layout.output_columns;
  o.stride_rows = window.stride_height;
  o.stride_columns = window.stride_width;
  o.columns = layout.padded_columns;
  o.pixel_stride = layout.channels;
  o.tap_rows = tap_rows.data();
  o.tap_columns = tap_columns.data();
  o.kernel_rows = window.kernel_height;
  o.kernel_columns = window.kernel_width;
  o.product_bytes = plan->product_bytes();
  o.products = plan->products_by_weight();
  o.weights = column.row_weights.data();
  o.weights_stride = column.padded;
  o.channels = column.padded;
  o.sums_stride = sums.stride;
  const int pixels_of_image = std::min(pixels.count, layout.chunk_rows * layout.output_columns);
  o.output_rows = pixels_of_image / layout.output_columns;
  o.rows = layout.input_rows(o.output_rows);
  const std::ptrdiff_t plane = planar_channel_bytes(o.rows, o.columns, o.stride_rows, o.stride_columns);
  o.images_base = pixels.base;
  o.image_step = static_cast<std::ptrdiff_t>(layout.image_bytes);
  o.images = pixels.count / pixels_of_image;
  o.images_at_once = std::min(o.images, set.planar_images);
  o.planes = scratch.planes.reserve(at(o.images_at_once * kLanes) * static_cast<std::size_t>(plane));
  o.work = scratch.planar_work.reserve(static_cast<std::size_t>(PlanarWork{o}.all));
  o.sums = sums.first;
  set.planar_depthwise(o);
}

std::int32_t* ConvolutionKernel::State::place(const PackedColumn& column, const Chunk& chunk,
                                              const Destination& destination) const {
  // Product rows pass over their sums many times: these are better off close together.
  const bool many_passes = plan->rows() != ProductPlan::Rows::None && !depthwise && column.blocks.size() > 2;
  if (destination.sums == nullptr || column.padded != column.channels || many_passes) return nullptr;
  return destination.sums +
         (at(chunk.first_image) * at(destination.pixels_of_image) + at(chunk.first_pixel)) * at(channels) +
         at(column.first_channel);
}

void ConvolutionKernel::State::compute(const PackedColumn& column, int pixels, const CodeList& codes, const Sums& sums,
                                       KernelScratch::Buffers& scratch) const {
  const Pixels all{scratch.input.data(), layout.pixel_offsets.data(), pixels};
  if (depthwise) {
    compute_depthwise(column, {all.base + column.input_offset, all.offsets, pixels}, sums, scratch);
    return;
  }
  if (!plan->planes().empty() || plan->rows() == ProductPlan::Rows::None)
    set.dot({all, column.step_offsets.data(), static_cast<int>(column.step_offsets.size()), column.dot_weights.data(),
             column.bias.data(), column.padded, sums.first, sums.stride});
  if (plan->rows() == ProductPlan::Rows::Narrow) add_rows(column, pixels, codes, sums, scratch);
  if (plan->rows() == ProductPlan::Rows::Wide) add_wide_rows(column, pixels, sums, scratch);
}

void ConvolutionKernel::State::add_rows(const PackedColumn& column, int pixels, const CodeList& codes, const Sums& sums,
                                        KernelScratch::Buffers& scratch) const {
  std::int16_t* table = scratch.table.reserve(at(kBlockDepth) * row_table_stride(kWidestGroup));
  const RowSource source{plan->rows_by_weight(), plan->row_bytes(), codes.codes.data(), codes.count, column.odd_rows};
  for (const PackedBlock& block : column.blocks) {
    const RowBlock shape{block.depth, column.row_width};
    set.build_rows(source, column.row_weights.data() + at(block.first_k) * at(column.padded), shape, table);
    const bool fits = plan->largest_row_entry() <= std::numeric_limits<std::int16_t>::max() / block.depth;
    const Pixels pixels_of_block{scratch.input.data() + block.offset, layout.pixel_offsets.data(), pixels};
    const bool starts = plan->planes().empty() && &block == &column.blocks.front();
    set.add_rows({shape, table, pixels_of_block, sums.first, sums.stride, starts, fits});
  }
}

void ConvolutionKernel::State::add_wide_rows(const PackedColumn& column, int pixels, const Sums& sums,
                                             KernelScratch::Buffers& scratch) const {
  const std::int32_t* products = plan->products_by_weight();
  for (int pixel = 0; pixel < pixels; ++pixel) {
    std::int32_t* of_pixel = sums.first + pixel * sums.stride;
    std::fill_n(of_pixel, column.channels, 0);
    for (const PackedBlock& block : column.blocks) {
      const std::uint8_t* x = scratch.input.data() + layout.pixel_offsets[at(pixel)] + block.offset;
      const std::uint8_t* w = column.row_weights.data() + at(block.first_k) * at(column.padded);
      for (int k = 0; k < block.depth; ++k, w += column.padded)
        for (int c = 0; c < column.channels; ++c) of_pixel[c] += products[256 * w[c] + x[k]];
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

void requantise_pixels(const std::int32_t* sums, std::size_t pixels, const RequantisedOutput& form, std::uint8_t* out,
                       std::size_t out_channels, KernelTier tier) {
  const RequantisationTable& r = *form.requantisation;
  const auto channels = static_cast<int>(r.channels());
  if (form.type == ElementType::Signed32) {
    PackedColumn column;
    column.channels = channels;
    requantise_words(sums, channels, static_cast<int>(pixels), column, form, out, static_cast<int>(out_channels));
    return;
  }
  kernels_of(tier).requantise({sums, channels, static_cast<int>(pixels), channels, r.multipliers(), r.offsets(),
                               r.shifts(), form.range, out, static_cast<std::ptrdiff_t>(out_channels)});
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

int ConvolutionKernel::pixels_sharing_rows() const {
  return state_->plan->rows() == ProductPlan::Rows::Narrow && !state_->depthwise ? kRowChunk : 0;
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
