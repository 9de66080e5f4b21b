#include "axvp/workloads/onnx_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "axvp/common/file.h"
#include "axvp/workloads/float_executor.h"
#include "onnx_model_builder.h"

namespace axvp {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

Network import(const OnnxModelBuilder& model, const ImportOptions& options = {}) {
  auto network = import_onnx_bytes(model.bytes(), "test", options);
  EXPECT_TRUE(network) << network.error().message;
  return network ? std::move(*network) : Network{};
}

template <class Kind>
const Kind& operation(const Network& network, std::size_t node) {
  static const Kind none{};
  if (node >= network.nodes.size() || !std::holds_alternative<Kind>(network.nodes[node].operation)) {
    ADD_FAILURE() << "node " << node << " is of another kind";
    return none;
  }
  return std::get<Kind>(network.nodes[node].operation);
}

std::vector<float> counting(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

/// A 1x1 convolution with weight 1 behind which the tested node stands, so that its input is a computed map.
OnnxModelBuilder map_model(int channels, int height, int width, int opset = 13) {
  OnnxModelBuilder model{opset};
  model.input("x", {-1, channels, height, width}).output("y");
  return model;
}

// --- Conv -----------------------------------------------------------------------------------------------------------

TEST(OnnxImport, ConvKeepsItsAttributes) {
  auto model = map_model(4, 9, 9);
  model.raw_floats("w", {6, 2, 3, 2}, counting(72)).node("Conv", {"x", "w"}, "y", "conv");
  model.with("group", 2).with_list("kernel_shape", {3, 2}).with_list("strides", {2, 3}).with_list("dilations", {1, 2});
  model.with_list("pads", {1, 2, 3, 4});
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 1u);
  EXPECT_EQ(network.nodes[0].name, "conv");
  const auto& conv = operation<Convolution>(network, 0);
  EXPECT_EQ(conv.groups, 2);
  EXPECT_EQ(conv.output_channels, 6);
  EXPECT_EQ(conv.weights, counting(72));
  EXPECT_EQ(conv.window.kernel_height, 3);
  EXPECT_EQ(conv.window.kernel_width, 2);
  EXPECT_EQ(conv.window.stride_height, 2);
  EXPECT_EQ(conv.window.stride_width, 3);
  EXPECT_EQ(conv.window.dilation_width, 2);
  EXPECT_EQ(conv.window.pad_top, 1);
  EXPECT_EQ(conv.window.pad_left, 2);
  EXPECT_EQ(conv.window.pad_bottom, 3);
  EXPECT_EQ(conv.window.pad_right, 4);
  EXPECT_EQ(network.tensors[network.output].shape, (Shape{6, 6, 5}));
}

struct AutoPadCase {
  const char* mode;
  int size, kernel, stride, before, after;
};

TEST(OnnxImport, AutoPadFollowsTheDefinition) {
  // SAME: ceil(size / stride) outputs; total padding (outputs - 1) * stride + kernel - size, an odd one behind (UPPER)
  // or in front (LOWER).
  for (const AutoPadCase& c : {AutoPadCase{"SAME_UPPER", 8, 3, 2, 0, 1}, AutoPadCase{"SAME_LOWER", 8, 3, 2, 1, 0},
                               AutoPadCase{"SAME_UPPER", 7, 3, 2, 1, 1}, AutoPadCase{"SAME_UPPER", 5, 4, 1, 1, 2},
                               AutoPadCase{"SAME_UPPER", 5, 1, 2, 0, 0}, AutoPadCase{"VALID", 5, 3, 1, 0, 0}}) {
    auto model = map_model(1, c.size, c.size);
    model.floats("w", {1, 1, c.kernel, c.kernel}, counting(static_cast<std::size_t>(c.kernel * c.kernel)));
    model.node("Conv", {"x", "w"}, "y").with_text("auto_pad", c.mode).with_list("strides", {c.stride, c.stride});
    const Network network = import(model);
    const Window& window = operation<Convolution>(network, 0).window;
    EXPECT_EQ(window.pad_top, c.before) << c.mode << " " << c.size;
    EXPECT_EQ(window.pad_left, c.before) << c.mode << " " << c.size;
    EXPECT_EQ(window.pad_bottom, c.after) << c.mode << " " << c.size;
    EXPECT_EQ(window.pad_right, c.after) << c.mode << " " << c.size;
  }
}

TEST(OnnxImport, BiasBecomesAnAffine) {
  auto model = map_model(1, 2, 2);
  model.floats("w", {2, 1, 1, 1}, {1, 1}).floats("b", {2}, {0.5F, -3}).node("Conv", {"x", "w", "b"}, "y", "conv");
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 2u);
  EXPECT_EQ(network.nodes[1].name, "conv.bias");
  EXPECT_THAT(operation<ChannelAffine>(network, 1).scale, ElementsAre(1, 1));
  EXPECT_THAT(operation<ChannelAffine>(network, 1).offset, ElementsAre(0.5, -3));
}

