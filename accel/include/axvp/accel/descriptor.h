#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/accel/platform_config.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

enum class Opcode : std::uint8_t { Convolution, Add, AveragePool, MaxPool, Resample };

/// Two buffers of a scratchpad, used in turn; equal where one suffices.
using BufferPair = std::array<std::uint32_t, 2>;

/// One operation of the network with its tiling: what the command processor knows about it. Fixed size in DRAM.
struct Descriptor {
  Opcode opcode = Opcode::Convolution;
  bool last = false;        ///< The inference ends after this one.
  std::uint16_t node = 0;   ///< Number in reports.
  std::uint16_t layer = 0;  ///< Of a convolution: its selector in the parameter memory.
  ElementType input_type = ElementType::Unsigned8;
  ElementType second_type = ElementType::Unsigned8;
  ElementType output_type = ElementType::Unsigned8;
  Shape input;  ///< Of one image.
  Shape output;
  int images = 1;  ///< Of the batch: they follow one another in DRAM.
  Window window;   ///< Convolution and pools.
  int groups = 1;
  int packed_groups = 1;  ///< Whole convolution groups that share the array's folds, side by side (array_block.h).
  int lanes = 0;          ///< Of the multiplier lanes that compute the convolution; 0: the array does.
  Resample resample;
  AddScaling add;
  PoolScaling pool;
  ClampRange range;
  std::uint32_t input_address = 0;  ///< NHWC bytes in DRAM, bus addresses.
  std::uint32_t second_address = 0;
  std::uint32_t output_address = 0;
  std::uint32_t weight_address = 0;    ///< [output channel][k].
  std::uint32_t parameter_offset = 0;  ///< Of the requantisation set in the parameter memory.
  int rows_per_tile = 1;               ///< Output rows of a tile, full width; an image's last tile may have fewer.
  int images_per_tile = 1;             ///< Several only where a tile has all rows of an image.
  int channels_per_group = 1;          ///< Output channels whose weights are resident at a time.
  BufferPair input_buffer{}, second_buffer{}, output_buffer{};  ///< In the activation scratchpad.
  BufferPair weight_buffer{};
  BufferPair accumulator_buffer{};
};

inline constexpr std::size_t kDescriptorBytes = 192;  ///< A multiple of kDramAlignment: records follow each other.
using DescriptorBytes = std::array<std::uint8_t, kDescriptorBytes>;

[[nodiscard]] DescriptorBytes encode(const Descriptor& descriptor);

/// Decodes and checks a record against a platform: known opcode, shapes that belong together, buffers inside their
/// scratchpads, tensors inside DRAM. What passes can be executed without reading or writing out of bounds.
[[nodiscard]] Result<Descriptor> decode(const std::uint8_t* bytes, const PlatformConfig& config);
[[nodiscard]] Result<void> check(const Descriptor& descriptor, const PlatformConfig& config);

/// Output rows [begin, end) of an image and the input rows they need, clipped to the tensor; or of several images, all
/// rows of both. Buffers hold a tile's images one after the other.
struct RowTile {
  int begin = 0, end = 0;
  int input_begin = 0, input_end = 0;
  int first_image = 0, images = 1;  ///< Of the batch.

  [[nodiscard]] int rows() const { return end - begin; }
  [[nodiscard]] int input_rows() const { return input_end - input_begin; }
};

/// Output channels [begin, end): whole convolution groups, or a part of one.
struct ChannelGroup {
  int begin = 0, end = 0;

  [[nodiscard]] int channels() const { return end - begin; }
};

[[nodiscard]] int element_bytes(ElementType type);
/// The element that begins at `bytes`, low byte first.
[[nodiscard]] std::int32_t element_at(const std::uint8_t* bytes, ElementType type);
[[nodiscard]] int tile_count(const Descriptor& descriptor);
[[nodiscard]] RowTile row_tile(const Descriptor& descriptor, int tile);
/// Output rows [begin, end) of the first image and the input rows that they need.
[[nodiscard]] RowTile row_tile(const Descriptor& descriptor, int begin, int end);
/// All of the batch as if it were one tile.
[[nodiscard]] RowTile whole_batch(const Descriptor& descriptor);
/// Tiles with equally many output pixels: how many of them there are, and one of them.
struct TileKind {
  std::uint64_t tiles = 0;
  RowTile tile;
};
/// Whole tiles, of which there may be none, and the last one of each image (or of the batch, where tiles hold images).
[[nodiscard]] std::array<TileKind, 2> tile_kinds(const Descriptor& descriptor);
/// Output pixels of all images of a tile.
[[nodiscard]] std::uint64_t positions_of(const Descriptor& descriptor, const RowTile& tile);
/// What a tile takes in a buffer, and where in DRAM it begins, counted from the tensor.
[[nodiscard]] Bytes input_bytes(const Descriptor& descriptor, const RowTile& tile);
[[nodiscard]] Bytes output_bytes(const Descriptor& descriptor, const RowTile& tile);
[[nodiscard]] Bytes input_offset(const Descriptor& descriptor, const RowTile& tile);
[[nodiscard]] Bytes output_offset(const Descriptor& descriptor, const RowTile& tile);
/// Buffers of a tiling: the largest input tile, and a whole output tile.
[[nodiscard]] Bytes largest_input_bytes(const Descriptor& descriptor);
[[nodiscard]] Bytes largest_output_bytes(const Descriptor& descriptor);
/// Output pixels of a whole tile.
[[nodiscard]] std::uint64_t largest_positions(const Descriptor& descriptor);
[[nodiscard]] std::vector<ChannelGroup> channel_groups(const Descriptor& descriptor);
/// How the convolution's groups are mapped, as ArrayConfig::depthwise names it.
[[nodiscard]] DepthwiseMapping mapping_of(const Descriptor& descriptor);
/// Elements that compute the convolution: the array's, or lanes.
[[nodiscard]] std::uint64_t elements_of(const Descriptor& descriptor, const ArrayConfig& array);
/// Length of a dot product.
[[nodiscard]] int fan_in(const Descriptor& descriptor);
/// How many groups of a convolution share a fold: as many as have columns where the array maps them diagonally.
[[nodiscard]] int packed_groups(const Descriptor& descriptor, const ArrayConfig& array);
/// Folds of one run of the array over `group`: K in steps of R, channels in steps of C, block by block.
[[nodiscard]] std::uint64_t fold_count(const Descriptor& descriptor, const ChannelGroup& group,
                                       const ArrayConfig& array);
/// Operations of the vector unit for the output pixels of `tile` and the channels of `group`: accumulators requantised,
/// residual sums, elements copied, and of a pool every element that its windows take from inside the tensor.
[[nodiscard]] std::uint64_t vector_operations(const Descriptor& descriptor, const RowTile& tile,
                                              const ChannelGroup& group);
[[nodiscard]] std::uint64_t macs_of(const Descriptor& descriptor);  ///< Of the batch; 0 if it is not a convolution.

[[nodiscard]] Bytes input_row_bytes(const Descriptor& descriptor);
[[nodiscard]] Bytes output_row_bytes(const Descriptor& descriptor);

}  // namespace axvp
