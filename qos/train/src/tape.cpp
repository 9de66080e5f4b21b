#include "tape.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/utils.h>

#include <ATen/CPUGeneratorImpl.h>
#include <algorithm>
#include <cmath>

namespace axvp::detail {
namespace {

constexpr double kLargestWeight = 127.0;

/// Latent weights as the stored integers they stand for.
at::Tensor rounded_weights(const at::Tensor& latent) {
  return at::clamp(at::floor(latent.detach() * kLargestWeight + 0.5), -kLargestWeight, kLargestWeight);
}

/// In the order of QuantizedConvolution::weights.
std::vector<std::int8_t> stored_weights(const at::Tensor& integers) {
  const at::Tensor bytes = integers.permute({0, 2, 3, 1}).to(torch::kInt8).contiguous();
  const auto* first = bytes.data_ptr<std::int8_t>();
  return {first, first + bytes.numel()};
}

/// Sums of approximate products of stored elements [image][row][column][channel]; gradients as of exact products.
struct ApproximateConvolution : torch::autograd::Function<ApproximateConvolution> {
  /// `latent` are the layer's, if it has any; else anything that needs no gradient.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& latent,
                            std::int64_t layer_address) {
    const TapeLayer& layer = *reinterpret_cast<const TapeLayer*>(layer_address);  // NOLINT(performance-no-int-to-ptr)
    context->saved_data["layer"] = layer_address;
    const at::Tensor bytes = x.to(layer.is_signed ? torch::kInt8 : torch::kUInt8).contiguous();
    const auto* first = static_cast<const std::uint8_t*>(bytes.data_ptr());
    const auto images = static_cast<std::size_t>(x.size(0));
    std::vector<const std::uint8_t*> inputs;
    for (std::size_t i = 0; i < images; ++i) inputs.push_back(first + i * layer.input.size());
    at::Tensor sums =
        torch::empty({x.size(0), layer.output.height, layer.output.width, layer.output.channels}, torch::kInt32);
    KernelScratch scratch;
    if (layer.latent.defined()) {
      context->save_for_backward({x, latent});
      QuantizedConvolution own = *layer.convolution;
      own.weights = stored_weights(rounded_weights(latent));
      const ConvolutionKernel kernel{own, layer.input, layer.plan};
      kernel.accumulate(inputs.data(), images, sums.data_ptr<std::int32_t>(), scratch);
    } else {
      layer.executor->accumulate_layer(layer.index, inputs.data(), images, sums.data_ptr<std::int32_t>(), scratch);
    }
    return sums.to(torch::kFloat);
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    const TapeLayer& layer = *reinterpret_cast<const TapeLayer*>(context->saved_data["layer"].toInt());  // NOLINT
    const Window& w = layer.convolution->window;
    const auto saved = context->get_saved_variables();
    const bool learns_weights = layer.latent.defined();
    const at::Tensor of_sums = gradients[0].permute({0, 3, 1, 2});
    const std::int64_t height = layer.input.height + w.pad_top + w.pad_bottom;
    const std::int64_t width = layer.input.width + w.pad_left + w.pad_right;
    const at::Tensor in =
        learns_weights
            ? at::constant_pad_nd(saved[0].permute({0, 3, 1, 2}), {w.pad_left, w.pad_right, w.pad_top, w.pad_bottom})
            : torch::zeros({1}).expand({of_sums.size(0), layer.input.channels, height, width});  // for its shape
    const at::Tensor weights = learns_weights ? rounded_weights(saved[1]) : layer.weights;
    const auto [padded, of_weights, of_bias] = at::convolution_backward(
        of_sums, in, weights, c10::nullopt, {w.stride_height, w.stride_width}, {0, 0},
        {w.dilation_height, w.dilation_width}, false, {0, 0}, layer.convolution->groups, {true, learns_weights, false});
    const at::Tensor own =
        padded.slice(2, w.pad_top, w.pad_top + layer.input.height).slice(3, w.pad_left, w.pad_left + layer.input.width);
    return {own.permute({0, 2, 3, 1}), learns_weights ? of_weights * kLargestWeight : at::Tensor{}, at::Tensor{}};
  }
};

at::Tensor tensor_of(const std::vector<double>& values) {
  return torch::tensor(values, torch::kDouble).to(torch::kFloat);
}

/// Rounded and clamped as stored elements are; the gradient passes through inside the clamp.
at::Tensor stored(const at::Tensor& real, ClampRange range) {
  const at::Tensor inside = at::clamp(real, range.low, range.high);
  return inside + (at::floor(inside + 0.5) - inside).detach();
}

double factor(std::int16_t multiplier, std::uint8_t shift) {
  return std::ldexp(static_cast<double>(multiplier), -static_cast<int>(shift));
}

}  // namespace

