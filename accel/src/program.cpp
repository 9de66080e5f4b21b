#include "axvp/accel/program.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "axvp/accel/array_block.h"
#include "axvp/accel/events.h"
#include "axvp/accel/mapping.h"
#include "axvp/accel/memory_map.h"
#include "axvp/accel/parameter_set.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/gated_products.h"

namespace axvp {
namespace {

constexpr std::size_t kNoLayer = std::numeric_limits<std::size_t>::max();

std::uint32_t aligned(std::uint64_t bytes) {
  return static_cast<std::uint32_t>((bytes + kDramAlignment - 1) / kDramAlignment * kDramAlignment);
}

void put_word(std::vector<std::uint8_t>& bytes, std::uint32_t word) {
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
}

std::uint32_t get_word(const std::uint8_t* bytes) {
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  return word;
}

/// DRAM from its first byte on; equal blobs can be shared.
class ImageBuilder {
 public:
  std::uint32_t append(const std::vector<std::uint8_t>& bytes) {
    const auto offset = aligned(image_.size());
    image_.resize(offset);
    image_.insert(image_.end(), bytes.begin(), bytes.end());
    return kDramBase + offset;
  }
  std::uint32_t append_once(const std::vector<std::uint8_t>& bytes) {
    const auto found = shared_.find(bytes);
    if (found != shared_.end()) return found->second;
    return shared_[bytes] = append(bytes);
  }
  void overwrite(std::uint32_t address, const DescriptorBytes& bytes) {
    std::copy(bytes.begin(), bytes.end(), image_.begin() + (address - kDramBase));
  }
  [[nodiscard]] std::size_t size() const { return image_.size(); }
  std::vector<std::uint8_t> take() { return std::move(image_); }

 private:
  std::vector<std::uint8_t> image_;
  std::map<std::vector<std::uint8_t>, std::uint32_t> shared_;
};

struct OperationOf {
  Descriptor& d;

  const char* operator()(const QuantizedConvolution& c) const {
    d.opcode = Opcode::Convolution;
    d.window = c.window;
    d.groups = c.groups;
    d.range = c.range;
    return "convolution";
  }
  const char* operator()(const QuantizedAdd& a) const {
    d.opcode = Opcode::Add;
    d.add = a.scaling;
    d.range = a.range;
    return "add";
  }
  const char* operator()(const QuantizedAveragePool& p) const {
    d.opcode = Opcode::AveragePool;
    d.window = p.window;
    d.pool = p.scaling;
    d.range = p.range;
    return "average_pool";
  }
  const char* operator()(const QuantizedMaxPool& p) const {
    d.opcode = Opcode::MaxPool;
    d.window = p.window;
    return "max_pool";
  }
  const char* operator()(const Resample& r) const {
    d.opcode = Opcode::Resample;
    d.resample = r;
    return "resample";
  }
};

class Compiler {
 public:
  Compiler(const QuantizedNetwork& network, const std::vector<OperatingPoint>& points, const SelectablePool& pool,
           const PlatformConfig& config)
      : network_(network), points_(points), pool_(pool), config_(config), layers_(network.layers()) {}

  Result<Program> run() {
    if (auto valid = validate(config_); !valid) return forward_error(valid);
    program_.images = static_cast<std::uint32_t>(config_.batch);
    for (const auto step : {&Compiler::check_points, &Compiler::check_accumulators, &Compiler::place_parameters,
                            &Compiler::place_tensors_and_descriptors})
      if (auto done = (this->*step)(); !done) return forward_error(done);
    program_.network = network_.name;
    program_.point_count = static_cast<std::uint32_t>(points_.size());
    for (const auto& point : points_) program_.point_names.push_back(point.name);
    program_.image = image_.take();
    return std::move(program_);
  }

 private:
  const std::string& layer_name(std::size_t layer) const { return network_.nodes[layers_[layer]].name; }

