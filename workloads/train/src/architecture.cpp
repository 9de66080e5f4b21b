#include "axvp/training/architecture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "architecture_builder.h"
#include "axvp/common/text.h"

namespace axvp {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// What a maker needs besides the settings.
struct Request {
  const ArchitectureSettings& settings;
  const Shape& input;
  int classes;
  std::uint64_t seed;
};

/// Every `stride`-th row and column, zero channels half before and half after: option A.
TensorId shortcut(ArchitectureBuilder& builder, const std::string& name, TensorId from, int channels, int stride) {
  if (stride == 1 && channels == builder.shape(from).channels) return from;
  Resample resample;
  resample.step_height = resample.step_width = stride;
  const int missing = channels - builder.shape(from).channels;
  resample.channels_before = missing / 2;
  resample.channels_after = missing - missing / 2;
  return builder.resample(name, from, resample);
}

TensorId basic_block(ArchitectureBuilder& builder, const std::string& name, TensorId from, int channels, int stride) {
  TensorId x = builder.convolution(name + ".conv1", from, channels, 3, stride);
  x = builder.batch_norm(name + ".bn1", x);
  x = builder.clamp(name + ".relu1", x, kUnbounded);
  x = builder.convolution(name + ".conv2", x, channels, 3, 1);
  x = builder.batch_norm(name + ".bn2", x);
  x = builder.add(name + ".add", x, shortcut(builder, name + ".shortcut", from, channels, stride));
  return builder.clamp(name + ".relu2", x, kUnbounded);
}

Architecture make_resnet(const Request& request, int blocks) {
  const int width = request.settings.width;
  ArchitectureBuilder builder{request.settings.name, request.input, request.seed};
  TensorId x = builder.convolution("conv1", builder.input(), width, 3, 1);
  x = builder.batch_norm("bn1", x);
  x = builder.clamp("relu1", x, kUnbounded);
  for (int stage = 0; stage < 3; ++stage)
    for (int block = 0; block < blocks; ++block) {
      const int stride = stage > 0 && block == 0 ? 2 : 1;
      x = basic_block(builder, fmt::format("layer{}.{}", stage + 1, block), x, width << stage, stride);
    }
  x = builder.global_average("pool", x);
  return builder.finish(builder.linear("linear", x, request.classes));
}

/// Convolution, BatchNorm, ReLU6.
TensorId convolution6(ArchitectureBuilder& builder, const std::string& name, TensorId from, int channels, int kernel,
                      int stride, int groups) {
  constexpr double kLargest = 6.0;
  TensorId x = builder.convolution(name + ".conv", from, channels, kernel, stride, groups);
  x = builder.batch_norm(name + ".bn", x);
  return builder.clamp(name + ".relu6", x, kLargest);
}

/// Expansion, depthwise convolution, linear projection; with a shortcut where input and output have one shape.
TensorId inverted_residual(ArchitectureBuilder& builder, const std::string& name, TensorId from, int channels,
                           int stride, int expansion) {
  const int inputs = builder.shape(from).channels;
  const int hidden = inputs * expansion;
  TensorId x = from;
  if (expansion != 1) x = convolution6(builder, name + ".expand", x, hidden, 1, 1, 1);
  x = convolution6(builder, name + ".depthwise", x, hidden, 3, stride, hidden);
  x = builder.convolution(name + ".project.conv", x, channels, 1, 1);
  x = builder.batch_norm(name + ".project.bn", x);
  return stride == 1 && inputs == channels ? builder.add(name + ".add", x, from) : x;
}

/// The authors' rounding: to the nearest multiple of 8, but never down by more than a tenth.
int rounded_channels(double channels) {
  constexpr int kMultiple = 8;
  const int rounded = std::max(kMultiple, static_cast<int>(channels + kMultiple / 2.0) / kMultiple * kMultiple);
  return rounded < 0.9 * channels ? rounded + kMultiple : rounded;
}

Architecture make_mobilenet_v2(const Request& request) {
  struct Stage {
    int expansion, channels, blocks, stride;
  };
  // Table 2 of the paper.
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  constexpr int kStem = 32;
  constexpr int kLast = 1280;
  const double factor = request.settings.width_multiplier;
  ArchitectureBuilder builder{request.settings.name, request.input, request.seed};
  TensorId x = convolution6(builder, "stem", builder.input(), rounded_channels(factor * kStem), 3,
                            request.settings.stem_stride, 1);
  int index = 0;
  for (const Stage& stage : kStages)
    for (int block = 0; block < stage.blocks; ++block)
      x = inverted_residual(builder, fmt::format("block{}", index++), x, rounded_channels(factor * stage.channels),
                            block == 0 ? stage.stride : 1, stage.expansion);
  x = convolution6(builder, "last", x, rounded_channels(std::max(1.0, factor) * kLast), 1, 1, 1);
  x = builder.global_average("pool", x);
  return builder.finish(builder.linear("linear", x, request.classes));
}

/// Blocks a stage: depth = 6 * blocks + 2.
struct Depth {
  std::string_view name;
  int blocks;
};
constexpr Depth kResnets[] = {{"resnet8", 1}, {"resnet14", 2}, {"resnet20", 3}, {"resnet32", 5}, {"resnet56", 9}};
constexpr std::string_view kMobilenetV2 = "mobilenet_v2";

Result<void> check_settings(const ArchitectureSettings& settings) {
  if (settings.name == kMobilenetV2) {
    if (!(settings.width_multiplier >= 0.1 && settings.width_multiplier <= 4.0))
      return fail("network `{}`: width multiplier {} is not in [0.1, 4]", settings.name, settings.width_multiplier);
    if (settings.stem_stride != 1 && settings.stem_stride != 2)
      return fail("network `{}`: stem stride {}, expected 1 or 2", settings.name, settings.stem_stride);
    return {};
  }
  if (settings.width < 1 || settings.width > 1024)
    return fail("network `{}`: width {} is not in [1, 1024]", settings.name, settings.width);
  return {};
}

}  // namespace

const std::vector<std::string>& trainable_networks() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Depth& resnet : kResnets) result.emplace_back(resnet.name);
    result.emplace_back(kMobilenetV2);
    return result;
  }();
  return names;
}

Result<Architecture> make_architecture(const ArchitectureSettings& settings, const Shape& input, int classes,
                                       std::uint64_t seed) {
  if (const auto checked = check_settings(settings); !checked) return forward_error(checked);
  if (classes < 2) return fail("network `{}`: {} classes, at least 2 expected", settings.name, classes);
  if (input.channels < 1 || input.height < 4 || input.width < 4)
    return fail("network `{}`: input {}x{}x{} is too small, at least 4x4 pixels expected", settings.name,
                input.channels, input.height, input.width);
  const Request request{settings, input, classes, seed};
  if (settings.name == kMobilenetV2) return make_mobilenet_v2(request);
  for (const Depth& resnet : kResnets)
    if (resnet.name == settings.name) return make_resnet(request, resnet.blocks);
  return fail("unknown network `{}`{}", settings.name, suggestion(settings.name, trainable_networks()));
}

}  // namespace axvp