Tape::Tape(const Int8Executor& executor, const std::vector<TruthTable>& tables)
    : executor_(executor), network_(executor.network()) {
  const auto nodes = network_.layers();
  layers_.resize(nodes.size());
  layer_of_node_.assign(network_.nodes.size(), 0);
  for (std::size_t l = 0; l < nodes.size(); ++l) {
    layer_of_node_[nodes[l]] = l;
    create_layer(l, network_.nodes[nodes[l]], tables[l]);
  }
}

void Tape::create_layer(std::size_t l, const QuantizedNode& node, const TruthTable& table) {
  TapeLayer& layer = layers_[l];
  const auto& c = std::get<QuantizedConvolution>(node.operation);
  const QuantizedTensor& in = network_.tensors[node.inputs[0]];
  layer.executor = &executor_;
  layer.index = l;
  layer.convolution = &c;
  layer.input = in.shape;
  layer.output = network_.tensors[node.output].shape;
  layer.is_signed = in.type == ElementType::Signed8;
  layer.plan = ProductPlan::of(table, network_.encoding, layer.is_signed);
  layer.weights =
      torch::tensor(std::vector<float>(c.weights.begin(), c.weights.end()))
          .reshape({c.output_channels, c.window.kernel_height, c.window.kernel_width, in.shape.channels / c.groups})
          .permute({0, 3, 1, 2})
          .contiguous();
  std::vector<double> scales, offsets;
  for (const Requantisation& r : executor_.operating_point().requantisation[l]) {
    scales.push_back(to_real(r).scale);
    offsets.push_back(to_real(r).offset);
  }
  layer.scale = tensor_of(scales);
  layer.offset = tensor_of(offsets);
  layer.gain = torch::ones({c.output_channels}).set_requires_grad(true);
  layer.shift = torch::zeros({c.output_channels}).set_requires_grad(true);
}

void Tape::learn_weights() {
  for (TapeLayer& layer : layers_) layer.latent = (layer.weights / kLargestWeight).set_requires_grad(true);
}

void Tape::add_noise(double first_sigma, std::uint64_t seed) {
  for (TapeLayer& layer : layers_) layer.sigma = torch::full({1}, first_sigma).set_requires_grad(true);
  generator_ = at::detail::createCPUGenerator(seed);
}

at::Tensor Tape::forward(const std::vector<StoredTensor>& images) {
  std::vector<at::Tensor> tensors(network_.tensors.size());
  tensors[network_.input] = input_tensor(images);
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    const QuantizedNode& node = network_.nodes[n];
    tensors[node.output] = run(n, node, tensors);
  }
  return tensors[network_.output].flatten(1) * network_.tensors[network_.output].scale;
}

std::vector<at::Tensor> Tape::parameters() const {
  std::vector<at::Tensor> all;
  for (const TapeLayer& layer : layers_) {
    all.push_back(layer.gain);
    all.push_back(layer.shift);
    if (layer.latent.defined()) all.push_back(layer.latent);
  }
  return all;
}

std::vector<at::Tensor> Tape::sigmas() const {
  std::vector<at::Tensor> all;
  for (const TapeLayer& layer : layers_)
    if (layer.sigma.defined()) all.push_back(layer.sigma);
  return all;
}

std::vector<std::vector<Requantisation>> Tape::requantisation() const {
  std::vector<std::vector<Requantisation>> sets;
  for (const TapeLayer& layer : layers_) {
    auto& set = sets.emplace_back();
    for (const Requantisation& start : executor_.operating_point().requantisation[layer.index]) {
      const auto c = static_cast<std::int64_t>(set.size());
      const RealAffine real = to_real(start);
      const auto at = [&](const at::Tensor& t) { return static_cast<double>(t.data_ptr<float>()[c]); };
      set.push_back(start.multiplier == 0 ? start
                                          : make_requantisation(real.scale * at(layer.gain),
                                                                real.offset + at(layer.deviation) * at(layer.shift)));
    }
  }
  return sets;
}

std::vector<std::vector<std::int8_t>> Tape::weights() const {
  std::vector<std::vector<std::int8_t>> all;
  for (const TapeLayer& layer : layers_)
    if (layer.latent.defined()) all.push_back(stored_weights(rounded_weights(layer.latent)));
  return all;
}

at::Tensor Tape::input_tensor(const std::vector<StoredTensor>& images) const {
  const QuantizedTensor& in = network_.tensors[network_.input];
  const at::Tensor bytes =
      torch::empty({static_cast<std::int64_t>(images.size()), in.shape.height, in.shape.width, in.shape.channels},
                   in.type == ElementType::Signed8 ? torch::kInt8 : torch::kUInt8);
  auto* to = static_cast<std::uint8_t*>(bytes.data_ptr());
  for (const StoredTensor& image : images) to = std::copy(image.begin(), image.end(), to);
  return bytes.to(torch::kFloat);
}

