#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "axvp/common/random.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/network.h"

namespace axvp::test {

/// Builds a Network node by node; shapes follow from infer_shape, names are "<operation>_<index>" unless given.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(Shape input, const std::string& name = "net") {
    network_.name = name;
    network_.tensors.push_back({"input", input});
  }

  TensorId add(Operation operation, std::vector<TensorId> inputs, const std::string& name) {
    Node node{name, std::move(operation), std::move(inputs), network_.tensors.size()};
    std::vector<Shape> shapes;
    for (const TensorId input : node.inputs) shapes.push_back(network_.tensors[input].shape);
    const auto shape = infer_shape(node, shapes);
    if (!shape) ADD_FAILURE() << shape.error().message;
    network_.tensors.push_back({name + ".out", shape ? *shape : Shape{}});
    network_.output = node.output;
    network_.nodes.push_back(std::move(node));
    return network_.output;
  }

  TensorId convolution(TensorId input, int output_channels, Window window, std::vector<float> weights,
                       const std::string& name, int groups = 1) {
    return add(Convolution{window, groups, output_channels, std::move(weights)}, {input}, name);
  }

  /// A convolution with normal weights of deviation sqrt(2 / fan-in).
  TensorId convolution(TensorId input, int output_channels, Window window, Random& random, const std::string& name,
                       int groups = 1) {
    const int fan_in = network_.tensors[input].shape.channels / groups * window.kernel_height * window.kernel_width;
    std::vector<float> weights;
    for (int i = 0; i < output_channels * fan_in; ++i)
      weights.push_back(static_cast<float>(random.normal() * std::sqrt(2.0 / fan_in)));
    return convolution(input, output_channels, window, std::move(weights), name, groups);
  }

  TensorId relu(TensorId input, const std::string& name) {
    return add(Clamp{0.0, std::numeric_limits<double>::infinity()}, {input}, name);
  }

  /// BatchNorm with random gamma, every fourth negative.
  TensorId batch_norm(TensorId input, Random& random, const std::string& name) {
    ChannelAffine affine;
    for (int c = 0; c < network_.tensors[input].shape.channels; ++c) {
      affine.scale.push_back(random.uniform(0.5, 1.5) * (c % 4 == 3 ? -1.0 : 1.0));
      affine.offset.push_back(random.uniform(-0.3, 0.3));
    }
    return add(std::move(affine), {input}, name);
  }

  Network& network() { return network_; }

 private:
  Network network_;
};

inline Window square(int kernel, int stride = 1, int pad = 0) {
  return {kernel, kernel, stride, stride, 1, 1, pad, pad, pad, pad};
}

/// A ResNet in small: stem, an identity block, a block with an option-A shortcut, pool, classifier. 3x8x8 -> 5.
inline Network small_resnet() {
  Random random{5};
  NetworkBuilder b{{3, 8, 8}, "small_resnet"};
  auto x = b.relu(b.batch_norm(b.convolution(0, 4, square(3, 1, 1), random, "stem"), random, "stem_bn"), "stem_relu");
  auto y = b.relu(b.batch_norm(b.convolution(x, 4, square(3, 1, 1), random, "b1c1"), random, "b1bn1"), "b1relu1");
  y = b.batch_norm(b.convolution(y, 4, square(3, 1, 1), random, "b1c2"), random, "b1bn2");
  x = b.relu(b.add(Add{}, {y, x}, "b1add"), "b1relu2");
  y = b.relu(b.batch_norm(b.convolution(x, 8, square(3, 2, 1), random, "b2c1"), random, "b2bn1"), "b2relu1");
  y = b.batch_norm(b.convolution(y, 8, square(3, 1, 1), random, "b2c2"), random, "b2bn2");
  const auto shortcut = b.add(Resample{0, 0, 2, 2, 2, 2}, {x}, "b2shortcut");
  x = b.relu(b.add(Add{}, {y, shortcut}, "b2add"), "b2relu2");
  x = b.add(AveragePool{square(4)}, {x}, "pool");
  x = b.convolution(x, 5, square(1), random, "classifier");
  b.add(ChannelAffine{{1, 1, 1, 1, 1}, {0.1, -0.2, 0.3, 0.0, 0.2}}, {x}, "classifier_bias");
  return b.network();
}

/// Smooth random images, so that neighbouring pixels resemble one another.
inline Dataset random_images(std::size_t count, int size) {
  Random random{17};
  Dataset data;
  data.name = "random";
  data.classes = 5;
  for (std::size_t i = 0; i < count; ++i) {
    Image image{size, size, {}, static_cast<int>(i % 5)};
    const double base = random.uniform(0.0, 255.0);
    for (int p = 0; p < size * size * 3; ++p)
      image.pixels.push_back(static_cast<std::uint8_t>(std::min(255.0, std::max(0.0, base + 60.0 * random.normal()))));
    data.images.push_back(std::move(image));
  }
  return data;
}

}  // namespace axvp::test