TEST(OnnxImport, BatchNormalizationBehindABiasIsOneAffine) {
  auto model = map_model(1, 2, 2);
  model.floats("w", {1, 1, 1, 1}, {1}).floats("b", {1}, {5}).node("Conv", {"x", "w", "b"}, "c", "conv");
  model.floats("gamma", {1}, {-6}).floats("beta", {1}, {1}).floats("mean", {1}, {2}).floats("var", {1}, {8});
  model.node("BatchNormalization", {"c", "gamma", "beta", "mean", "var"}, "y", "bn").with_real("epsilon", 1.0F);
  model.with_real("momentum", 0.9F);
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 2u);
  EXPECT_EQ(network.nodes[1].name, "bn");
  EXPECT_EQ(network.tensors.size(), 3u);
  // gamma / sqrt(8 + 1) = -2; beta - mean * -2 = 5; behind a bias of 5: 5 - 2 * 5 = -5.
  EXPECT_THAT(operation<ChannelAffine>(network, 1).scale, ElementsAre(-2));
  EXPECT_THAT(operation<ChannelAffine>(network, 1).offset, ElementsAre(-5));
  EXPECT_THAT(operation<ChannelAffine>(network, 1).mean, ElementsAre(-3));  // 2 behind the bias of 5
  EXPECT_THAT(operation<ChannelAffine>(network, 1).deviation, ElementsAre(3));
}

TEST(OnnxImport, AffineThatOthersReadStaysItsOwn) {
  auto model = map_model(1, 2, 2);
  model.floats("w", {1, 1, 1, 1}, {1}).floats("b", {1}, {5}).node("Conv", {"x", "w", "b"}, "c", "conv");
  model.floats("one", {1}, {1}).floats("zero", {1}, {0});
  model.node("BatchNormalization", {"c", "one", "zero", "zero", "one"}, "n", "bn").node("Add", {"n", "c"}, "y", "add");
  EXPECT_EQ(import(model).nodes.size(), 4u);
}

// --- Relu, Clip -----------------------------------------------------------------------------------------------------

TEST(OnnxImport, ReluAndClipBecomeClamps) {
  auto model = map_model(1, 2, 2);
  model.floats("low", {}, {-1}).floats("high", {}, {6});
  model.node("Relu", {"x"}, "a").node("Clip", {"a", "low", "high"}, "b").node("Clip", {"b", "", "high"}, "c");
  model.node("Clip", {"c", "low"}, "y");
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 4u);
  EXPECT_EQ(network.nodes[0].name, "Relu_0");
  const std::pair<double, double> bounds[] = {{0, kInfinity}, {-1, 6}, {-kInfinity, 6}, {-1, kInfinity}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(operation<Clamp>(network, i).low, bounds[i].first) << i;
    EXPECT_EQ(operation<Clamp>(network, i).high, bounds[i].second) << i;
  }
}

TEST(OnnxImport, ClipBeforeOpset11HasAttributes) {
  auto model = map_model(1, 2, 2, 9);
  model.node("Clip", {"x"}, "y").with_real("max", 6.0F);
  const Network network = import(model);
  EXPECT_EQ(operation<Clamp>(network, 0).low, -kInfinity);
  EXPECT_EQ(operation<Clamp>(network, 0).high, 6.0);
}

