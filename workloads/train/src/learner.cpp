#include "learner.h"

#include <torch/optim/sgd.h>
#include <torch/serialize.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <utility>

namespace axvp {
namespace {

constexpr double kEpsilon = 1e-5;        // added to a BatchNorm's variance
constexpr double kStatisticsRate = 0.1;  // weight of a batch in the running statistics

/// What is learned of one node: gamma and beta with statistics of a BatchNorm, without them of a scale and offset that
/// are learned as they are. Undefined tensors where the node has no such part.
struct Parameters {
  at::Tensor weight;    ///< Of a convolution, or gamma.
  at::Tensor offset;    ///< beta, or a bias.
  at::Tensor mean;      ///< Running, of a BatchNorm.
  at::Tensor variance;  ///< Likewise.
};

at::Tensor trainable(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
  return torch::tensor(values).reshape(shape).set_requires_grad(true);
}

/// Convolutions are a tenth faster on channels-last tensors than on NCHW ones.
at::Tensor trainable_kernel(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
  return torch::tensor(values).reshape(shape).contiguous(at::MemoryFormat::ChannelsLast).set_requires_grad(true);
}

at::Tensor batch_tensor(const Batch& batch) {
  const auto images = static_cast<std::int64_t>(batch.labels.size());
  // from_blob takes no const; the tensor is only read.
  auto* pixels = const_cast<float*>(batch.pixels.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  return torch::from_blob(pixels, {images, batch.shape.channels, batch.shape.height, batch.shape.width})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

/// Keeps freed blocks in the process: every step frees and takes the same tensors, and handing them to the system in
/// between costs a sixth of the time.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
#endif
}

std::vector<double> doubles(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().to(torch::kDouble).contiguous();
  const auto* first = values.data_ptr<double>();
  return {first, first + values.numel()};
}

std::vector<float> floats(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach().contiguous();
  const auto* first = values.data_ptr<float>();
  return {first, first + values.numel()};
}

/// Computes one node's output, for a batch.
struct Forward {
  const Parameters& parameters;
  std::vector<at::Tensor>& inputs;
  bool training;
  bool reads_alone = false;  ///< Nobody else needs the values of inputs[0], gradients included: they may be replaced.

  at::Tensor operator()(const Convolution& c) const {
    const Window& w = c.window;
    at::Tensor x = inputs[0];
    std::vector<std::int64_t> padding{w.pad_top, w.pad_left};
    if (w.pad_top != w.pad_bottom || w.pad_left != w.pad_right) {
      x = at::constant_pad_nd(x, {w.pad_left, w.pad_right, w.pad_top, w.pad_bottom});
      padding = {0, 0};
    }
    return at::conv2d(x, parameters.weight, {}, {w.stride_height, w.stride_width}, padding,
                      {w.dilation_height, w.dilation_width}, c.groups);
  }
  at::Tensor operator()(const ChannelAffine& /*affine*/) const {
    if (!parameters.weight.defined()) return inputs[0] + parameters.offset.view({1, -1, 1, 1});
    if (!parameters.mean.defined())
      return inputs[0] * parameters.weight.view({1, -1, 1, 1}) + parameters.offset.view({1, -1, 1, 1});
    return at::batch_norm(inputs[0], parameters.weight, parameters.offset, parameters.mean, parameters.variance,
                          training, kStatisticsRate, kEpsilon, false);
  }
  at::Tensor operator()(const Clamp& clamp) const {
    if (clamp.low == 0.0 && std::isinf(clamp.high)) return reads_alone ? at::relu_(inputs[0]) : at::relu(inputs[0]);
    return at::clamp(inputs[0], clamp.low, clamp.high);
  }
  at::Tensor operator()(const Add& /*add*/) const {
    return reads_alone ? inputs[0].add_(inputs[1]) : inputs[0] + inputs[1];
  }
  at::Tensor operator()(const AveragePool& pool) const {
    const Window& w = pool.window;
    return at::avg_pool2d(inputs[0], {w.kernel_height, w.kernel_width}, {w.stride_height, w.stride_width},
                          {w.pad_top, w.pad_left}, false, pool.count_padding);
  }
  at::Tensor operator()(const MaxPool& pool) const {
    const Window& w = pool.window;
    return at::max_pool2d(inputs[0], {w.kernel_height, w.kernel_width}, {w.stride_height, w.stride_width},
                          {w.pad_top, w.pad_left}, {w.dilation_height, w.dilation_width});
  }
  at::Tensor operator()(const Resample& r) const {
    const at::Tensor picked = inputs[0]
                                  .slice(2, r.first_row, c10::nullopt, r.step_height)
                                  .slice(3, r.first_column, c10::nullopt, r.step_width);
    return at::constant_pad_nd(picked, {0, 0, 0, 0, r.channels_before, r.channels_after});
  }
};

}  // namespace

struct Learner::Torch {
  Architecture architecture;
  std::map<std::size_t, Parameters> parameters;  ///< By node.
  std::vector<char> read_alone;                  ///< By node.
  std::unique_ptr<torch::optim::SGD> optimizer;

