#include "axvp/qos/affine_tuning.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/optim/adam.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "axvp/common/random.h"
#include "axvp/qos/exact_network.h"
#include "axvp/workloads/int8_batch.h"

namespace axvp {
namespace {

/// A layer as the tape sees it.
struct Layer {
  const Int8Executor* executor = nullptr;
  std::size_t index = 0;
  const QuantizedConvolution* convolution = nullptr;
  Shape input, output;
  bool is_signed = false;
  at::Tensor weights;                   ///< Stored integers as [output channel][channel in group][row][column].
  at::Tensor scale, offset, deviation;  ///< Of `start`, by channel; the deviation of scale * sums on the first batch.
  at::Tensor gain, shift;               ///< Learned: scale * gain, offset + deviation * shift.
};

/// Sums of approximate products of stored elements [image][row][column][channel]; gradients as of exact products.
struct ApproximateConvolution : torch::autograd::Function<ApproximateConvolution> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            std::int64_t layer_address) {
    const Layer& layer = *reinterpret_cast<const Layer*>(layer_address);  // NOLINT(performance-no-int-to-ptr)
    context->saved_data["layer"] = layer_address;
    const at::Tensor bytes = x.to(layer.is_signed ? torch::kInt8 : torch::kUInt8).contiguous();
    const auto* first = static_cast<const std::uint8_t*>(bytes.data_ptr());
    const auto images = static_cast<std::size_t>(x.size(0));
    std::vector<const std::uint8_t*> inputs;
    for (std::size_t i = 0; i < images; ++i) inputs.push_back(first + i * layer.input.size());
    at::Tensor sums =
        torch::empty({x.size(0), layer.output.height, layer.output.width, layer.output.channels}, torch::kInt32);
    KernelScratch scratch;
    layer.executor->accumulate_layer(layer.index, inputs.data(), images, sums.data_ptr<std::int32_t>(), scratch);
    return sums.to(torch::kFloat);
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    const Layer& layer = *reinterpret_cast<const Layer*>(context->saved_data["layer"].toInt());  // NOLINT
    const Window& w = layer.convolution->window;
    const at::Tensor of_sums = gradients[0].permute({0, 3, 1, 2});
    const std::int64_t height = layer.input.height + w.pad_top + w.pad_bottom;
    const std::int64_t width = layer.input.width + w.pad_left + w.pad_right;
    const at::Tensor shape_only = torch::zeros({1}).expand({of_sums.size(0), layer.input.channels, height, width});
    const auto padded = std::get<0>(at::convolution_backward(
        of_sums, shape_only, layer.weights, c10::nullopt, {w.stride_height, w.stride_width}, {0, 0},
        {w.dilation_height, w.dilation_width}, false, {0, 0}, layer.convolution->groups, {true, false, false}));
    const at::Tensor own =
        padded.slice(2, w.pad_top, w.pad_top + layer.input.height).slice(3, w.pad_left, w.pad_left + layer.input.width);
    return {own.permute({0, 2, 3, 1}), at::Tensor{}};
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

/// The approximate network on torch's tape.
class Tape {
 public:
  Tape(const Int8Executor& executor) : executor_(executor), network_(executor.network()) {
    const auto nodes = network_.layers();
    layers_.resize(nodes.size());
    layer_of_node_.assign(network_.nodes.size(), 0);
    for (std::size_t l = 0; l < nodes.size(); ++l) {
      layer_of_node_[nodes[l]] = l;
      create_layer(l, network_.nodes[nodes[l]]);
    }
  }

  /// Logits in the float network's units.
  at::Tensor forward(const std::vector<StoredTensor>& images) {
    std::vector<at::Tensor> tensors(network_.tensors.size());
    tensors[network_.input] = input_tensor(images);
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      const QuantizedNode& node = network_.nodes[n];
      tensors[node.output] = run(n, node, tensors);
    }
    return tensors[network_.output].flatten(1) * network_.tensors[network_.output].scale;
  }

  [[nodiscard]] std::vector<at::Tensor> parameters() const {
    std::vector<at::Tensor> all;
    for (const Layer& layer : layers_) {
      all.push_back(layer.gain);
      all.push_back(layer.shift);
    }
    return all;
  }