// --- Pools ----------------------------------------------------------------------------------------------------------

TEST(OnnxImport, GlobalPoolsAndReduceMeanCoverTheMap) {
  for (const bool keep : {false, true}) {
    auto model = map_model(2, 3, 5);
    model.node("ReduceMean", {"x"}, "y").with_list("axes", {-1, 2}).with("keepdims", keep ? 1 : 0);
    const Network network = import(model);
    EXPECT_EQ(operation<AveragePool>(network, 0).window.kernel_height, 3);
    EXPECT_EQ(operation<AveragePool>(network, 0).window.kernel_width, 5);
    EXPECT_EQ(network.tensors[network.output].shape, (Shape{2, 1, 1}));
  }
  auto by_input = map_model(2, 3, 5, 18);
  by_input.integers("axes", {2, 3}).node("ReduceMean", {"x", "axes"}, "y").with("keepdims", 0);
  EXPECT_EQ(operation<AveragePool>(import(by_input), 0).window.kernel_width, 5);
  auto average = map_model(2, 3, 5);
  average.node("GlobalAveragePool", {"x"}, "y");
  EXPECT_EQ(operation<AveragePool>(import(average), 0).window.kernel_width, 5);
  auto maximum = map_model(2, 3, 5);
  maximum.node("GlobalMaxPool", {"x"}, "y");
  EXPECT_EQ(operation<MaxPool>(import(maximum), 0).window.kernel_height, 3);
}

TEST(OnnxImport, CeilModeLetsTheLastWindowHangOver) {
  auto model = map_model(1, 4, 5);
  model.node("MaxPool", {"x"}, "y").with_list("kernel_shape", {3, 2}).with_list("strides", {2, 2}).with("ceil_mode", 1);
  const Network network = import(model);
  // Rows: windows start at 0 and 2, the second one needs row 4: one row more. Columns: 0, 2, 4, the last needs
  // column 5.
  EXPECT_EQ(network.tensors[network.output].shape, (Shape{1, 2, 3}));
  EXPECT_EQ(operation<MaxPool>(network, 0).window.pad_bottom, 1);
  EXPECT_EQ(operation<MaxPool>(network, 0).window.pad_right, 1);
}

TEST(OnnxImport, CeilModeLeavesOutWindowsBeyondTheMap) {
  auto model = map_model(1, 4, 4);  // with a stride of 3 and a kernel of 1, a third window would start at 6
  model.node("MaxPool", {"x"}, "y").with_list("kernel_shape", {1, 1}).with_list("strides", {3, 3}).with("ceil_mode", 1);
  EXPECT_EQ(import(model).tensors.back().shape, (Shape{1, 2, 2}));
}

// --- Gemm, MatMul, Add, Flatten -------------------------------------------------------------------------------------

TEST(OnnxImport, GemmBehindFlattenCoversTheMap) {
  auto model = map_model(2, 1, 3);
  model.node("Flatten", {"x"}, "f").raw_floats("w", {2, 6}, counting(12)).floats("b", {2}, {10, 20});
  model.node("Gemm", {"f", "w", "b"}, "y", "fc").with("transB", 1).with_real("alpha", 2.0F).with_real("beta", 0.5F);
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 2u);
  EXPECT_EQ(operation<Convolution>(network, 0).window.kernel_width, 3);
  // Flatten runs through channels, then rows, then columns: 2 * (1*1 + ... + 6*6) = 182, 2 * (7*1 + ... + 12*6) = 434.
  EXPECT_THAT(run_float_logits(network, counting(6)), ElementsAre(182 + 5, 434 + 10));
}

TEST(OnnxImport, GemmWithoutTransposeReadsColumns) {
  auto model = map_model(2, 1, 1);
  model.node("Flatten", {"x"}, "f").floats("w", {2, 3}, {1, 2, 3, 4, 5, 6}).node("Gemm", {"f", "w"}, "y");
  EXPECT_THAT(run_float_logits(import(model), {10, 1}), ElementsAre(14, 25, 36));
}

