#include "axvp/workloads/int8_executor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace axvp {
namespace {

constexpr std::size_t kNoLayer = std::numeric_limits<std::size_t>::max();

/// Working memory of the calling thread: kept between layers and images.
KernelScratch& thread_scratch() {
  thread_local KernelScratch scratch;
  return scratch;
}

}  // namespace

std::int32_t stored_word(const std::uint8_t* bytes) {
  std::uint32_t word = 0;
  for (std::size_t byte = 0; byte < 4; ++byte) word |= static_cast<std::uint32_t>(bytes[byte]) << (8 * byte);
  return static_cast<std::int32_t>(word);
}

StoredTensor quantise_image(const QuantizedNetwork& network, const Image& image) {
  const QuantizedTensor& input = network.tensors[network.input];
  const ClampRange range = full_range(input.type, network.encoding);
  std::array<std::array<std::uint8_t, 256>, 3> byte_of{};
  for (std::size_t c = 0; c < 3; ++c)
    for (int value = 0; value < 256; ++value) {
      const Preprocessing& p = network.preprocessing;
      const double real = (value / p.divisor - p.mean[c]) / p.deviation[c];
      byte_of[c][static_cast<std::size_t>(value)] =
          static_cast<std::uint8_t>(clamp_to(static_cast<std::int64_t>(std::floor(real / input.scale + 0.5)), range));
    }
  StoredTensor stored(image.pixels.size());
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = byte_of[i % 3][image.pixels[i]];
  return stored;
}

void accumulate(const ConvolutionTile& tile, const std::shared_ptr<const ProductPlan>& plan,
                std::int32_t* accumulators) {
  const QuantizedConvolution& convolution = *tile.convolution;
  const int outputs = convolution.output_channels / convolution.groups;
  const int inputs = tile.input_shape.channels / convolution.groups;
  const int channels = tile.channel_end - tile.channel_begin;
  const int first_group = tile.channel_begin / outputs;
  const bool whole_groups = convolution.groups > 1 && channels % outputs == 0;
  ConvolutionKernel::Description description;
  description.window = convolution.window;
  description.input = tile.input_shape;
  description.channels_of_group = whole_groups ? outputs : channels;
  description.groups = whole_groups ? channels / outputs : 1;
  description.group_inputs = inputs;
  description.first_input_channel = first_group * inputs;
  description.weights = tile.weights;
  const ConvolutionKernel kernel{description, plan, default_kernel_tier()};
  kernel.accumulate_rows(tile.input, {tile.input_first_row, tile.row_begin, tile.row_end}, accumulators,
                         thread_scratch());
}

Result<Int8Executor> Int8Executor::create(const QuantizedNetwork& network, const OperatingPoint& point,
                                          const std::vector<TruthTable>& tables) {
  const auto layers = network.layers();
  if (point.requantisation.size() != layers.size() || tables.size() != layers.size() ||
      point.selectable_of_layer.size() != layers.size())
    return fail("operating point {}: {} selectables, {} tables and {} requantisation sets for the {} layers of {}",
                point.name, point.selectable_of_layer.size(), tables.size(), point.requantisation.size(), layers.size(),
                network.name);
  Int8Executor executor{network, point};
  executor.layer_of_node_.assign(network.nodes.size(), kNoLayer);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const QuantizedNode& node = network.nodes[layers[l]];
    const auto& convolution = std::get<QuantizedConvolution>(node.operation);
    const QuantizedTensor& input = network.tensors[node.inputs[0]];
    if (point.requantisation[l].size() != static_cast<std::size_t>(convolution.output_channels))
      return fail("operating point {}: layer {}: {} requantisation entries for {} channels", point.name, node.name,
                  point.requantisation[l].size(), convolution.output_channels);
    executor.layer_of_node_[layers[l]] = l;
    const bool is_signed = input.type == ElementType::Signed8;
    const auto plan = ProductPlan::of(tables[l], network.encoding, is_signed);
    const std::int64_t worst = plan->largest_magnitude() * convolution.fan_in(input.shape);
    if (worst > std::numeric_limits<std::int32_t>::max())
      return fail("layer {}, operating point {}, selectable {}: {} products of up to {} overflow the int32 accumulator",
                  node.name, point.name, point.selectable_of_layer[l], convolution.fan_in(input.shape),
                  plan->largest_magnitude());
    executor.layers_.push_back({std::make_shared<const ConvolutionKernel>(convolution, input.shape, plan),
                                std::make_shared<const RequantisationTable>(point.requantisation[l])});
  }
  return executor;
}

