#include "axvp/accel/descriptor.h"

#include <algorithm>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/parameter_set.h"

namespace axvp {
namespace {

constexpr std::uint32_t kMagic = 0x31445841;  // "AXD1"
constexpr int kLargestSide = 65535;
constexpr int kLargestWindow = 4096;
constexpr std::uint64_t kLargestTensor = 1ull << 31;

/// Writes fields, little endian, one after the other.
class Writer {
 public:
  explicit Writer(std::uint8_t* bytes) : next_(bytes) {}
  template <class T>
  void operator()(const T& value, int width) {
    const auto word = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    for (int i = 0; i < width; ++i) *next_++ = static_cast<std::uint8_t>(word >> (8 * i));
  }

 private:
  std::uint8_t* next_;
};

/// Reads them back, sign-extended where the field is signed.
class Reader {
 public:
  explicit Reader(const std::uint8_t* bytes) : next_(bytes) {}
  template <class T>
  void operator()(T& value, int width) {
    std::uint64_t word = 0;
    for (int i = 0; i < width; ++i) word |= static_cast<std::uint64_t>(*next_++) << (8 * i);
    if constexpr (std::is_same_v<T, bool>) {
      value = word != 0;
    } else {
      const int unused = 64 - 8 * width;
      value = static_cast<T>(static_cast<std::int64_t>(word << unused) >> unused);
    }
  }