TEST(OnnxImport, MatMulAndAddAreAGemm) {
  auto model = map_model(2, 1, 1);
  model.integers("shape", {0, -1}).node("Reshape", {"x", "shape"}, "f").floats("w", {2, 3}, {1, 2, 3, 4, 5, 6});
  model.node("MatMul", {"f", "w"}, "m").floats("b", {3}, {1, 2, 3}).node("Add", {"b", "m"}, "y");
  const Network network = import(model);
  EXPECT_EQ(network.nodes.size(), 2u);
  EXPECT_THAT(run_float_logits(network, {10, 1}), ElementsAre(15, 27, 39));
}

TEST(OnnxImport, AddTakesAConstantAChannel) {
  auto model = map_model(2, 1, 2);
  model.floats("b", {1, 2, 1, 1}, {10, 20}).node("Add", {"x", "b"}, "a").floats("c", {}, {1});
  model.node("Add", {"c", "a"}, "y");
  const Network network = import(model);
  EXPECT_EQ(network.nodes.size(), 1u);  // joined
  EXPECT_THAT(run_float_logits(network, {1, 2, 3, 4}), ElementsAre(12, 13, 24, 25));
}

TEST(OnnxImport, ResidualAddReadsBothTensors) {
  auto model = map_model(1, 1, 2);
  model.node("Relu", {"x"}, "r").node("Add", {"r", "x"}, "y", "add");
  const Network network = import(model);
  EXPECT_THAT(network.nodes[1].inputs, ElementsAre(network.nodes[0].output, network.input));
  EXPECT_THAT(run_float_logits(network, {-1, 2}), ElementsAre(-1, 4));
}

TEST(OnnxImport, VectorInputWorks) {
  OnnxModelBuilder model;
  model.input("x", {-1, 2}).output("y").floats("w", {2, 1}, {3, 4}).node("MatMul", {"x", "w"}, "y");
  EXPECT_THAT(run_float_logits(import(model), {1, 10}), ElementsAre(43));
}

// --- Slice, Pad, shapes ---------------------------------------------------------------------------------------------

TEST(OnnxImport, SlicesAndPadBecomeOneResample) {
  auto model = map_model(3, 8, 9);
  model.integers("first", {0}).integers("second", {1}).integers("end", {kEnd}).integers("two", {2});
  model.integers("rows", {2}).integers("columns", {-1}).integers("pads", {0, 2, 0, 0, 0, 4, 0, 0});
  model.node("Slice", {"x", "first", "end", "rows", "two"}, "a")
      .node("Slice", {"a", "second", "end", "columns", "two"}, "b");
  model.node("Pad", {"b", "pads"}, "y", "pad").with_text("mode", "constant");
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 1u);
  EXPECT_EQ(network.nodes[0].name, "pad");
  EXPECT_EQ(network.tensors[network.output].name, "y");
  const auto& resample = operation<Resample>(network, 0);
  EXPECT_EQ(resample.first_row, 0);
  EXPECT_EQ(resample.first_column, 1);
  EXPECT_EQ(resample.step_height, 2);
  EXPECT_EQ(resample.step_width, 2);
  EXPECT_EQ(resample.channels_before, 2);
  EXPECT_EQ(resample.channels_after, 4);
  EXPECT_EQ(network.tensors[network.output].shape, (Shape{9, 4, 4}));
}

TEST(OnnxImport, SliceOfSliceComposes) {
  auto model = map_model(1, 1, 20);
  model.integers("s", {1}).integers("e", {kEnd}).integers("a", {3}).integers("t", {2}).integers("u", {3});
  model.node("Slice", {"x", "s", "e", "a", "t"}, "m").node("Slice", {"m", "s", "e", "a", "u"}, "y");
  std::vector<float> input(20);
  std::iota(input.begin(), input.end(), 0.0F);
  EXPECT_THAT(run_float_logits(import(model), input), ElementsAre(3, 9, 15));  // x[1::2][1::3]
}

