#include "axvp/training/architecture.h"

#include <cmath>
#include <limits>
#include <utility>

#include "axvp/common/random.h"
#include "axvp/common/text.h"

namespace axvp {
namespace {

/// Appends nodes one after the other.
class Builder {
 public:
  Builder(std::string name, const Shape& input, std::uint64_t seed) : random_(seed) {
    architecture_.network.name = std::move(name);
    architecture_.network.tensors.push_back({"input", input});
  }

  [[nodiscard]] TensorId input() const { return architecture_.network.input; }
  [[nodiscard]] const Shape& shape(TensorId id) const { return architecture_.network.tensors[id].shape; }

  TensorId convolution(const std::string& name, TensorId from, int channels, int kernel, int stride) {
    Convolution convolution;
    Window& window = convolution.window;
    window.kernel_height = window.kernel_width = kernel;
    window.stride_height = window.stride_width = stride;
    window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = kernel / 2;
    convolution.output_channels = channels;
    convolution.weights.resize(static_cast<std::size_t>(channels * shape(from).channels * kernel * kernel));
    const double deviation = std::sqrt(2.0 / (channels * kernel * kernel));
    for (float& weight : convolution.weights) weight = static_cast<float>(deviation * random_.normal());
    return append(name, convolution, {from});
  }

  TensorId batch_norm(const std::string& name, TensorId from) {
    architecture_.batch_norms.insert(architecture_.network.nodes.size());
    return append(name, identity(from), {from});
  }

  TensorId relu(const std::string& name, TensorId from) {
    return append(name, Clamp{0.0, std::numeric_limits<double>::infinity()}, {from});
  }

  TensorId add(const std::string& name, TensorId a, TensorId b) { return append(name, Add{}, {a, b}); }

  /// Every `stride`-th row and column, zero channels half before and half after: option A.
  TensorId shortcut(const std::string& name, TensorId from, int channels, int stride) {
    if (stride == 1 && channels == shape(from).channels) return from;
    Resample resample;
    resample.step_height = resample.step_width = stride;
    const int missing = channels - shape(from).channels;
    resample.channels_before = missing / 2;
    resample.channels_after = missing - missing / 2;
    return append(name, resample, {from});
  }

  TensorId global_average(const std::string& name, TensorId from) {
    AveragePool pool;
    pool.window.kernel_height = shape(from).height;
    pool.window.kernel_width = shape(from).width;
    return append(name, pool, {from});
  }

  TensorId linear(const std::string& name, TensorId from, int outputs) {
    Convolution convolution;
    convolution.output_channels = outputs;
    convolution.weights.resize(static_cast<std::size_t>(outputs * shape(from).channels));
    const double bound = 1.0 / std::sqrt(shape(from).channels);
    for (float& weight : convolution.weights) weight = static_cast<float>(random_.uniform(-bound, bound));
    const TensorId product = append(name, convolution, {from});
    return append(name + ".bias", identity(product), {product});
  }

  Architecture finish(TensorId output) {
    architecture_.network.output = output;
    architecture_.network.tensors[output].name = "logits";
    return std::move(architecture_);
  }

 private:
  [[nodiscard]] ChannelAffine identity(TensorId from) const {
    const auto channels = static_cast<std::size_t>(shape(from).channels);
    return {std::vector<double>(channels, 1.0), std::vector<double>(channels, 0.0)};
  }

  TensorId append(const std::string& name, Operation operation, std::vector<TensorId> inputs) {
    Network& network = architecture_.network;
    std::vector<Shape> shapes;
    for (const TensorId id : inputs) shapes.push_back(network.tensors[id].shape);
    Node node{name, std::move(operation), std::move(inputs), network.tensors.size()};
    const Shape shape = infer_shape(node, shapes).value();  // ours, so it fits
    network.tensors.push_back({name, shape});
    network.nodes.push_back(std::move(node));
    return network.nodes.back().output;
  }

  Architecture architecture_;
  Random random_;
};

TensorId basic_block(Builder& builder, const std::string& name, TensorId from, int channels, int stride) {
  TensorId x = builder.convolution(name + ".conv1", from, channels, 3, stride);
  x = builder.batch_norm(name + ".bn1", x);
  x = builder.relu(name + ".relu1", x);
  x = builder.convolution(name + ".conv2", x, channels, 3, 1);
  x = builder.batch_norm(name + ".bn2", x);
  x = builder.add(name + ".add", x, builder.shortcut(name + ".shortcut", from, channels, stride));
  return builder.relu(name + ".relu2", x);
}

Architecture make_resnet(const std::string& name, int blocks, int width, const Shape& input, int classes,
                         std::uint64_t seed) {
  Builder builder{name, input, seed};
  TensorId x = builder.convolution("conv1", builder.input(), width, 3, 1);
  x = builder.batch_norm("bn1", x);
  x = builder.relu("relu1", x);
  for (int stage = 0; stage < 3; ++stage)
    for (int block = 0; block < blocks; ++block) {
      const int stride = stage > 0 && block == 0 ? 2 : 1;
      x = basic_block(builder, fmt::format("layer{}.{}", stage + 1, block), x, width << stage, stride);
    }
  x = builder.global_average("pool", x);
  return builder.finish(builder.linear("linear", x, classes));
}

/// Blocks a stage: depth = 6 * blocks + 2.
struct Depth {
  std::string_view name;
  int blocks;
};
constexpr Depth kResnets[] = {{"resnet8", 1}, {"resnet14", 2}, {"resnet20", 3}, {"resnet32", 5}, {"resnet56", 9}};

}  // namespace

const std::vector<std::string>& trainable_networks() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Depth& resnet : kResnets) result.emplace_back(resnet.name);
    return result;
  }();
  return names;
}

Result<Architecture> make_architecture(std::string_view name, int width, const Shape& input, int classes,
                                       std::uint64_t seed) {
  if (width < 1 || width > 1024) return fail("network `{}`: width {} is not in [1, 1024]", name, width);
  if (classes < 2) return fail("network `{}`: {} classes, at least 2 expected", name, classes);
  if (input.channels < 1 || input.height < 4 || input.width < 4)
    return fail("network `{}`: input {}x{}x{} is too small, at least 4x4 pixels expected", name, input.channels,
                input.height, input.width);
  for (const Depth& resnet : kResnets)
    if (resnet.name == name) return make_resnet(std::string{name}, resnet.blocks, width, input, classes, seed);
  return fail("unknown network `{}`{}", name, suggestion(name, trainable_networks()));
}

}  // namespace axvp
