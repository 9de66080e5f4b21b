// The preset `scalesim` on every layer of three networks: the closed forms, evaluated here by a loop over folds. The
// layers are checked by the networks' published MACs.

#include <gmock/gmock.h>

#include "axvp/accel/timing.h"

namespace axvp {
namespace {

/// A convolution as matrix products: `groups` of them, each m x k by k x n.
struct Layer {
  MatrixShape shape;
  std::uint64_t groups = 1;
};

class NetworkShapes {
 public:
  NetworkShapes(std::uint64_t channels, std::uint64_t side) : channels_(channels), side_(side) {}

  /// Padding keeps the side, the stride divides it.
  void convolution(std::uint64_t outputs, std::uint64_t kernel, std::uint64_t stride = 1) {
    side_ = (side_ + stride - 1) / stride;
    layers_.push_back({{side_ * side_, outputs, kernel * kernel * channels_}, 1});
    channels_ = outputs;
  }
  void depthwise(std::uint64_t stride) {
    side_ = (side_ + stride - 1) / stride;
    layers_.push_back({{side_ * side_, 1, 9}, channels_});
  }
  /// A shortcut from `inputs` channels to the present map.
  void shortcut(std::uint64_t inputs) { layers_.push_back({{side_ * side_, channels_, inputs}, 1}); }
  void pool(std::uint64_t stride) { side_ /= stride; }
  void classifier(std::uint64_t classes) { layers_.push_back({{1, classes, channels_}, 1}); }

  [[nodiscard]] std::uint64_t channels() const { return channels_; }
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }

 private:
  std::uint64_t channels_, side_;
  std::vector<Layer> layers_;
};

/// He et al. 2016, table 1.
std::vector<Layer> resnet18() {
  NetworkShapes net{3, 224};
  net.convolution(64, 7, 2);
  net.pool(2);
  for (const std::uint64_t width : {64, 128, 256, 512})
    for (int block = 0; block < 2; ++block) {
      const std::uint64_t inputs = net.channels();
      net.convolution(width, 3, block == 0 && width != 64 ? 2 : 1);
      net.convolution(width, 3);
      if (block == 0 && width != 64) net.shortcut(inputs);
    }
  net.classifier(1000);
  return net.layers();
}

std::vector<Layer> resnet50() {
  NetworkShapes net{3, 224};
  net.convolution(64, 7, 2);
  net.pool(2);
  const std::vector<std::pair<std::uint64_t, int>> stages{{64, 3}, {128, 4}, {256, 6}, {512, 3}};
  for (const auto& [width, blocks] : stages)
    for (int block = 0; block < blocks; ++block) {
      const std::uint64_t inputs = net.channels();
      net.convolution(width, 1);
      net.convolution(width, 3, block == 0 && width != 64 ? 2 : 1);
      net.convolution(4 * width, 1);
      if (block == 0) net.shortcut(inputs);
    }
  net.classifier(1000);
  return net.layers();
}

/// Sandler et al. 2018, table 2.
std::vector<Layer> mobilenet_v2() {
  NetworkShapes net{3, 224};
  net.convolution(32, 3, 2);
  struct Stage {
    std::uint64_t expansion, outputs;
    int blocks;
    std::uint64_t stride;
  };
  for (const Stage& s : {Stage{1, 16, 1, 1}, Stage{6, 24, 2, 2}, Stage{6, 32, 3, 2}, Stage{6, 64, 4, 2},
                         Stage{6, 96, 3, 1}, Stage{6, 160, 3, 2}, Stage{6, 320, 1, 1}})
    for (int block = 0; block < s.blocks; ++block) {
      if (s.expansion != 1) net.convolution(s.expansion * net.channels(), 1);
      net.depthwise(block == 0 ? s.stride : 1);
      net.convolution(s.outputs, 1);
    }
  net.convolution(1280, 1);
  net.classifier(1000);
  return net.layers();
}

std::uint64_t macs(const std::vector<Layer>& layers) {
  std::uint64_t sum = 0;
  for (const Layer& l : layers) sum += l.groups * l.shape.m * l.shape.n * l.shape.k;
  return sum;
}

/// Counts a layer fold by fold: load, first operand to the farthest element, the rest of the stream.
std::uint64_t by_folds(Dataflow dataflow, std::uint64_t rows, std::uint64_t columns, const MatrixShape& s) {
  const std::uint64_t down = dataflow == Dataflow::OutputStationary ? s.m : s.k;
  const std::uint64_t across = dataflow == Dataflow::InputStationary ? s.m : s.n;
  const std::uint64_t stream = dataflow == Dataflow::WeightStationary   ? s.m
                               : dataflow == Dataflow::OutputStationary ? s.k
                                                                        : s.n;
  std::uint64_t cycles = 0;
  for (std::uint64_t r = 0; r < down; r += rows)
    for (std::uint64_t c = 0; c < across; c += columns) {
      if (dataflow != Dataflow::OutputStationary) cycles += rows;  // one row of the stationary operand a cycle
      cycles += (rows - 1) + (columns - 1);                        // skew to the last element
      cycles += stream;
    }
  return cycles;
}

TEST(ScaleSimPreset, EqualsTheFormsOnEveryLayerOfThreeNetworks) {
  const std::vector<std::vector<Layer>> networks{resnet18(), resnet50(), mobilenet_v2()};
  EXPECT_EQ(macs(networks[0]), 1'814'073'344u);  // torchvision: 1.81 G
  EXPECT_EQ(macs(networks[1]), 4'089'184'256u);  // 4.09 G
  EXPECT_EQ(macs(networks[2]), 300'774'272u);    // 0.30 G
  for (const auto& layers : networks)
    for (const Layer& layer : layers)
      for (const int side : {16, 32})
        for (const Dataflow dataflow :
             {Dataflow::WeightStationary, Dataflow::OutputStationary, Dataflow::InputStationary}) {
          const auto size = static_cast<std::uint64_t>(side);
          ASSERT_EQ(scalesim_cycles(dataflow, {side, side}, layer.shape), by_folds(dataflow, size, size, layer.shape))
              << to_string(dataflow) << " " << side << ": " << layer.shape.m << " x " << layer.shape.n << " x "
              << layer.shape.k;
        }
}

}  // namespace
}  // namespace axvp