  [[nodiscard]] std::vector<std::vector<Requantisation>> requantisation() const {
    std::vector<std::vector<Requantisation>> sets;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      auto& set = sets.emplace_back();
      for (const Requantisation& start : executor_.operating_point().requantisation[l]) {
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

 private:
  void create_layer(std::size_t l, const QuantizedNode& node) {
    Layer& layer = layers_[l];
    const auto& c = std::get<QuantizedConvolution>(node.operation);
    const QuantizedTensor& in = network_.tensors[node.inputs[0]];
    layer.executor = &executor_;
    layer.index = l;
    layer.convolution = &c;
    layer.input = in.shape;
    layer.output = network_.tensors[node.output].shape;
    layer.is_signed = in.type == ElementType::Signed8;
    std::vector<float> weights(c.weights.begin(), c.weights.end());
    layer.weights =
        torch::tensor(weights)
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

  [[nodiscard]] at::Tensor input_tensor(const std::vector<StoredTensor>& images) const {
    const QuantizedTensor& in = network_.tensors[network_.input];
    const at::Tensor bytes =
        torch::empty({static_cast<std::int64_t>(images.size()), in.shape.height, in.shape.width, in.shape.channels},
                     in.type == ElementType::Signed8 ? torch::kInt8 : torch::kUInt8);
    auto* to = static_cast<std::uint8_t*>(bytes.data_ptr());
    for (const StoredTensor& image : images) to = std::copy(image.begin(), image.end(), to);
    return bytes.to(torch::kFloat);
  }

  at::Tensor run(std::size_t n, const QuantizedNode& node, const std::vector<at::Tensor>& tensors) {
    const at::Tensor& x = tensors[node.inputs[0]];
    if (std::holds_alternative<QuantizedConvolution>(node.operation))
      return run_layer(layers_[layer_of_node_[n]], x, node);
    if (const auto* add = std::get_if<QuantizedAdd>(&node.operation))
      return stored(x * factor(add->scaling.multiplier_a, add->scaling.shift) +
                        tensors[node.inputs[1]] * factor(add->scaling.multiplier_b, add->scaling.shift),
                    add->range);
    if (const auto* pool = std::get_if<QuantizedAveragePool>(&node.operation)) {
      const Window& w = pool->window;
      const at::Tensor sums =
          at::avg_pool2d(x.permute({0, 3, 1, 2}), {w.kernel_height, w.kernel_width}, {w.stride_height, w.stride_width},
                         {w.pad_top, w.pad_left}, false, true, 1);
      return stored(sums.permute({0, 2, 3, 1}) * factor(pool->scaling.multiplier, pool->scaling.shift), pool->range);
    }
    if (const auto* pool = std::get_if<QuantizedMaxPool>(&node.operation)) {
      const Window& w = pool->window;
      return at::max_pool2d(x.permute({0, 3, 1, 2}), {w.kernel_height, w.kernel_width},
                            {w.stride_height, w.stride_width}, {w.pad_top, w.pad_left},
                            {w.dilation_height, w.dilation_width})
          .permute({0, 2, 3, 1});
    }
    const auto& r = std::get<Resample>(node.operation);
    const at::Tensor picked =
        x.slice(1, r.first_row, c10::nullopt, r.step_height).slice(2, r.first_column, c10::nullopt, r.step_width);
    return at::constant_pad_nd(picked, {r.channels_before, r.channels_after});
  }

  at::Tensor run_layer(Layer& layer, const at::Tensor& x, const QuantizedNode& node) {
    const at::Tensor sums = ApproximateConvolution::apply(x, reinterpret_cast<std::int64_t>(&layer));  // NOLINT
    const at::Tensor scaled = sums * layer.scale;
    if (!layer.deviation.defined())
      layer.deviation = at::std(scaled.detach().reshape({-1, layer.output.channels}), 0, false).contiguous();
    const at::Tensor real = scaled * layer.gain + layer.offset + layer.deviation * layer.shift;
    if (node.output == network_.output) return real;
    return stored(real, layer.convolution->range);
  }

  const Int8Executor& executor_;
  const QuantizedNetwork& network_;
  std::vector<Layer> layers_;
  std::vector<std::size_t> layer_of_node_;
};

Image mirrored(const Image& image) {
  Image result = image;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c)
        result.pixels[static_cast<std::size_t>((y * image.width + x) * 3 + c)] =
            image.pixels[static_cast<std::size_t>((y * image.width + image.width - 1 - x) * 3 + c)];
  return result;
}

/// Batches in an order drawn anew for every pass.
class Batches {
 public:
  Batches(const QuantizedNetwork& network, const Dataset& images, const AffineTuningOptions& options)
      : network_(network), images_(images), options_(options), random_(derive_seed(options.seed, 0)) {}

  std::vector<StoredTensor> next() {
    std::vector<StoredTensor> batch;
    while (batch.size() < static_cast<std::size_t>(options_.batch)) {
      if (order_.empty()) {
        for (std::size_t i = 0; i < images_.images.size(); ++i) order_.push_back(i);
        random_.shuffle(order_);
      }
      const Image& image = images_.images[order_.back()];
      order_.pop_back();
      const bool flips = options_.flip && random_.below(2) == 1;
      batch.push_back(quantise_image(network_, flips ? mirrored(image) : image));
    }
    return batch;
  }

 private:
  const QuantizedNetwork& network_;
  const Dataset& images_;
  const AffineTuningOptions& options_;
  Random random_;
  std::vector<std::size_t> order_;
};

at::Tensor exact_logits(const Int8Executor& exact, const std::vector<StoredTensor>& batch, int threads) {
  const double scale = exact.network().tensors[exact.network().output].scale;
  std::vector<float> logits;
  for (const auto& own : run_images(exact, batch, static_cast<std::size_t>(threads)))
    for (const std::int32_t logit : own) logits.push_back(static_cast<float>(scale * logit));
  return torch::tensor(logits).reshape({static_cast<std::int64_t>(batch.size()), -1});
}

at::Tensor divergence(const at::Tensor& exact, const at::Tensor& own) {
  const at::Tensor p = at::log_softmax(exact, 1), q = at::log_softmax(own, 1);
  return (p.exp() * (p - q)).sum(1).mean();
}

}  // namespace

Result<AffineTuning> tune_affine(const Quantisation& quantisation, const OperatingPoint& start,
                                 const std::vector<TruthTable>& tables, const Dataset& images,
                                 const AffineTuningOptions& options) {
  const QuantizedNetwork& network = quantisation.network;
  if (const auto fits = check_images(images, network.tensors[network.input].shape); !fits) return forward_error(fits);
  const auto executor = Int8Executor::create(network, start, tables);
  if (!executor) return forward_error(executor);
  const auto exact = exact_executor(quantisation);
  if (!exact) return forward_error(exact);
  at::set_num_threads(options.threads);
  Tape tape{*executor};
  torch::optim::Adam adam{tape.parameters(), torch::optim::AdamOptions(options.learning_rate)};
  Batches batches{network, images, options};
  AffineTuning result;
  Progress progress{options.progress, "affine " + start.name, static_cast<std::uint64_t>(options.steps), "steps"};
  const int tenth = std::max(1, options.steps / 10);
  for (int step = 0; step < options.steps; ++step) {
    const double cosine = 0.5 * (1.0 + std::cos(3.14159265358979323846 * step / options.steps));
    for (auto& group : adam.param_groups())
      static_cast<torch::optim::AdamOptions&>(group.options()).lr(options.learning_rate * cosine);
    const auto batch = batches.next();
    adam.zero_grad();
    const at::Tensor teacher = exact_logits(*exact, batch, options.threads), own = tape.forward(batch);
    const at::Tensor loss = divergence(teacher / options.temperature, own / options.temperature);
    (loss * options.temperature * options.temperature).backward();
    adam.step();
    const double plain = divergence(teacher, own.detach()).item<double>();
    if (!std::isfinite(plain))
      return fail("operating point {}: the loss of step {} is not finite", start.name, step + 1);
    if (step < tenth) result.first_loss += plain / tenth;
    if (step >= options.steps - tenth) result.last_loss += plain / tenth;
    progress.update(static_cast<std::uint64_t>(step + 1), fmt::format("divergence {:.4f}", plain));
  }
  progress.finish();
  result.point = {start.name, start.selectable_of_layer, tape.requantisation()};
  return result;
}

}  // namespace axvp
