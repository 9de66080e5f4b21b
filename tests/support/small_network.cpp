#include "small_network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace axvp::testing {
namespace {

constexpr double kTypicalProduct = 1500.0;
constexpr double kTypicalOutput = 60.0;
constexpr double kTypicalLogit = 20000.0;

const TruthTable& table_of(const SelectablePool& pool, const std::string& id) {
  const auto found = std::find(pool.ids.begin(), pool.ids.end(), id);
  if (found == pool.ids.end()) throw std::invalid_argument(id);
  return pool.tables[static_cast<std::size_t>(found - pool.ids.begin())];
}

}  // namespace

Window square_window(int kernel, int stride, int pad) {
  Window window;
  window.kernel_height = window.kernel_width = kernel;
  window.stride_height = window.stride_width = stride;
  window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = pad;
  return window;
}

TensorId NetworkBuilder::input(const Shape& shape, ElementType type) {
  network_.name = "hand-made";
  network_.tensors.push_back({"input", shape, type, 0.02});
  network_.input = 0;
  return 0;
}

TensorId NetworkBuilder::add_node(const std::string& kind, QuantizedOperation operation, std::vector<TensorId> inputs,
                                  Shape shape, ElementType type) {
  const std::string name = kind + "_" + std::to_string(network_.nodes.size());
  const TensorId id = network_.tensors.size();
  network_.tensors.push_back({name + "_out", shape, type, 0.02});
  network_.nodes.push_back({name, std::move(operation), std::move(inputs), id});
  return id;
}

TensorId NetworkBuilder::convolution(TensorId in, int output_channels, const Window& window, int groups,
                                     ElementType type) {
  const Shape shape = network_.tensors[in].shape;
  QuantizedConvolution c;
  c.window = window;
  c.groups = groups;
  c.output_channels = output_channels;
  c.range = full_range(type, network_.encoding);
  c.weights.resize(static_cast<std::size_t>(output_channels) * static_cast<std::size_t>(c.fan_in(shape)));
  for (auto& w : c.weights)
    w = random_.below(8) == 0 ? std::int8_t{0} : static_cast<std::int8_t>(random_.between(-127, 127));
  c.weight_scales.assign(static_cast<std::size_t>(output_channels), 0.01);
  return add_node("conv", std::move(c), {in},
                  {output_channels, window.output_height(shape.height), window.output_width(shape.width)}, type);
}

TensorId NetworkBuilder::add(TensorId a, TensorId b) {
  const QuantizedAdd add{make_add_scaling(0.6, 0.45), full_range(ElementType::Unsigned8, network_.encoding)};
  return add_node("add", add, {a, b}, network_.tensors[a].shape, ElementType::Unsigned8);
}

TensorId NetworkBuilder::average_pool(TensorId in, const Window& window) {
  const QuantizedTensor& tensor = network_.tensors[in];
  const QuantizedAveragePool pool{window, make_pool_scaling(1.0 / (window.kernel_height * window.kernel_width)),
                                  full_range(tensor.type, network_.encoding)};
  return add_node(
      "average_pool", pool, {in},
      {tensor.shape.channels, window.output_height(tensor.shape.height), window.output_width(tensor.shape.width)},
      tensor.type);
}

TensorId NetworkBuilder::max_pool(TensorId in, const Window& window) {
  const QuantizedTensor& tensor = network_.tensors[in];
  return add_node(
      "max_pool", QuantizedMaxPool{window}, {in},
      {tensor.shape.channels, window.output_height(tensor.shape.height), window.output_width(tensor.shape.width)},
      tensor.type);
}

TensorId NetworkBuilder::resample(TensorId in, const Resample& r) {
  const QuantizedTensor& tensor = network_.tensors[in];
  const Shape& s = tensor.shape;
  return add_node(
      "resample", r, {in},
      {s.channels + r.channels_before + r.channels_after, (s.height - r.first_row + r.step_height - 1) / r.step_height,
       (s.width - r.first_column + r.step_width - 1) / r.step_width},
      tensor.type);
}

QuantizedNetwork NetworkBuilder::classifier(TensorId in, int classes) {
  network_.output = convolution(in, classes, square_window(1, 1, 0), 1, ElementType::Signed32);
  return std::move(network_);
}

QuantizedNetwork small_residual_network(std::uint64_t seed) {
  NetworkBuilder b{seed};
  const TensorId image = b.input({3, 12, 12}, ElementType::Signed8);
  const TensorId stem = b.convolution(image, 8, square_window(3, 1, 1));
  const TensorId inner = b.convolution(stem, 8, square_window(3, 1, 1));
  const TensorId outer = b.convolution(inner, 8, square_window(3, 1, 1), 1, ElementType::Signed8);
  const TensorId first = b.add(outer, stem);
  const TensorId down = b.convolution(first, 20, square_window(3, 2, 1), 1, ElementType::Signed8);
  Resample shortcut;
  shortcut.step_height = shortcut.step_width = 2;
  shortcut.channels_before = 5;
  shortcut.channels_after = 7;
  const TensorId second = b.add(down, b.resample(first, shortcut));
  const TensorId depthwise = b.convolution(second, 20, square_window(3, 1, 1), 20);
  const TensorId grouped = b.convolution(depthwise, 24, square_window(1, 1, 0), 4);
  const TensorId pooled = b.max_pool(grouped, square_window(3, 2, 1));
  return b.classifier(b.average_pool(pooled, square_window(3, 1, 0)), 10);
}