  Torch(const Architecture& a, const OptimizerSettings& settings) : architecture(a) {
    for (std::size_t i = 0; i < a.network.nodes.size(); ++i) create_parameters(i);
    find_lone_readers();
    std::vector<at::Tensor> learned;
    for (const auto& [node, p] : parameters)
      for (const at::Tensor& tensor : {p.weight, p.offset})
        if (tensor.defined()) learned.push_back(tensor);
    optimizer = std::make_unique<torch::optim::SGD>(learned, torch::optim::SGDOptions(settings.learning_rate)
                                                                 .momentum(settings.momentum)
                                                                 .weight_decay(settings.weight_decay));
  }

  void create_parameters(std::size_t index) {
    const Network& network = architecture.network;
    const Node& node = network.nodes[index];
    if (const auto* c = std::get_if<Convolution>(&node.operation)) {
      const int inputs = network.tensors[node.inputs[0]].shape.channels / c->groups;
      parameters[index].weight =
          trainable_kernel(c->weights, {c->output_channels, inputs, c->window.kernel_height, c->window.kernel_width});
    } else if (const auto* affine = std::get_if<ChannelAffine>(&node.operation)) {
      const auto channels = static_cast<std::int64_t>(affine->scale.size());
      Parameters& p = parameters[index];
      p.offset = trainable({affine->offset.begin(), affine->offset.end()}, {channels});
      const bool is_normalised = architecture.batch_norms.count(index) != 0;
      const bool is_bias = std::all_of(affine->scale.begin(), affine->scale.end(), [](double s) { return s == 1.0; });
      if (!is_normalised && is_bias) return;
      p.weight = trainable({affine->scale.begin(), affine->scale.end()}, {channels});
      if (!is_normalised) return;
      p.mean = torch::zeros({channels});
      p.variance = torch::ones({channels});
    }
  }

  /// A node alone reads what a convolution, a BatchNorm or an addition has made: none of these needs its own result for
  /// its gradient.
  void find_lone_readers() {
    const Network& network = architecture.network;
    std::vector<int> readers(network.tensors.size(), 0);
    std::vector<bool> disposable(network.tensors.size(), false);
    for (const Node& node : network.nodes) {
      for (const TensorId input : node.inputs) ++readers[input];
      disposable[node.output] = std::holds_alternative<Convolution>(node.operation) ||
                                std::holds_alternative<ChannelAffine>(node.operation) ||
                                std::holds_alternative<Add>(node.operation);
    }
    ++readers[network.output];
    for (const Node& node : network.nodes)
      read_alone.push_back(readers[node.inputs[0]] == 1 && disposable[node.inputs[0]] ? 1 : 0);
  }

  at::Tensor forward(const at::Tensor& input, bool training) const {
    const Network& network = architecture.network;
    std::vector<at::Tensor> tensors(network.tensors.size());
    tensors[network.input] = input;
    static const Parameters none;
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
      const Node& node = network.nodes[i];
      std::vector<at::Tensor> inputs;
      for (const TensorId id : node.inputs) inputs.push_back(tensors[id]);
      const auto found = parameters.find(i);
      tensors[node.output] =
          std::visit(Forward{found == parameters.end() ? none : found->second, inputs, training, read_alone[i] != 0},
                     node.operation);
    }
    return tensors[network.output].flatten(1);
  }

