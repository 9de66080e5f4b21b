#include "axvp/workloads/onnx_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <limits>

#include "axvp/common/random.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "test_data.h"

namespace axvp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<float> noise(std::size_t count, std::uint64_t seed) {
  Random random{seed};
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

ChannelAffine affine_of(int channels, std::uint64_t seed, bool bias_only) {
  const auto count = static_cast<std::size_t>(channels);
  const std::vector<float> scale = noise(count, seed);
  const std::vector<float> offset = noise(count, seed + 1);
  ChannelAffine affine{{scale.begin(), scale.end()}, {offset.begin(), offset.end()}};
  if (bias_only) affine.scale.assign(count, 1.0);
  return affine;
}

/// Every operation once, and each form that the exporter distinguishes.
class SampleNetwork {
 public:
  SampleNetwork() {
    network_.name = "sample";
    network_.preprocessing = {127.5, {1.0, 1.0, 1.0}, {0.5, 1.0, 0.1}};
    network_.tensors.push_back({"input", {4, 9, 11}});
    Convolution first{{3, 2, 2, 1, 1, 2, 1, 0, 2, 1}, 2, 6, noise(6 * 2 * 3 * 2, 1)};
    TensorId x = add("conv", first, {0});
    x = add("bn", affine_of(6, 2, false), {x});
    x = add("relu", Clamp{0.0, kInfinity}, {x});
    TensorId shortcut = add("shortcut", Resample{1, 0, 2, 3, 1, 3}, {x});
    TensorId y = add("second", Convolution{{1, 1, 2, 3, 1, 1, 0, 0, 0, 0}, 1, 10, noise(10 * 6, 3)}, {x});
    const Shape& shape = network_.tensors[shortcut].shape;
    EXPECT_EQ(shape.channels, 10);
    y = add("crop", Resample{shape_of(y).height - shape.height, shape_of(y).width - shape.width, 1, 1, 0, 0}, {y});
    y = add("second.bias", affine_of(10, 4, true), {y});
    x = add("add", Add{}, {y, shortcut});
    x = add("clip", Clamp{-1.0, 6.0}, {x});
    x = add("below", Clamp{-kInfinity, 5.5}, {x});
    x = add("above", Clamp{-0.5, kInfinity}, {x});
    x = add("max", MaxPool{{2, 2, 1, 1, 1, 2, 0, 1, 1, 0}}, {x});
    x = add("average", AveragePool{{2, 1, 1, 1, 1, 1, 0, 0, 1, 0}, true}, {x});
    x = add("plain", AveragePool{{1, 2, 1, 1, 1, 1, 0, 1, 0, 0}, false}, {x});
    const Window whole{shape_of(x).height, shape_of(x).width};
    TensorId head = add("gap", AveragePool{whole, false}, {x});
    head = add("classifier", Convolution{{}, 1, 5, noise(5 * 10, 6)}, {head});
    head = add("classifier.bias", affine_of(5, 7, true), {head});
    head = add("logit_scale", affine_of(5, 9, false), {head});
    network_.output = head;
  }
  [[nodiscard]] const Network& get() const { return network_; }

 private:
  [[nodiscard]] const Shape& shape_of(TensorId id) const { return network_.tensors[id].shape; }

  TensorId add(const std::string& name, Operation operation, std::vector<TensorId> inputs) {
    Node node{name, std::move(operation), std::move(inputs), network_.tensors.size()};
    std::vector<Shape> shapes;
    for (const TensorId input : node.inputs) shapes.push_back(shape_of(input));
    const auto shape = infer_shape(node, shapes);
    EXPECT_TRUE(shape) << shape.error().message;
    network_.tensors.push_back({name + "_out", *shape});
    network_.nodes.push_back(std::move(node));
    return network_.tensors.size() - 1;
  }

  Network network_;
};

void expect_same_logits(const Network& left, const Network& right) {
  const std::vector<float> input = noise(left.tensors[left.input].shape.size(), 42);
  const std::vector<float> expected = run_float_logits(left, input);
  const std::vector<float> found = run_float_logits(right, input);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-5F * std::max(1.0F, std::abs(expected[i]))) << "logit " << i;
}