TEST(OnnxImport, PadChainOfTorchFolds) {
  // What torch.onnx writes for F.pad(x, (0, 0, 0, 0, 1, 2)): the list in torch's order is filled up with zeros, paired,
  // reversed and transposed.
  auto model = map_model(1, 1, 2);
  model.integers("torch", {0, 0, 0, 0, 1, 2}).integers("two", {2}).integers("pairs", {-1, 2});
  model.integers("back", {-1}).integers("far", {std::numeric_limits<std::int64_t>::min()}).integers("rows", {0});
  model.integers("flat", {-1});
  model.node("ConstantOfShape", {"two"}, "zeros");
  auto* value = model.proto().mutable_graph()->mutable_node(0)->add_attribute();
  value->set_name("value");
  value->set_type(onnx::AttributeProto::TENSOR);
  value->mutable_t()->set_data_type(onnx::TensorProto::INT64);
  value->mutable_t()->add_dims(1);
  value->mutable_t()->add_int64_data(0);
  model.node("Concat", {"torch", "zeros"}, "all").with("axis", 0);
  model.node("Reshape", {"all", "pairs"}, "paired").node("Slice", {"paired", "back", "far", "rows", "back"}, "turned");
  model.node("Transpose", {"turned"}, "columns").with_list("perm", {1, 0}).node("Reshape", {"columns", "flat"}, "list");
  model.node("Cast", {"list"}, "pads").with("to", onnx::TensorProto::INT64).node("Pad", {"x", "pads"}, "y", "pad");
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 1u);
  EXPECT_EQ(operation<Resample>(network, 0).channels_before, 1);
  EXPECT_EQ(operation<Resample>(network, 0).channels_after, 2);
}

TEST(OnnxImport, ViewByShapeArithmeticIsAFlatten) {
  auto model = map_model(3, 1, 1);  // x.view(x.size(0), -1)
  model.integers("zero", {0}).integers("axes", {0}).integers("rest", {-1});
  model.node("Shape", {"x"}, "shape").node("Gather", {"shape", "zero"}, "batch").with("axis", 0);
  model.node("Squeeze", {"batch", "axes"}, "scalar").node("Unsqueeze", {"scalar", "axes"}, "list");
  model.node("Concat", {"list", "rest"}, "target").with("axis", 0).node("Reshape", {"x", "target"}, "f");
  model.floats("w", {3, 1}, {1, 2, 3}).node("MatMul", {"f", "w"}, "y");
  EXPECT_THAT(run_float_logits(import(model), {1, 10, 100}), ElementsAre(321));
}

TEST(OnnxImport, SqueezeOfAPooledMapIsAFlatten) {
  auto model = map_model(2, 2, 2, 11);
  model.node("GlobalAveragePool", {"x"}, "p").node("Squeeze", {"p"}, "f").with_list("axes", {2, 3});
  model.floats("w", {2, 1}, {1, 10}).node("MatMul", {"f", "w"}, "y");
  EXPECT_THAT(run_float_logits(import(model), {1, 1, 1, 1, 2, 2, 2, 2}), ElementsAre(21));
}

TEST(OnnxImport, PadOfRowsAndColumnsJoinsTheConvolution) {
  auto model = map_model(1, 4, 4);
  model.integers("pads", {0, 0, 1, 2, 0, 0, 3, 4})
      .node("Pad", {"x", "pads"}, "p")
      .floats("w", {1, 1, 3, 3}, counting(9));
  model.node("Conv", {"p", "w"}, "y").with_list("pads", {1, 0, 0, 0});
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 1u);
  const Window& window = operation<Convolution>(network, 0).window;
  EXPECT_EQ(window.pad_top, 2);
  EXPECT_EQ(window.pad_left, 2);
  EXPECT_EQ(window.pad_bottom, 3);
  EXPECT_EQ(window.pad_right, 4);
}

