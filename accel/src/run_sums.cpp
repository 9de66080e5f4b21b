#include "axvp/accel/run_sums.h"

#include <algorithm>
#include <cstring>

namespace axvp {
namespace {

/// `tile` and whole tiles that follow it, up to `pixels` output pixels: of whole images where it begins one and they
/// fit, else of its image.
RowTile span_from(const Descriptor& d, const RowTile& tile, int pixels) {
  const auto whole_tiles = [](int most, int of_tile, int left) {
    return most >= left ? left : most / of_tile * of_tile;
  };
  const int images = pixels / (d.output.height * d.output.width);
  if (tile.begin == 0 && images > 0) {
    RowTile span = whole_batch(d);
    span.first_image = tile.first_image;
    span.images = std::max(tile.images, whole_tiles(images, d.images_per_tile, d.images - tile.first_image));
    return span;
  }
  const int rows = whole_tiles(pixels / d.output.width, d.rows_per_tile, d.output.height - tile.begin);
  RowTile span = row_tile(d, tile.begin, tile.begin + std::max(tile.rows(), rows));
  span.first_image = tile.first_image;
  return span;
}

}  // namespace

void RunSums::begin_operation(const Descriptor& descriptor) {
  descriptor_ = descriptor;
  looks_ahead_ = dram_ != nullptr && tile_count(descriptor) > 1;
  span_ = {0, 0, 0, 0, 0, 0};
}

void RunSums::compute(const std::shared_ptr<const ConvolutionKernel>& kernel, const RowTile& tile,
                      const ChannelGroup& group, const std::uint8_t* input, std::int32_t* sums) {
  const int pixels = kernel->pixels_sharing_rows();
  const std::uint64_t positions = positions_of(descriptor_, tile);
  const bool shares = looks_ahead_ && static_cast<std::uint64_t>(pixels) > positions;
  if (!shares || !is_in_span_or_read_ahead(tile, pixels)) return add_up(*kernel, tile, input, sums);
  if (!has_input(tile, input)) {
    looks_ahead_ = false;  // somebody writes the tensor meanwhile: the rest of the operation goes run by run
    return add_up(*kernel, tile, input, sums);
  }
  const auto channels = static_cast<std::size_t>(group.channels());
  GroupSums& made = groups_[group.begin];
  if (made.kernel != kernel) {
    made.sums.resize(positions_of(descriptor_, span_) * channels);
    add_up(*kernel, span_, span_input_.data(), made.sums.data());
    made.kernel = kernel;
  }
  RowTile before = span_;
  before.images = tile.first_image - span_.first_image;
  const std::size_t first = positions_of(descriptor_, before) + static_cast<std::size_t>(tile.begin - span_.begin) *
                                                                    static_cast<std::size_t>(descriptor_.output.width);
  std::memcpy(sums, made.sums.data() + first * channels, positions * channels * sizeof(*sums));
}

void RunSums::add_up(const ConvolutionKernel& kernel, const RowTile& tile, const std::uint8_t* input,
                     std::int32_t* sums) {
  if (tile.images == 1) {
    kernel.accumulate_rows(input, {tile.input_begin, tile.begin, tile.end}, sums, scratch_);
    return;
  }
  const Bytes image_bytes = static_cast<Bytes>(tile.input_rows()) * input_row_bytes(descriptor_);
  images_.clear();
  for (int image = 0; image < tile.images; ++image) images_.push_back(input + static_cast<Bytes>(image) * image_bytes);
  kernel.accumulate(images_.data(), images_.size(), sums, scratch_);
}

bool RunSums::is_in_span_or_read_ahead(const RowTile& tile, int pixels) {
  if (is_in_span(tile)) return true;
  const RowTile span = span_from(descriptor_, tile, pixels);
  if (positions_of(descriptor_, span) == positions_of(descriptor_, tile)) return false;  // nothing to share with
  const Bytes bytes = input_bytes(descriptor_, span);
  const std::uint8_t* input =
      dram_(descriptor_.input_address + static_cast<std::uint32_t>(input_offset(descriptor_, span)), bytes);
  if (input == nullptr) return false;
  span_ = span;
  span_input_.assign(input, input + bytes);
  for (auto& [channel, group] : groups_) group.kernel.reset();
  return true;
}

bool RunSums::is_in_span(const RowTile& tile) const {
  return tile.first_image >= span_.first_image && tile.first_image + tile.images <= span_.first_image + span_.images &&
         tile.begin >= span_.begin && tile.end <= span_.end && tile.input_begin >= span_.input_begin &&
         tile.input_end <= span_.input_end;
}

bool RunSums::has_input(const RowTile& tile, const std::uint8_t* input) const {
  const Bytes first = input_offset(descriptor_, tile) - input_offset(descriptor_, span_);
  return std::memcmp(span_input_.data() + first, input, input_bytes(descriptor_, tile)) == 0;
}

}  // namespace axvp