at::Tensor Tape::run(std::size_t n, const QuantizedNode& node, const std::vector<at::Tensor>& tensors) {
  const at::Tensor& x = tensors[node.inputs[0]];
  if (std::holds_alternative<QuantizedConvolution>(node.operation))
    return run_layer(layers_[layer_of_node_[n]], x, node);
  if (const auto* add = std::get_if<QuantizedAdd>(&node.operation))
    return stored(x * factor(add->scaling.multiplier_a, add->scaling.shift) +
                      tensors[node.inputs[1]] * factor(add->scaling.multiplier_b, add->scaling.shift),
                  add->range);
  if (const auto* pool = std::get_if<QuantizedAveragePool>(&node.operation)) {
    const Window& w = pool->window;
    const at::Tensor sums = at::avg_pool2d(x.permute({0, 3, 1, 2}), {w.kernel_height, w.kernel_width},
                                           {w.stride_height, w.stride_width}, {w.pad_top, w.pad_left}, false, true, 1);
    return stored(sums.permute({0, 2, 3, 1}) * factor(pool->scaling.multiplier, pool->scaling.shift), pool->range);
  }
  if (const auto* pool = std::get_if<QuantizedMaxPool>(&node.operation)) {
    const Window& w = pool->window;
    return at::max_pool2d(x.permute({0, 3, 1, 2}), {w.kernel_height, w.kernel_width}, {w.stride_height, w.stride_width},
                          {w.pad_top, w.pad_left}, {w.dilation_height, w.dilation_width})
        .permute({0, 2, 3, 1});
  }
  const auto& r = std::get<Resample>(node.operation);
  const at::Tensor picked =
      x.slice(1, r.first_row, c10::nullopt, r.step_height).slice(2, r.first_column, c10::nullopt, r.step_width);
  return at::constant_pad_nd(picked, {r.channels_before, r.channels_after});
}

at::Tensor Tape::run_layer(TapeLayer& layer, const at::Tensor& x, const QuantizedNode& node) {
  const at::Tensor sums = ApproximateConvolution::apply(x, layer.latent.defined() ? layer.latent : layer.weights,
                                                        reinterpret_cast<std::int64_t>(&layer));  // NOLINT
  at::Tensor scaled = sums * layer.scale;
  if (!layer.deviation.defined())
    layer.deviation = at::std(scaled.detach().reshape({-1, layer.output.channels}), 0, false).contiguous();
  if (layer.sigma.defined()) scaled = scaled + noise(layer, scaled);
  const at::Tensor real = scaled * layer.gain + layer.offset + layer.deviation * layer.shift;
  if (node.output == network_.output) return real;
  return stored(real, layer.convolution->range);
}

at::Tensor Tape::noise(const TapeLayer& layer, const at::Tensor& scaled) const {
  // No gradient through the deviation: a layer would grow to drown its noise, and the root has none at 0.
  const at::Tensor variance = at::var(scaled.detach().reshape({-1, layer.output.channels}), 0, false).mean();
  const at::Tensor in_sums = at::sqrt(variance / layer.scale.square().mean());
  return at::randn(scaled.sizes(), *generator_, at::TensorOptions{torch::kFloat}) * (layer.sigma * in_sums) *
         layer.scale;
}

TapeBatch TapeBatches::next() {
  TapeBatch batch;
  while (batch.images.size() < static_cast<std::size_t>(batch_)) {
    if (order_.empty()) {
      for (std::size_t i = 0; i < images_.images.size(); ++i) order_.push_back(i);
      random_.shuffle(order_);
    }
    const Image& image = images_.images[order_.back()];
    order_.pop_back();
    batch.images.push_back(quantise_image(network_, augmented(image)));
    batch.labels.push_back(image.label);
  }
  return batch;
}

Image TapeBatches::augmented(const Image& image) {
  const bool mirrors = random_.below(2) == 1;
  const int down = static_cast<int>(random_.between(-shift_, shift_));
  const int right = static_cast<int>(random_.between(-shift_, shift_));
  Image result = image;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const int from_y = std::clamp(y - down, 0, image.height - 1);
      const int moved = std::clamp(x - right, 0, image.width - 1);
      const int from_x = mirrors ? image.width - 1 - moved : moved;
      for (int c = 0; c < 3; ++c)
        result.pixels[static_cast<std::size_t>((y * image.width + x) * 3 + c)] =
            image.pixels[static_cast<std::size_t>((from_y * image.width + from_x) * 3 + c)];
    }
  return result;
}

}  // namespace axvp::detail