TEST(OnnxImport, PadOfRowsAndColumnsCountsInTheAverage) {
  auto model = map_model(1, 1, 1);
  model.integers("pads", {0, 0, 0, 1, 0, 0, 0, 0}).node("Pad", {"x", "pads"}, "p");
  model.node("AveragePool", {"p"}, "y").with_list("kernel_shape", {1, 2});
  EXPECT_THAT(run_float_logits(import(model), {8}), ElementsAre(4));
}

// --- Graph ----------------------------------------------------------------------------------------------------------

TEST(OnnxImport, IdentityDropoutAndConstantLeaveNoNode) {
  auto model = map_model(1, 1, 2);
  model.node("Identity", {"x"}, "i").node("Dropout", {"i"}, "d").with_real("ratio", 0.2F);
  model.node("Constant", {}, "low").with_real("value_float", 1.5F).node("Clip", {"d", "low"}, "y");
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 1u);
  EXPECT_EQ(operation<Clamp>(network, 0).low, 1.5);
}

TEST(OnnxImport, NodesInAnyOrderAreSorted) {
  auto model = map_model(1, 1, 2);
  model.node("Relu", {"b"}, "y", "last").node("Relu", {"x"}, "a", "first").node("Relu", {"a"}, "b", "middle");
  const Network network = import(model);
  ASSERT_EQ(network.nodes.size(), 3u);
  EXPECT_EQ(network.nodes[0].name, "first");
  EXPECT_EQ(network.nodes[1].name, "middle");
  EXPECT_EQ(network.nodes[2].name, "last");
}

TEST(OnnxImport, NodesThatTheOutputDoesNotNeedAreLeftOut) {
  auto model = map_model(1, 1, 2);
  model.node("Relu", {"x"}, "y", "used").node("Sigmoid", {"x"}, "s", "unused").node("Relu", {"x"}, "r", "too");
  EXPECT_EQ(import(model).nodes.size(), 1u);
}

TEST(OnnxImport, NodesWithOneNameAreToldApart) {
  auto model = map_model(1, 1, 2);
  model.node("Relu", {"x"}, "a", "same").node("Relu", {"a"}, "y", "same");
  const Network network = import(model);
  EXPECT_EQ(network.nodes[0].name, "same");
  EXPECT_EQ(network.nodes[1].name, "same_2");
}

TEST(OnnxImport, InitialisersMayBeListedAsInputs) {
  auto model = map_model(1, 1, 2);
  model.input("w", {1, 1, 1, 1}).floats("w", {1, 1, 1, 1}, {2}).node("Conv", {"x", "w"}, "y");
  EXPECT_THAT(run_float_logits(import(model), {1, 2}), ElementsAre(2, 4));
}

TEST(OnnxImport, OpenSizesComeFromTheOptions) {
  auto model = map_model(3, -1, -1);
  model.node("Relu", {"x"}, "y");
  EXPECT_EQ(import(model, {48, 64}).tensors[0].shape, (Shape{3, 48, 64}));
}

TEST(OnnxImport, PreprocessingComesFromTheMetadata) {
  auto model = map_model(3, 1, 1);
  model.node("Relu", {"x"}, "y");
  const Preprocessing standard = import(model).preprocessing;
  EXPECT_EQ(standard.divisor, 255.0);
  for (const auto& [key, value] :
       {std::pair{"axvp.divisor", "127.5"}, {"axvp.mean", "1,1,1"}, {"axvp.deviation", "1,0.5,2e-1"}}) {
    auto* entry = model.proto().add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
  const Preprocessing given = import(model).preprocessing;
  EXPECT_EQ(given.divisor, 127.5);
  EXPECT_THAT(given.mean, ElementsAre(1, 1, 1));
  EXPECT_THAT(given.deviation, ElementsAre(1, 0.5, 0.2));
}

TEST(OnnxImport, FileGivesTheNetworkItsName) {
  const auto path = std::filesystem::temp_directory_path() / "axvp_named_network.onnx";
  auto model = map_model(1, 1, 1);
  model.node("Relu", {"x"}, "y");
  ASSERT_TRUE(write_file_atomically(path, model.bytes()));
  const auto network = import_onnx(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(network->name, "axvp_named_network");
}

}  // namespace
}  // namespace axvp