const Node* find_node(const Network& network, const std::string& name) {
  for (const Node& node : network.nodes)
    if (node.name == name) return &node;
  return nullptr;
}

TEST(OnnxExport, RoundTripKeepsStructureAndLogits) {
  const SampleNetwork sample;
  const Network& network = sample.get();
  const auto again = import_onnx_bytes(export_onnx(network), "sample");
  ASSERT_TRUE(again) << again.error().message;
  // The bias and the scale behind the classifier arrive as one ChannelAffine, all else as it was.
  ASSERT_EQ(again->nodes.size(), network.nodes.size() - 1);
  for (const Node& node : network.nodes) {
    if (node.name == "classifier.bias") continue;
    const Node* found = find_node(*again, node.name);
    ASSERT_NE(found, nullptr) << node.name;
    EXPECT_EQ(found->operation.index(), node.operation.index()) << node.name;
    EXPECT_EQ(again->tensors[found->output].shape, network.tensors[node.output].shape) << node.name;
  }
  EXPECT_EQ(again->preprocessing.divisor, 127.5);
  EXPECT_EQ(again->preprocessing.mean, network.preprocessing.mean);
  EXPECT_EQ(again->preprocessing.deviation, network.preprocessing.deviation);
  expect_same_logits(network, *again);
}

TEST(OnnxExport, SecondRoundTripGivesTheSameBytes) {
  const auto once = import_onnx_bytes(export_onnx(SampleNetwork{}.get()), "sample");
  ASSERT_TRUE(once) << once.error().message;
  const std::string bytes = export_onnx(*once);
  const auto twice = import_onnx_bytes(bytes, "sample");
  ASSERT_TRUE(twice) << twice.error().message;
  EXPECT_TRUE(export_onnx(*twice) == bytes);
}

TEST(OnnxExport, PassesTheOnnxCheckerAndItsShapeInference) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(export_onnx(SampleNetwork{}.get())));
  EXPECT_NO_THROW(onnx::checker::check_model(model));
  const onnx::ShapeInferenceOptions strict{true, 1, true};
  EXPECT_NO_THROW(onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), strict));
  EXPECT_EQ(model.ir_version(), 7);
  EXPECT_EQ(model.opset_import(0).version(), 13);
  EXPECT_EQ(model.graph().input(0).name(), "input");
  EXPECT_EQ(model.graph().output(0).name(), "logits");
}

TEST(OnnxExport, TensorsWithoutNamesGetSome) {
  Network network = SampleNetwork{}.get();
  for (Tensor& tensor : network.tensors) tensor.name.clear();
  const auto again = import_onnx_bytes(export_onnx(network), "sample");
  ASSERT_TRUE(again) << again.error().message;
  expect_same_logits(network, *again);
}

TEST(OnnxExport, NetworkWithoutNodesIsAnIdentity) {
  Network network;
  network.tensors = {{"x", {1, 2, 3}}};
  const auto again = import_onnx_bytes(export_onnx(network), "identity");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->nodes.empty());
  EXPECT_EQ(again->tensors[again->output].shape, (Shape{1, 2, 3}));
}

TEST(OnnxExport, ResNet20RoundTripKeepsEveryNodeAndLogit) {
  AXVP_NEEDS_DATA("weights/resnet20_cifar10.onnx");
  const auto path = data_folder() / "weights/resnet20_cifar10.onnx";
  const auto network = import_onnx(path);
  ASSERT_TRUE(network) << network.error().message;
  const auto again = import_onnx_bytes(export_onnx(*network), "again");
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->nodes.size(), network->nodes.size());
  for (std::size_t i = 0; i < network->nodes.size(); ++i) {
    EXPECT_EQ(again->nodes[i].name, network->nodes[i].name);
    EXPECT_EQ(again->nodes[i].inputs, network->nodes[i].inputs);
    EXPECT_EQ(again->tensors[i].name, network->tensors[i].name);
  }
  const std::vector<float> image = noise(3 * 32 * 32, 5);
  EXPECT_EQ(run_float_logits(*again, image), run_float_logits(*network, image));
}

}  // namespace
}  // namespace axvp