QuantizedNetwork resnet20_shaped_network(std::uint64_t seed) {
  NetworkBuilder b{seed};
  TensorId x = b.convolution(b.input({3, 32, 32}, ElementType::Signed8), 16, square_window(3, 1, 1));
  for (const int channels : {16, 32, 64})
    for (int block = 0; block < 3; ++block) {
      const bool shrinks = channels > 16 && block == 0;
      const TensorId inner = b.convolution(x, channels, square_window(3, shrinks ? 2 : 1, 1));
      const TensorId outer = b.convolution(inner, channels, square_window(3, 1, 1), 1, ElementType::Signed8);
      Resample shortcut;
      shortcut.step_height = shortcut.step_width = 2;
      shortcut.channels_before = shortcut.channels_after = channels / 4;
      x = b.add(outer, shrinks ? b.resample(x, shortcut) : x);
    }
  return b.classifier(b.average_pool(x, square_window(8, 1, 0)), 10);
}

SelectablePool small_pool() {
  SelectablePool pool;
  pool.ids = {"exact", "coarse", "shifted"};
  pool.tables = {TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w; }),
                 TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return x * w & ~63; }),
                 TruthTable::from_function([](std::uint8_t x, std::uint8_t w) { return (x & ~3) * w + 17; })};
  return pool;
}

OperatingPoint make_point(const QuantizedNetwork& network, const std::string& name,
                          const std::vector<std::string>& selectables, std::uint64_t seed) {
  Random random{seed};
  OperatingPoint point;
  point.name = name;
  const auto layers = network.layers();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const QuantizedNode& node = network.nodes[layers[l]];
    const QuantizedConvolution& convolution = network.layer(l);
    const double deviation =
        kTypicalProduct * std::sqrt(static_cast<double>(convolution.fan_in(network.tensors[node.inputs[0]].shape)));
    const bool logits = network.tensors[node.output].type == ElementType::Signed32;
    std::vector<Requantisation> set;
    for (int c = 0; c < convolution.output_channels; ++c) {
      const std::uint64_t kind = random.below(10);
      const double sign = kind == 0 ? 0.0 : kind == 1 ? -1.0 : 1.0;
      const double target = logits ? kTypicalLogit : kTypicalOutput;
      set.push_back(make_requantisation(sign * random.uniform(0.5, 1.5) * target / deviation,
                                        random.uniform(-0.5, 0.5) * target));
    }
    point.requantisation.push_back(std::move(set));
    point.selectable_of_layer.push_back(selectables[l % selectables.size()]);
  }
  return point;
}

StoredTensor random_input(const QuantizedNetwork& network, std::uint64_t seed) {
  Random random{seed};
  const QuantizedTensor& input = network.tensors[network.input];
  const ClampRange range = full_range(input.type, network.encoding);
  StoredTensor bytes(input.shape.size());
  for (auto& byte : bytes)
    byte = random.below(3) == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(random.between(range.low, range.high));
  return bytes;
}

EnergyTable small_energy_table(double factor) {
  EnergyTable table;
  table.origin.library = "test";
  const SelectablePool pool = small_pool();
  for (std::size_t i = 0; i < pool.ids.size(); ++i) {
    SelectableEnergy row;
    row.selectable = pool.ids[i];
    row.multiplier = pool.ids[i];
    row.exact_reference = pool.ids.front();
    row.per_mac.internal = Picojoules{factor * static_cast<double>(3 - i)};
    row.leakage = Nanowatts{10.0};
    table.rows.push_back(row);
  }
  PeEnergy pe;
  pe.active_mac.internal = Picojoules{0.5};
  pe.gated_mac.internal = Picojoules{0.25};
  pe.idle_cycle.internal = Picojoules{0.125};
  pe.weight_load.internal = Picojoules{0.25};
  pe.leakage = Nanowatts{20.0};
  table.pes.push_back(pe);
  pe.kind = ElementKind::OutputStationary;
  pe.weight_load = {};
  table.pes.push_back(pe);
  table.vector_lane.per_operation.internal = Picojoules{2.0};
  table.vector_lane.leakage = Nanowatts{40.0};
  table.memory.sram = {{1024, Picojoules{0.5}, Picojoules{0.75}}, {1 << 20, Picojoules{1.0}, Picojoules{1.5}}};
  table.memory.dram_read_per_byte = Picojoules{40.0};
  table.memory.dram_write_per_byte = Picojoules{50.0};
  return table;
}

std::vector<std::int32_t> executor_logits(const QuantizedNetwork& network, const OperatingPoint& point,
                                          const SelectablePool& pool, const StoredTensor& input) {
  std::vector<TruthTable> tables;
  for (const auto& id : point.selectable_of_layer) tables.push_back(table_of(pool, id));
  const auto executor = Int8Executor::create(network, point, tables);
  if (!executor) throw std::invalid_argument(executor.error().message);
  return executor->run(input);
}

}  // namespace axvp::testing