 private:
  const std::uint8_t* next_;
};

/// The record's layout, once for both directions.
template <class D, class Archive>
void visit_record(D& d, std::uint32_t& magic, Archive&& field) {
  field(magic, 4);
  field(d.opcode, 1);
  field(d.last, 1);
  field(d.input_type, 1);
  field(d.second_type, 1);
  field(d.output_type, 1);
  field(d.node, 2);
  field(d.layer, 2);
  for (auto* shape : {&d.input, &d.output}) {
    field(shape->channels, 4);
    field(shape->height, 4);
    field(shape->width, 4);
  }
  auto& w = d.window;
  for (auto* number : {&w.kernel_height, &w.kernel_width, &w.stride_height, &w.stride_width, &w.dilation_height,
                       &w.dilation_width, &w.pad_top, &w.pad_left, &w.pad_bottom, &w.pad_right})
    field(*number, 2);
  field(d.groups, 4);
  field(d.packed_groups, 4);
  field(d.lanes, 2);
  auto& r = d.resample;
  for (auto* number :
       {&r.first_row, &r.first_column, &r.step_height, &r.step_width, &r.channels_before, &r.channels_after})
    field(*number, 3);
  field(d.add.multiplier_a, 2);
  field(d.add.multiplier_b, 2);
  field(d.add.shift, 1);
  field(d.pool.multiplier, 2);
  field(d.pool.shift, 1);
  field(d.range.low, 4);
  field(d.range.high, 4);
  for (auto* address : {&d.input_address, &d.second_address, &d.output_address, &d.weight_address, &d.parameter_offset})
    field(*address, 4);
  field(d.images, 2);
  field(d.images_per_tile, 2);
  field(d.rows_per_tile, 4);
  field(d.channels_per_group, 4);
  for (auto* buffers : {&d.input_buffer, &d.second_buffer, &d.output_buffer, &d.weight_buffer, &d.accumulator_buffer})
    for (auto& offset : *buffers) field(offset, 4);
}

bool is_side(int value) {
  return value >= 1 && value <= kLargestSide;
}
bool is_shape(const Shape& s) {
  return is_side(s.channels) && is_side(s.height) && is_side(s.width) && s.size() <= kLargestTensor;
}
bool is_window(const Window& w) {
  const auto in = [](int value, int low) { return value >= low && value <= kLargestWindow; };
  return in(w.kernel_height, 1) && in(w.kernel_width, 1) && in(w.stride_height, 1) && in(w.stride_width, 1) &&
         in(w.dilation_height, 1) && in(w.dilation_width, 1) && in(w.pad_top, 0) && in(w.pad_left, 0) &&
         in(w.pad_bottom, 0) && in(w.pad_right, 0);
}
bool is_shift(std::uint8_t shift) {
  return shift >= 1 && shift <= 32;
}

bool window_fits(const Descriptor& d) {
  return is_window(d.window) && d.window.output_height(d.input.height) == d.output.height &&
         d.window.output_width(d.input.width) == d.output.width;
}

bool resample_fits(const Descriptor& d) {
  const Resample& r = d.resample;
  return r.first_row >= 0 && r.first_column >= 0 && r.step_height >= 1 && r.step_width >= 1 && r.channels_before >= 0 &&
         r.channels_after >= 0 && d.output.channels == d.input.channels + r.channels_before + r.channels_after &&
         r.first_row + std::int64_t{d.output.height - 1} * r.step_height < d.input.height &&
         r.first_column + std::int64_t{d.output.width - 1} * r.step_width < d.input.width;
}

/// What does not belong together, or nullptr.
const char* wrong_operation(const Descriptor& d) {
  if (!is_shape(d.input) || !is_shape(d.output)) return "a shape is out of range";
  if (d.input_type == ElementType::Signed32) return "the input has 32-bit elements";
  if (d.output_type == ElementType::Signed32 && d.opcode != Opcode::Convolution) return "only convolutions write int32";
  switch (d.opcode) {
    case Opcode::Convolution:
      if (d.groups < 1 || d.input.channels % d.groups != 0 || d.output.channels % d.groups != 0)
        return "the groups do not divide the channels";
      if (d.packed_groups < 1 || d.packed_groups > (d.lanes > 0 ? 1 : d.groups))
        return "the packed groups are out of range";
      return window_fits(d) ? nullptr : "window and shapes differ";
    case Opcode::Add:
      if (d.second_type == ElementType::Signed32) return "the second input has 32-bit elements";
      return d.input == d.output && is_shift(d.add.shift) ? nullptr : "shapes or shift of the sum are wrong";
    case Opcode::AveragePool:
      if (!is_shift(d.pool.shift)) return "the shift is out of range";
      [[fallthrough]];
    case Opcode::MaxPool:
      return window_fits(d) && d.input.channels == d.output.channels ? nullptr : "window and shapes differ";
    case Opcode::Resample:
      return resample_fits(d) ? nullptr : "slice and shapes differ";
  }
  return "unknown operation";
}

struct Region {
  const char* name;
  std::uint64_t begin, bytes, capacity;
};

std::vector<Region> regions_of(const Descriptor& d, const PlatformConfig& config) {
  const Bytes input_tile = largest_input_bytes(d), output_tile = largest_output_bytes(d);
  const auto images = static_cast<Bytes>(d.images);
  const auto dram = [&](const char* name, std::uint32_t address, std::uint64_t bytes) {
    return Region{name, std::uint64_t{address} - kDramBase, bytes, config.dram_bytes()};
  };
  std::vector<Region> regions{dram("input in DRAM", d.input_address, images * d.input.size()),
                              dram("output in DRAM", d.output_address,
                                   images * d.output.size() * static_cast<std::size_t>(element_bytes(d.output_type)))};
  for (std::size_t i = 0; i < 2; ++i) {
    regions.push_back({"input tile", d.input_buffer[i], input_tile, config.activation_bytes()});
    regions.push_back({"output tile", d.output_buffer[i], output_tile, config.activation_bytes()});
  }
  if (d.opcode == Opcode::Add) {
    regions.push_back(dram("second input in DRAM", d.second_address, images * d.input.size()));
    for (const auto offset : d.second_buffer)
      regions.push_back({"second input tile", offset, input_tile, config.activation_bytes()});
  }
  if (d.opcode == Opcode::Convolution) {
    const auto channels = static_cast<std::uint64_t>(std::min(d.channels_per_group, d.output.channels));
    const auto k = static_cast<std::uint64_t>(fan_in(d));
    regions.push_back(dram("weights in DRAM", d.weight_address, static_cast<std::uint64_t>(d.output.channels) * k));
    regions.push_back({"requantisation set", d.parameter_offset,
                       static_cast<std::uint64_t>(d.output.channels) * kRequantisationBytes, config.parameter_bytes()});
    regions.push_back({"selector", d.layer, 1, config.parameter_bytes()});
    const std::uint64_t sums = largest_positions(d) * channels * 4;
    for (std::size_t i = 0; i < 2; ++i) {
      regions.push_back({"weight buffer", d.weight_buffer[i], channels * k, config.weight_bytes()});
      regions.push_back({"accumulator buffer", d.accumulator_buffer[i], sums, config.accumulator_bytes()});
    }
  }
  return regions;
}

}  // namespace

DescriptorBytes encode(const Descriptor& descriptor) {
  DescriptorBytes bytes{};
  std::uint32_t magic = kMagic;
  Descriptor copy = descriptor;
  visit_record(copy, magic, Writer{bytes.data()});
  return bytes;
}

Result<Descriptor> decode(const std::uint8_t* bytes, const PlatformConfig& config) {
  Descriptor d;
  std::uint32_t magic = 0;
  visit_record(d, magic, Reader{bytes});
  if (magic != kMagic) return fail("not a descriptor: it begins with {:#010x}, expected {:#010x}", magic, kMagic);
  if (auto checked = check(d, config); !checked) return forward_error(checked);
  return d;
}

Result<void> check(const Descriptor& d, const PlatformConfig& config) {
  const auto known = [](ElementType type) { return static_cast<int>(type) >= 0 && static_cast<int>(type) <= 2; };
  if (!known(d.input_type) || !known(d.second_type) || !known(d.output_type))
    return fail("descriptor of node {}: unknown element type", d.node);
  if (const char* wrong = wrong_operation(d)) return fail("descriptor of node {}: {}", d.node, wrong);
  if (d.rows_per_tile < 1 || d.rows_per_tile > d.output.height || d.channels_per_group < 1)
    return fail("descriptor of node {}: tiles of {} rows and {} channels", d.node, d.rows_per_tile,
                d.channels_per_group);
  if (d.images < 1 || d.images_per_tile < 1 || d.images_per_tile > d.images ||
      (d.images_per_tile > 1 && d.rows_per_tile < d.output.height))
    return fail("descriptor of node {}: tiles of {} images of {}", d.node, d.images_per_tile, d.images);
  if (d.lanes < 0 || d.lanes > config.array.lanes())
    return fail("descriptor of node {}: {} lanes of {}", d.node, d.lanes, config.array.lanes());
  for (const Region& r : regions_of(d, config))
    if (r.begin > r.capacity || r.bytes > r.capacity - r.begin)
      return fail("descriptor of node {}: {}: {} bytes at {} exceed {} bytes", d.node, r.name, r.bytes, r.begin,
                  r.capacity);
  return {};
}

int element_bytes(ElementType type) {
  return type == ElementType::Signed32 ? 4 : 1;
}

std::int32_t element_at(const std::uint8_t* bytes, ElementType type) {
  if (type == ElementType::Unsigned8) return *bytes;
  if (type == ElementType::Signed8) return static_cast<std::int8_t>(*bytes);
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  return static_cast<std::int32_t>(word);
}

namespace {

int tiles_of_image(const Descriptor& d) {
  return (d.output.height + d.rows_per_tile - 1) / d.rows_per_tile;
}

}  // namespace

RowTile row_tile(const Descriptor& d, int begin, int end) {
  RowTile tile{begin, end, begin, end};
  if (d.opcode == Opcode::Resample) {
    tile.input_begin = d.resample.first_row + begin * d.resample.step_height;
    tile.input_end = d.resample.first_row + (end - 1) * d.resample.step_height + 1;
  } else if (d.opcode != Opcode::Add) {
    const Window& w = d.window;
    const int first = begin * w.stride_height - w.pad_top;
    const int last = (end - 1) * w.stride_height - w.pad_top + w.dilation_height * (w.kernel_height - 1);
    tile.input_begin = std::clamp(first, 0, d.input.height);
    tile.input_end = std::clamp(last + 1, tile.input_begin, d.input.height);
  }
  return tile;
}

int tile_count(const Descriptor& d) {
  return tiles_of_image(d) * ((d.images + d.images_per_tile - 1) / d.images_per_tile);
}

RowTile row_tile(const Descriptor& d, int tile) {
  const int tiles = tiles_of_image(d);
  const int begin = tile % tiles * d.rows_per_tile;
  RowTile result = row_tile(d, begin, std::min(begin + d.rows_per_tile, d.output.height));
  result.first_image = tile / tiles * d.images_per_tile;
  result.images = std::min(d.images_per_tile, d.images - result.first_image);
  if (d.images_per_tile > 1) {  // one transfer takes whole images
    result.input_begin = 0;
    result.input_end = d.input.height;
  }
  return result;
}

RowTile whole_batch(const Descriptor& d) {
  return {0, d.output.height, 0, d.input.height, 0, d.images};
}

std::array<TileKind, 2> tile_kinds(const Descriptor& d) {
  const auto tiles = static_cast<std::uint64_t>(tile_count(d));
  const std::uint64_t last = d.images_per_tile > 1 ? 1 : static_cast<std::uint64_t>(d.images);
  return {{{tiles - last, row_tile(d, 0)}, {last, row_tile(d, static_cast<int>(tiles) - 1)}}};
}

std::uint64_t positions_of(const Descriptor& d, const RowTile& tile) {
  return static_cast<std::uint64_t>(tile.images) * static_cast<std::uint64_t>(tile.rows()) *
         static_cast<std::uint64_t>(d.output.width);
}

Bytes input_bytes(const Descriptor& d, const RowTile& tile) {
  return static_cast<Bytes>(tile.images) * static_cast<Bytes>(tile.input_rows()) * input_row_bytes(d);
}

Bytes output_bytes(const Descriptor& d, const RowTile& tile) {
  return static_cast<Bytes>(tile.images) * static_cast<Bytes>(tile.rows()) * output_row_bytes(d);
}

Bytes input_offset(const Descriptor& d, const RowTile& tile) {
  const Bytes row = static_cast<Bytes>(tile.first_image) * static_cast<Bytes>(d.input.height);
  return (row + static_cast<Bytes>(tile.input_begin)) * input_row_bytes(d);
}

Bytes output_offset(const Descriptor& d, const RowTile& tile) {
  const Bytes row = static_cast<Bytes>(tile.first_image) * static_cast<Bytes>(d.output.height);
  return (row + static_cast<Bytes>(tile.begin)) * output_row_bytes(d);
}

Bytes largest_input_bytes(const Descriptor& d) {
  Bytes largest = 0;
  const int tiles = d.images_per_tile > 1 ? 1 : tiles_of_image(d);  // all images are tiled alike
  for (int t = 0; t < tiles; ++t) largest = std::max(largest, input_bytes(d, row_tile(d, t)));
  return largest;
}

Bytes largest_output_bytes(const Descriptor& d) {
  return static_cast<Bytes>(d.images_per_tile) * static_cast<Bytes>(d.rows_per_tile) * output_row_bytes(d);
}

std::uint64_t largest_positions(const Descriptor& d) {
  return static_cast<std::uint64_t>(d.images_per_tile) * static_cast<std::uint64_t>(d.rows_per_tile) *
         static_cast<std::uint64_t>(d.output.width);
}

std::vector<ChannelGroup> channel_groups(const Descriptor& d) {
  const int per_convolution_group = d.output.channels / d.groups;
  std::vector<ChannelGroup> groups;
  if (d.groups == 1 || d.channels_per_group < per_convolution_group) {
    for (int g = 0; g < d.groups; ++g)
      for (int begin = 0; begin < per_convolution_group; begin += d.channels_per_group)
        groups.push_back({g * per_convolution_group + begin,
                          g * per_convolution_group + std::min(begin + d.channels_per_group, per_convolution_group)});
    return groups;
  }
  const int step = d.channels_per_group / per_convolution_group * per_convolution_group;
  for (int begin = 0; begin < d.output.channels; begin += step)
    groups.push_back({begin, std::min(begin + step, d.output.channels)});
  return groups;
}

int fan_in(const Descriptor& d) {
  return d.window.kernel_height * d.window.kernel_width * (d.input.channels / d.groups);
}

DepthwiseMapping mapping_of(const Descriptor& d) {
  if (d.lanes > 0) return DepthwiseMapping::Vector;
  return d.packed_groups > 1 ? DepthwiseMapping::Diagonal : DepthwiseMapping::Naive;
}

std::uint64_t elements_of(const Descriptor& d, const ArrayConfig& array) {
  return d.lanes > 0 ? static_cast<std::uint64_t>(d.lanes) : array.array_elements();
}

int packed_groups(const Descriptor& d, const ArrayConfig& array) {
  if (d.opcode != Opcode::Convolution || array.depthwise != DepthwiseMapping::Diagonal) return 1;
  return std::clamp(array.columns / (d.output.channels / d.groups), 1, d.groups);
}

std::uint64_t vector_operations(const Descriptor& d, const RowTile& tile, const ChannelGroup& group) {
  const auto channels = static_cast<std::uint64_t>(group.channels());
  if (d.opcode != Opcode::AveragePool && d.opcode != Opcode::MaxPool) return positions_of(d, tile) * channels;
  const auto inside = [](int begin, int end, int stride, int pad, int taps, int dilation, int size) {
    std::uint64_t count = 0;
    for (int position = begin; position < end; ++position)
      for (int tap = 0; tap < taps; ++tap) {
        const int coordinate = position * stride - pad + tap * dilation;
        count += coordinate >= 0 && coordinate < size ? 1 : 0;
      }
    return count;
  };
  const Window& w = d.window;
  return static_cast<std::uint64_t>(tile.images) * channels *
         inside(tile.begin, tile.end, w.stride_height, w.pad_top, w.kernel_height, w.dilation_height, d.input.height) *
         inside(0, d.output.width, w.stride_width, w.pad_left, w.kernel_width, w.dilation_width, d.input.width);
}

std::uint64_t macs_of(const Descriptor& d) {
  if (d.opcode != Opcode::Convolution) return 0;
  return static_cast<std::uint64_t>(d.images) * d.output.size() * static_cast<std::uint64_t>(fan_in(d));
}

Bytes input_row_bytes(const Descriptor& d) {
  return static_cast<Bytes>(d.input.width) * static_cast<Bytes>(d.input.channels);
}

Bytes output_row_bytes(const Descriptor& d) {
  return static_cast<Bytes>(d.output.width) * static_cast<Bytes>(d.output.channels) *
         static_cast<Bytes>(element_bytes(d.output_type));
}

}  // namespace axvp