  /// Calls `visit(name, tensor)` for everything a checkpoint holds besides the momenta.
  template <class Visit>
  void visit_tensors(const Visit& visit) {
    for (auto& [node, p] : parameters) {
      const std::pair<const char*, at::Tensor*> parts[] = {
          {"weight", &p.weight}, {"offset", &p.offset}, {"mean", &p.mean}, {"variance", &p.variance}};
      for (const auto& [part, tensor] : parts)
        if (tensor->defined()) visit(fmt::format("{}:{}", architecture.network.nodes[node].name, part), *tensor);
    }
  }
};

Learner::Learner(const Architecture& architecture, const OptimizerSettings& settings, int threads) {
  keep_freed_memory();
  at::set_num_threads(threads);
  torch_ = std::make_unique<Torch>(architecture, settings);
}

Learner::~Learner() = default;

StepResult Learner::step(const Batch& batch, double learning_rate) {
  for (auto& group : torch_->optimizer->param_groups())
    static_cast<torch::optim::SGDOptions&>(group.options()).lr(learning_rate);
  torch_->optimizer->zero_grad();
  const at::Tensor labels = torch::tensor(batch.labels);
  const at::Tensor logits = torch_->forward(batch_tensor(batch), true);
  const at::Tensor loss = at::cross_entropy_loss(logits, labels);
  loss.backward();
  torch_->optimizer->step();
  StepResult result;
  result.loss = loss.item<double>();
  result.correct = static_cast<int>(logits.detach().argmax(1).eq(labels).sum().item<std::int64_t>());
  return result;
}

std::vector<float> Learner::logits(const Batch& batch) {
  const torch::NoGradGuard no_gradients;
  return floats(torch_->forward(batch_tensor(batch), false));
}

Network Learner::network() const {
  Network network = torch_->architecture.network;
  for (auto& tensor : network.tensors) tensor.scale.reset();  // a quantised model's scales do not outlive training
  for (const auto& [index, p] : torch_->parameters) {
    Operation& operation = network.nodes[index].operation;
    if (auto* convolution = std::get_if<Convolution>(&operation)) {
      convolution->weights = floats(p.weight);
      convolution->weight_scales.clear();
      continue;
    }
    auto& affine = std::get<ChannelAffine>(operation);
    affine.offset = doubles(p.offset);
    if (!p.weight.defined()) continue;
    if (!p.mean.defined()) {
      affine.scale = doubles(p.weight);
      continue;
    }
    const std::vector<double> gamma = doubles(p.weight), mean = doubles(p.mean), variance = doubles(p.variance);
    for (std::size_t c = 0; c < gamma.size(); ++c) {
      affine.scale[c] = gamma[c] / std::sqrt(variance[c] + kEpsilon);
      affine.offset[c] -= mean[c] * affine.scale[c];
    }
  }
  return network;
}

std::string Learner::save(const std::string& remark) const {
  torch::serialize::OutputArchive archive;
  archive.write("remark", c10::IValue(remark));
  torch_->visit_tensors(
      [&](const std::string& name, const at::Tensor& tensor) { archive.write(name, tensor.detach()); });
  torch::serialize::OutputArchive momenta;
  torch_->optimizer->save(momenta);
  archive.write("optimizer", momenta);
  std::ostringstream bytes;
  archive.save_to(bytes);
  return bytes.str();
}

Result<std::string> Learner::restore(const std::string& bytes) {
  // Torch reports a broken archive by an exception.
  try {
    const torch::NoGradGuard no_gradients;
    std::istringstream stream{bytes};
    torch::serialize::InputArchive archive;
    archive.load_from(stream);
    torch_->visit_tensors([&](const std::string& name, at::Tensor& tensor) {
      at::Tensor stored;
      archive.read(name, stored);
      tensor.copy_(stored);  // in place: the optimizer holds the same tensor
    });
    torch::serialize::InputArchive momenta;
    archive.read("optimizer", momenta);
    torch_->optimizer->load(momenta);
    c10::IValue remark;
    archive.read("remark", remark);
    return remark.toStringRef();
  } catch (const std::exception& error) {
    const std::string what = error.what();
    return fail("not a checkpoint of this network ({})", what.substr(0, what.find('\n')));
  }
}

}  // namespace axvp