void Int8Executor::accumulate_layer(std::size_t index, const std::uint8_t* const* inputs, std::size_t images,
                                    std::int32_t* accumulators, KernelScratch& scratch) const {
  layers_[index].kernel->accumulate(inputs, images, accumulators, scratch);
}

std::vector<std::int32_t> Int8Executor::accumulators_of_layer(std::size_t index, const StoredTensor& input) const {
  const QuantizedNode& node = network_->nodes[network_->layers()[index]];
  std::vector<std::int32_t> accumulators(network_->tensors[node.output].shape.size());
  const std::uint8_t* image = input.data();
  accumulate_layer(index, &image, 1, accumulators.data(), thread_scratch());
  return accumulators;
}

void Int8Executor::run_node(std::size_t index, std::vector<StoredTensor>& tensors) const {
  const QuantizedNode& node = network_->nodes[index];
  StoredTensor& result = tensors[node.output];
  result.resize(stored_bytes(network_->tensors[node.output]));
  const std::uint8_t* first = tensors[node.inputs[0]].data();
  const std::uint8_t* second = node.inputs.size() > 1 ? tensors[node.inputs[1]].data() : nullptr;
  std::uint8_t* bytes = result.data();
  run_node(index, {&first, &second, &bytes, 1}, thread_scratch());
}

void Int8Executor::run_node(std::size_t index, const NodeBatch& batch, KernelScratch& scratch) const {
  const QuantizedNode& node = network_->nodes[index];
  const QuantizedTensor& in = network_->tensors[node.inputs[0]];
  const QuantizedTensor& out = network_->tensors[node.output];
  if (const auto* convolution = std::get_if<QuantizedConvolution>(&node.operation)) {
    const Layer& layer = layers_[layer_of_node_[index]];
    layer.kernel->run(batch.first, batch.images, {layer.requantisation.get(), convolution->range, out.type},
                      batch.results, scratch);
    return;
  }
  for (std::size_t i = 0; i < batch.images; ++i) {
    const std::uint8_t* first = batch.first[i];
    std::uint8_t* result = batch.results[i];
    if (const auto* add = std::get_if<QuantizedAdd>(&node.operation))
      run_add(*add, in, first, network_->tensors[node.inputs[1]], batch.second[i], out, result);
    else if (const auto* average_pool = std::get_if<QuantizedAveragePool>(&node.operation))
      run_average_pool(*average_pool, in, first, out, result);
    else if (const auto* max_pool = std::get_if<QuantizedMaxPool>(&node.operation))
      run_max_pool(*max_pool, in, first, out, result);
    else
      run_resample(std::get<Resample>(node.operation), in, first, out, result);
  }
}

std::vector<StoredTensor> Int8Executor::run_all(const StoredTensor& input) const {
  std::vector<StoredTensor> tensors(network_->tensors.size());
  tensors[network_->input] = input;
  for (std::size_t i = 0; i < network_->nodes.size(); ++i) run_node(i, tensors);
  return tensors;
}

std::vector<std::int32_t> Int8Executor::run(const StoredTensor& input) const {
  const auto tensors = run_all(input);
  const StoredTensor& bytes = tensors[network_->output];
  std::vector<std::int32_t> logits(bytes.size() / 4);
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = stored_word(bytes.data() + 4 * i);
  return logits;
}

std::size_t top1(const std::vector<std::int32_t>& logits) {
  return static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

}  // namespace axvp
