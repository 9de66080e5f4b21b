#include "axvp/qos/receptive_fields.h"

#include "axvp/common/parallel.h"
#include "axvp/common/random.h"
#include "axvp/workloads/exact_network.h"

namespace axvp {
namespace {

/// A layer's convolution and the tensor that it reads.
struct LayerView {
  const QuantizedConvolution* convolution = nullptr;
  Shape input;
  TensorId tensor = 0;

  [[nodiscard]] int rows() const { return convolution->window.output_height(input.height); }
  [[nodiscard]] int columns() const { return convolution->window.output_width(input.width); }
};

LayerView view(const QuantizedNetwork& network, std::size_t layer) {
  const TensorId tensor = network.nodes[network.layers()[layer]].inputs[0];
  return {&network.layer(layer), network.tensors[tensor].shape, tensor};
}

/// The bytes that output (row, column) reads, [group][kernel row][kernel column][channel in group].
void gather(const LayerView& layer, const StoredTensor& tensor, int row, int column, std::uint8_t* bytes) {
  const Window& w = layer.convolution->window;
  const int inputs = layer.input.channels / layer.convolution->groups;
  for (int g = 0; g < layer.convolution->groups; ++g)
    for (int i = 0; i < w.kernel_height; ++i)
      for (int j = 0; j < w.kernel_width; ++j) {
        const int y = row * w.stride_height - w.pad_top + i * w.dilation_height;
        const int x = column * w.stride_width - w.pad_left + j * w.dilation_width;
        const bool is_inside = y >= 0 && y < layer.input.height && x >= 0 && x < layer.input.width;
        const std::size_t first = static_cast<std::size_t>((y * layer.input.width + x) * layer.input.channels);
        for (int c = 0; c < inputs; ++c)
          *bytes++ = is_inside ? tensor[first + static_cast<std::size_t>(g * inputs + c)] : std::uint8_t{0};
      }
}

}  // namespace

Result<std::vector<ReceptiveFields>> draw_receptive_fields(const Quantisation& quantisation, const Dataset& images,
                                                           std::size_t count, std::uint64_t seed) {
  const QuantizedNetwork& network = quantisation.network;
  const auto stored = stored_images(network, images);
  if (!stored) return forward_error(stored);
  const auto exact = exact_executor(quantisation);
  if (!exact) return forward_error(exact);
  const std::size_t layers = network.layers().size();
  std::vector<ReceptiveFields> fields;
  std::vector<std::vector<std::size_t>> positions;  // [layer][field]
  for (std::size_t l = 0; l < layers; ++l) {
    const LayerView layer = view(network, l);
    Random random{derive_seed(seed, l)};
    auto& of_layer = positions.emplace_back();
    for (std::size_t f = 0; f < count; ++f)
      of_layer.push_back(
          random.below(static_cast<std::uint64_t>(layer.rows()) * static_cast<std::uint64_t>(layer.columns())));
    const auto groups = static_cast<std::size_t>(layer.convolution->groups);
    const auto fan_in = static_cast<std::size_t>(layer.convolution->fan_in(layer.input));
    fields.push_back({count, groups, fan_in, std::vector<std::uint8_t>(count * groups * fan_in),
                      network.tensors[layer.tensor].type == ElementType::Signed8});
  }
  for_each_dynamic(std::min(stored->size(), count), 0, [&](std::size_t image) {
    const auto tensors = exact->run_all((*stored)[image]);
    for (std::size_t l = 0; l < layers; ++l) {
      const LayerView layer = view(network, l);
      const std::size_t size = fields[l].groups * fields[l].fan_in;
      for (std::size_t f = image; f < count; f += stored->size()) {
        const auto position = static_cast<int>(positions[l][f]);
        gather(layer, tensors[layer.tensor], position / layer.columns(), position % layer.columns(),
               fields[l].bytes.data() + f * size);
      }
    }
  });
  return fields;
}

}  // namespace axvp