  Result<void> check_points() {
    if (points_.empty()) return fail("{}: no operating point", network_.name);
    if (network_.nodes.empty()) return fail("{}: no operation", network_.name);
    if (network_.nodes.back().output != network_.output)
      return fail("{}: the last operation, {}, does not compute the output", network_.name, network_.nodes.back().name);
    if (pool_.ids.size() != pool_.tables.size() || pool_.ids.empty() || pool_.ids.size() > kMaxSelectables)
      return fail("the pool has {} selectables and {} tables, expected 1 to {} of each", pool_.ids.size(),
                  pool_.tables.size(), kMaxSelectables);
    if (pool_.encoding != network_.encoding)
      return fail("the pool is coded {}, the network {}", to_string(pool_.encoding), to_string(network_.encoding));
    const std::uint64_t record = kPointRecordHeadBytes + kPointRecordLayerBytes * std::uint64_t{layers_.size()};
    if (record > kCommandBufferBytes)
      return fail("{}: {} layers need {} bytes of the command buffer, which has {}", network_.name, layers_.size(),
                  record, kCommandBufferBytes);
    for (const auto& point : points_) {
      if (point.selectable_of_layer.size() != layers_.size() || point.requantisation.size() != layers_.size())
        return fail("operating point {}: {} selectables and {} requantisation sets for the {} layers of {}", point.name,
                    point.selectable_of_layer.size(), point.requantisation.size(), layers_.size(), network_.name);
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        if (!selector_of(point, l))
          return fail("operating point {}: layer {}: the pool has no `{}`{}", point.name, layer_name(l),
                      point.selectable_of_layer[l], suggestion(point.selectable_of_layer[l], pool_.ids));
        const auto channels = static_cast<std::size_t>(network_.layer(l).output_channels);
        if (point.requantisation[l].size() != channels)
          return fail("operating point {}: layer {}: {} requantisation entries for {} channels", point.name,
                      layer_name(l), point.requantisation[l].size(), channels);
      }
    }
    return {};
  }

  std::optional<std::uint8_t> selector_of(const OperatingPoint& point, std::size_t layer) const {
    const auto found = std::find(pool_.ids.begin(), pool_.ids.end(), point.selectable_of_layer[layer]);
    if (found == pool_.ids.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - pool_.ids.begin());
  }

  /// K * max|product| must fit the int32 accumulator for every layer and operating point.
  Result<void> check_accumulators() {
    std::map<std::pair<std::uint8_t, bool>, std::int64_t> largest;
    for (const auto& point : points_)
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        const QuantizedTensor& input = network_.tensors[network_.nodes[layers_[l]].inputs[0]];
        const bool is_signed = input.type == ElementType::Signed8;
        const std::uint8_t selector = *selector_of(point, l);
        auto [entry, is_new] = largest.try_emplace({selector, is_signed}, 0);
        if (is_new)
          entry->second = GatedProducts{pool_.tables[selector], pool_.encoding, is_signed}.largest_magnitude();
        const std::int64_t k = network_.layer(l).fan_in(input.shape);
        if (entry->second * k > std::numeric_limits<std::int32_t>::max())
          return fail(
              "layer {}, operating point {}, selectable {}: {} products of up to {} overflow the int32 "
              "accumulator",
              layer_name(l), point.name, pool_.ids[selector], k, entry->second);
      }
    return {};
  }

