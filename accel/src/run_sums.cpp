#include "axvp/accel/run_sums.h"

#include <algorithm>
#include <cstring>

namespace axvp {
namespace {

/// `tile` and what follows it up to `pixels` output pixels: whole images where it begins one and they fit, else rows.
RowTile span_from(const Descriptor& d, const RowTile& tile, int pixels) {
  const int images = pixels / (d.output.height * d.output.width);
  if (tile.begin == 0 && images > 0) {
    RowTile span = whole_batch(d);
    span.first_image = tile.first_image;
    span.images = std::clamp(images, tile.images, d.images - tile.first_image);
    return span;
  }
  const int rows = std::clamp(pixels / d.output.width, tile.rows(), d.output.height - tile.begin);
  RowTile span = row_tile(d, tile.begin, tile.begin + rows);
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
  if (looks_ahead_ && static_cast<std::uint64_t>(pixels) > positions_of(descriptor_, tile)) {
    // Other bytes than expected: somebody writes the tensor meanwhile, the rest of the operation goes run by run.
    looks_ahead_ = (is_in_span(tile) || read_ahead(tile, pixels)) && has_input(tile, input);
    if (looks_ahead_) {
      const auto channels = static_cast<std::size_t>(group.channels());
      GroupSums& made = groups_[group.begin];
      if (made.kernel != kernel) {
        made.sums.resize(positions_of(descriptor_, span_) * channels);
        add_up(*kernel, span_, span_input_.data(), made.sums.data());
        made.kernel = kernel;
      }
      RowTile before = span_;
      before.images = tile.first_image - span_.first_image;
      const std::size_t first =
          positions_of(descriptor_, before) +
          static_cast<std::size_t>(tile.begin - span_.begin) * static_cast<std::size_t>(descriptor_.output.width);
      std::memcpy(sums, made.sums.data() + first * channels,
                  positions_of(descriptor_, tile) * channels * sizeof(*sums));
      return;
    }
  }
  add_up(*kernel, tile, input, sums);
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

bool RunSums::read_ahead(const RowTile& tile, int pixels) {
  span_ = span_from(descriptor_, tile, pixels);
  const Bytes bytes = input_bytes(descriptor_, span_);
  const std::uint8_t* input =
      dram_(descriptor_.input_address + static_cast<std::uint32_t>(input_offset(descriptor_, span_)), bytes);
  if (input == nullptr) return false;
  span_input_.assign(input, input + bytes);
  for (auto& [channel, group] : groups_) group.kernel.reset();
  return is_in_span(tile);
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