  Result<void> place_parameters() {
    parameter_offset_.resize(layers_.size());
    std::uint32_t next = aligned(layers_.size());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      parameter_offset_[l] = next;
      next += static_cast<std::uint32_t>(points_[0].requantisation[l].size() * kRequantisationBytes);
      if (next > config_.parameter_bytes())
        return fail(
            "layer {}: the requantisation sets up to here need {} bytes of the parameter memory, which has {}; "
            "raise scratchpads.parameter_kb",
            layer_name(l), next, config_.parameter_bytes());
    }
    program_.parameter_bytes = next;
    const DescriptorBytes empty{};
    for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
      const auto address = image_.append({empty.begin(), empty.end()});
      if (i == 0) program_.descriptor_address = address;
    }
    place_points();
    return {};
  }

  void place_points() {
    std::vector<std::vector<std::uint8_t>> records;
    for (const auto& point : points_) {
      std::vector<std::uint8_t> selectors;
      for (std::size_t l = 0; l < layers_.size(); ++l) selectors.push_back(*selector_of(point, l));
      std::vector<std::uint8_t> record;
      put_word(record, image_.append(selectors));
      put_word(record, 0);
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        const auto set = pack_requantisation(point.requantisation[l]);
        put_word(record, image_.append_once(set));
        put_word(record, static_cast<std::uint32_t>(set.size()));
        put_word(record, parameter_offset_[l]);
      }
      records.push_back(std::move(record));
    }
    std::vector<std::uint8_t> table;
    put_word(table, static_cast<std::uint32_t>(layers_.size()));
    put_word(table, static_cast<std::uint32_t>(records[0].size()));
    put_word(table, static_cast<std::uint32_t>(records.size()));
    put_word(table, 0);
    for (const auto& record : records) table.insert(table.end(), record.begin(), record.end());
    program_.point_table_address = image_.append(table);
  }

  Result<void> place_tensors_and_descriptors() {
    std::vector<Descriptor> descriptors;
    std::size_t layer = 0;
    for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
      auto d = describe(i, layer);
      if (!d) return forward_error(d);
      if (d->opcode == Opcode::Convolution) ++layer;
      descriptors.push_back(std::move(*d));
    }
    std::uint64_t next = aligned(image_.size());
    for (const auto& tensor : network_.tensors) {
      const Bytes bytes = program_.images * tensor.shape.size() * static_cast<Bytes>(element_bytes(tensor.type));
      program_.tensors.push_back({static_cast<std::uint32_t>(kDramBase + next), bytes, tensor.type});
      next += (bytes + kDramAlignment - 1) / kDramAlignment * kDramAlignment;
      if (next > config_.dram_bytes())
        return fail(
            "{}: tensor {}: weights, tables and tensors up to here need {} bytes of DRAM, which has {}; raise "
            "dram.size_mb{}",
            network_.name, tensor.name, next, config_.dram_bytes(), config_.batch > 1 ? " or lower batch" : "");
    }
    program_.dram_bytes = next;
    program_.input = program_.tensors[network_.input];
    program_.output = program_.tensors[network_.output];
    program_.output_step = network_.tensors[network_.output].scale;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      Descriptor& d = descriptors[i];
      const QuantizedNode& node = network_.nodes[i];
      d.input_address = program_.tensors[node.inputs[0]].address;
      d.second_address = d.opcode == Opcode::Add ? program_.tensors[node.inputs[1]].address : d.input_address;
      d.output_address = program_.tensors[node.output].address;
      if (auto checked = check(d, config_); !checked) return fail_in(node.name, checked);
      image_.overwrite(program_.descriptor_address + static_cast<std::uint32_t>(i * kDescriptorBytes), encode(d));
      finish_node(i, d);
    }
    program_.descriptors = std::move(descriptors);
    return {};
  }

  Result<Descriptor> describe(std::size_t index, std::size_t layer) {
    const QuantizedNode& node = network_.nodes[index];
    const QuantizedTensor& input = network_.tensors[node.inputs[0]];
    const QuantizedTensor& output = network_.tensors[node.output];
    Descriptor d;
    program_.nodes.push_back({node.name, std::visit(OperationOf{d}, node.operation), std::nullopt});
    d.last = index + 1 == network_.nodes.size();
    d.node = static_cast<std::uint16_t>(index);
    d.input = input.shape;
    d.output = output.shape;
    d.images = config_.batch;
    d.input_type = d.second_type = input.type;
    d.output_type = output.type;
    if (d.opcode == Opcode::Add) {
      d.second_type = network_.tensors[node.inputs[1]].type;
      if (network_.tensors[node.inputs[1]].shape != input.shape)
        return fail("{}: the operands of the sum have different shapes", node.name);
    }
    if (const auto* convolution = std::get_if<QuantizedConvolution>(&node.operation)) {
      program_.nodes.back().layer = layer;
      d.layer = static_cast<std::uint16_t>(layer);
      d.parameter_offset = parameter_offset_[layer];
      const auto expected = output.shape.channels * static_cast<std::size_t>(convolution->fan_in(input.shape));
      if (convolution->weights.size() != expected)
        return fail("{}: {} weights, {} expected", node.name, convolution->weights.size(), expected);
      std::vector<std::uint8_t> bytes(convolution->weights.size());
      std::transform(convolution->weights.begin(), convolution->weights.end(), bytes.begin(),
                     [](std::int8_t w) { return static_cast<std::uint8_t>(w); });
      d.weight_address = image_.append(bytes);
      program_.weight_addresses.push_back(d.weight_address);
    }
    return plan_tiling(std::move(d), node.name, config_);
  }

  void finish_node(std::size_t index, const Descriptor& d) {
    ProgramNode& node = program_.nodes[index];
    const DramTraffic traffic = dram_traffic(d);
    node.macs = macs_of(d);
    node.padding_macs = padding_macs_of(d);
    node.slots = array_slots_of(d, config_.array);
    node.runs = static_cast<std::uint64_t>(tile_count(d)) *
                (d.opcode == Opcode::Convolution ? channel_groups(d).size() : std::size_t{1});
    node.input_bytes = traffic.input;
    node.weight_bytes = traffic.weights;
    node.output_bytes = traffic.output;
  }

  const QuantizedNetwork& network_;
  const std::vector<OperatingPoint>& points_;
  const SelectablePool& pool_;
  const PlatformConfig& config_;
  std::vector<std::size_t> layers_;
  std::vector<std::uint32_t> parameter_offset_;
  ImageBuilder image_;
  Program program_;
};

/// Sum over a kernel's `taps` along one axis of the outputs whose input lies in [0, size).
std::uint64_t inside(int taps, int dilation, int stride, int pad, int size, int outputs) {
  std::uint64_t count = 0;
  for (int tap = 0; tap < taps; ++tap) {
    const int offset = tap * dilation - pad;  // input of output 0
    const int first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const int end = size - offset <= 0 ? 0 : std::min(outputs, (size - offset + stride - 1) / stride);
    count += static_cast<std::uint64_t>(std::max(0, end - first));
  }
  return count;
}

}  // namespace

std::size_t output_count(const Program& program) {
  return program.output.bytes / program.images / static_cast<std::size_t>(element_bytes(program.output.type));
}

std::uint64_t padding_macs_of(const Descriptor& d) {
  if (d.opcode != Opcode::Convolution) return 0;
  const Window& w = d.window;
  const std::uint64_t rows =
      inside(w.kernel_height, w.dilation_height, w.stride_height, w.pad_top, d.input.height, d.output.height);
  const std::uint64_t columns =
      inside(w.kernel_width, w.dilation_width, w.stride_width, w.pad_left, d.input.width, d.output.width);
  const auto pairs = static_cast<std::uint64_t>(d.output.channels) *
                     static_cast<std::uint64_t>(d.input.channels / d.groups);  // of channels that a tap multiplies
  return macs_of(d) - static_cast<std::uint64_t>(d.images) * rows * columns * pairs;
}

std::uint64_t array_slots_of(const Descriptor& d, const ArrayConfig& array) {
  if (d.opcode != Opcode::Convolution) return 0;
  std::uint64_t steps = 0;
  const auto groups = channel_groups(d);
  for (int t = 0; t < tile_count(d); ++t) {
    const std::uint64_t positions = positions_of(d, row_tile(d, t));
    for (const ChannelGroup& group : groups) {
      for (const FoldGroup& folds : run_folds(d, group, positions, array.dataflow, array))
        steps += folds.folds * folds.length;
    }
  }
  return steps * elements_of(d, array);
}

Result<Program> compile(const QuantizedNetwork& network, const std::vector<OperatingPoint>& points,
                        const SelectablePool& pool, const PlatformConfig& config) {
  return Compiler{network, points, pool, config}.run();
}

PointTableHeader decode_point_header(const std::uint8_t* bytes) {
  return {get_word(bytes), get_word(bytes + 4), get_word(bytes + 8)};
}

PointRecord decode_point_record(const std::uint8_t* bytes, std::uint32_t layers) {
  PointRecord record;
  record.selector_address = get_word(bytes);
  const std::uint8_t* next = bytes + kPointRecordHeadBytes;
  for (std::uint32_t l = 0; l < layers; ++l, next += kPointRecordLayerBytes)
    record.sets.push_back({get_word(next), get_word(next + 4), get_word(next + 8)});
  return record;
}

}  // namespace axvp
