// Models that the importer has to refuse, each with the message that says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "axvp/workloads/onnx_import.h"
#include "onnx_model_builder.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

struct BadModel {
  std::string name;
  std::function<void(OnnxModelBuilder&)> build;  ///< Starts from an input `x` of batch x 2 x 4 x 4 and an output `y`.
  std::string message;
  int opset = 13;
};

void add_conv(OnnxModelBuilder& model) {
  model.floats("w", {2, 2, 1, 1}, {1, 2, 3, 4}).node("Conv", {"x", "w"}, "y", "c1");
}
void add_pool(OnnxModelBuilder& model, const std::string& type, const std::vector<std::int64_t>& kernel) {
  model.node(type, {"x"}, "y", "p1").with_list("kernel_shape", kernel);
}
void add_normalisation(OnnxModelBuilder& model, float variance) {
  model.floats("s", {2}, {1, 1}).floats("v", {2}, {1, variance});
  model.node("BatchNormalization", {"x", "s", "s", "s", "v"}, "y", "bn");
}
void add_slice(OnnxModelBuilder& model, std::int64_t start, std::int64_t end, std::int64_t axis, std::int64_t step) {
  model.integers("s", {start}).integers("e", {end}).integers("a", {axis}).integers("t", {step});
  model.node("Slice", {"x", "s", "e", "a", "t"}, "y", "sl");
}
void add_pad(OnnxModelBuilder& model, const std::vector<std::int64_t>& pads) {
  model.integers("p", pads).node("Pad", {"x", "p"}, "q", "pad").node("Relu", {"q"}, "y", "r");
}
void add_gemm(OnnxModelBuilder& model, const std::vector<std::int64_t>& dims) {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) count *= dim;
  model.node("Flatten", {"x"}, "f").floats("w", dims, std::vector<float>(static_cast<std::size_t>(count), 1.0F));
  model.node("Gemm", {"f", "w"}, "y", "fc");
}

const float kNan = std::numeric_limits<float>::quiet_NaN();
const float kInf = std::numeric_limits<float>::infinity();
using Model = OnnxModelBuilder;

std::vector<BadModel> bad_models() {
  return {
      // The file and the graph
      {"no_nodes", [](Model&) {}, "holds no graph, or a graph without nodes"},
      {"old_opset", [](Model& m) { add_conv(m); }, "opset 8 is not supported; supported are 9 to 18", 8},
      {"new_opset", [](Model& m) { add_conv(m); }, "opset 19 is not supported; supported are 9 to 18", 19},
      {"no_opset",
       [](Model& m) {
         add_conv(m);
         m.proto().clear_opset_import();
       },
       "names no opset"},
      {"cycle",
       [](Model& m) {
         m.node("Add", {"x", "b"}, "a", "n1").node("Relu", {"a"}, "b", "n2").node("Relu", {"b"}, "y");
       },
       "the graph is cyclic: Add `n1`, Relu `n2`, Relu (node 2) wait for each other's outputs"},
      {"own_output",
       [](Model& m) {
         m.node("Add", {"x", "y"}, "y", "n1");
       },
       "the graph is cyclic: Add `n1`"},
      {"dangling_input", [](Model& m) { m.node("Relu", {"nowhere"}, "y", "r1"); },
       "Relu `r1`: needs `nowhere`, which no node, initialiser or graph input provides"},
      {"missing_initialiser",
       [](Model& m) {
         m.node("Conv", {"x", "weight"}, "y", "c1");
       },
       "Conv `c1`: needs `weight`, which no node, initialiser or graph input provides"},
      {"missing_output", [](Model& m) { m.node("Relu", {"x"}, "z"); }, "graph output `y`: no node"},
      {"two_outputs", [](Model& m) { m.node("Relu", {"x"}, "y").output("x"); }, "2 graph outputs; a network has one"},
      {"no_output",
       [](Model& m) {
         add_conv(m);
         m.proto().mutable_graph()->clear_output();
       },
       "0 graph outputs; a network has one"},
      {"constant_output", [](Model& m) { m.floats("y", {1}, {1}).node("Relu", {"x"}, "z"); },
       "graph output `y`: it does not depend on the input"},
      {"value_twice", [](Model& m) { m.node("Relu", {"x"}, "y", "r1").node("Relu", {"x"}, "y", "r2"); },
       "Relu `r2`: value `y` is provided twice"},
      {"initialiser_twice",
       [](Model& m) {
         add_conv(m);
         m.floats("w", {1}, {1});
       },
       "two initialisers `w`"},
      {"second_output",
       [](Model& m) {
         m.node("MaxPool", {"x"}, "z", "p1").with_list("kernel_shape", {2, 2});
         m.proto().mutable_graph()->mutable_node(0)->add_output("indices");
         m.node("Relu", {"indices"}, "y", "r1");
       },
       "Relu `r1`: needs `indices`, an output that is not supported"},
      // The input
      {"two_inputs",
       [](Model& m) {
         add_conv(m);
         m.input("z", {1});
       },
       "graph inputs `x` and `z`; a network has one"},
      {"no_input",
       [](Model& m) {
         m.proto().mutable_graph()->clear_input();
         m.floats("x", {1, 2, 4, 4}, std::vector<float>(32));
         add_conv(m);
       },
       "the graph has no input"},
      {"input_rank",
       [](Model& m) {
         m.proto().mutable_graph()->clear_input();
         m.input("x", {1, 2, 4});
         add_conv(m);
       },
       "graph input `x`: it has rank 3"},
      {"input_type",
       [](Model& m) {
         add_conv(m);
         auto* type = m.proto().mutable_graph()->mutable_input(0)->mutable_type();
         type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT16);
       },
       "graph input `x`: it is not a float32 tensor"},
      {"open_channels",
       [](Model& m) {
         m.proto().mutable_graph()->clear_input();
         m.input("x", {1, -1, 4, 4});
         add_conv(m);
       },
       "open number of channels"},
      {"open_height",
       [](Model& m) {
         m.proto().mutable_graph()->clear_input();
         m.input("x", {1, 2, -1, 4});
         add_conv(m);
       },
       "the model leaves its input height open"},
      {"zero_width",
       [](Model& m) {
         m.proto().mutable_graph()->clear_input();
         m.input("x", {1, 2, 4, 0});
         add_conv(m);
       },
       "2x4x0 is outside the supported range"},
      {"huge_input",
       [](Model& m) {
         m.proto().mutable_graph()->clear_input();
         m.input("x", {1, 1 << 20, 1 << 16, 1 << 16});
         add_conv(m);
       },
       "1048576x65536x65536 is outside the supported range"},
      // Operators and attributes
      {"unsupported_operator", [](Model& m) { m.node("Sigmoid", {"x"}, "y", "act"); },
       "Sigmoid `act`: operator not supported; supported are Add, AveragePool"},
      {"unsupported_domain",
       [](Model& m) {
         m.node("Conv", {"x"}, "y", "c1");
         m.proto().mutable_graph()->mutable_node(0)->set_domain("com.microsoft");
       },
       "operators of domain `com.microsoft` are not supported"},
      {"unsupported_attribute",
       [](Model& m) {
         add_conv(m);
         m.with("activation", 1);
       },
       "Conv `c1`: attribute `activation` is not supported"},
      {"attribute_type",
       [](Model& m) {
         add_conv(m);
         m.with_real("group", 1.0F);
       },
       "Conv `c1`: attribute `group` has the wrong type"},
      // Initialisers
      {"nan_weight",
       [](Model& m) {
         m.floats("w", {1, 2, 1, 1}, {1, kNan}).node("Conv", {"x", "w"}, "y", "c1");
       },
       "Conv `c1`: weight `w` holds nan at element 1"},
      {"infinite_bias",
       [](Model& m) {
         m.floats("w", {1, 2, 1, 1}, {1, 1}).floats("b", {1}, {-kInf}).node("Conv", {"x", "w", "b"}, "y", "c1");
       },
       "Conv `c1`: bias `b` holds -inf at element 0"},
      {"half_weight",
       [](Model& m) {
         add_conv(m);
         m.initialiser(0).set_data_type(onnx::TensorProto::FLOAT16);
       },
       "initialiser `w`: type FLOAT16 is not supported"},
      {"integer_weight",
       [](Model& m) {
         m.integers("w", {1}).node("Conv", {"x", "w"}, "y", "c1");
       },
       "Conv `c1`: weight `w` is not float32"},
      {"short_data",
       [](Model& m) {
         m.floats("w", {2, 2, 1, 1}, {1, 2, 3}).node("Conv", {"x", "w"}, "y");
       },
       "initialiser `w`: 3 values, 4 expected for shape 2x2x1x1"},
      {"short_raw_data",
       [](Model& m) {
         m.raw_floats("w", {2, 2, 1, 1}, {1, 2, 3}).node("Conv", {"x", "w"}, "y");
       },
       "initialiser `w`: 12 bytes of data, 16 expected for shape 2x2x1x1"},
      {"huge_initialiser",
       [](Model& m) {
         m.floats("w", {1 << 30, 1 << 30, 3, 3}, {}).node("Conv", {"x", "w"}, "y");
       },
       "initialiser `w`: 1073741824x1073741824x3x3 elements are more than"},
      {"negative_dimension",
       [](Model& m) {
         m.floats("w", {-2, -2, 1, 1}, {1, 2, 3, 4}).node("Conv", {"x", "w"}, "y");
       },
       "initialiser `w`: dimension -2 of -2x-2x1x1 is negative"},
      {"external_data",
       [](Model& m) {
         add_conv(m);
         m.initialiser(0).set_data_location(onnx::TensorProto::EXTERNAL);
       },
       "initialiser `w`: its values lie in an external file, but the model does not come from a folder"},
      {"computed_weight",
       [](Model& m) {
         m.node("Relu", {"x"}, "w", "r1").node("Conv", {"x", "w"}, "y", "c1");
       },
       "Conv `c1`: weight `w` is computed in the graph; it must be a constant"},
      // Conv
      {"conv_rank",
       [](Model& m) {
         m.floats("w", {1, 2, 1}, {1, 1}).node("Conv", {"x", "w"}, "y", "c1");
       },
       "Conv `c1`: weight has shape 1x2x1, expected rank 4"},
      {"conv_channels",
       [](Model& m) {
         m.floats("w", {1, 3, 1, 1}, {1, 1, 1}).node("Conv", {"x", "w"}, "y", "c1");
       },
       "Conv `c1`: weight has shape 1x3x1x1, but the input has 2 channels in 1 groups"},
      {"conv_groups",
       [](Model& m) {
         add_conv(m);
         m.with("group", 3);
       },
       "Conv `c1`: 3 groups do not divide 2 input and 2 output channels"},
      {"conv_no_groups",
       [](Model& m) {
         add_conv(m);
         m.with("group", 0);
       },
       "Conv `c1`: 0 groups"},
      {"conv_kernel_shape",
       [](Model& m) {
         add_conv(m);
         m.with_list("kernel_shape", {3, 3});
       },
       "Conv `c1`: kernel_shape is 3x3, the weights' is 1x1"},
      {"conv_negative_pads",
       [](Model& m) {
         add_conv(m);
         m.with_list("pads", {0, 0, -1, 0});
       },
       "Conv `c1`: pads holds -1, expected 0 to 65536"},
      {"conv_pads_count",
       [](Model& m) {
         add_conv(m);
         m.with_list("pads", {1, 1});
       },
       "Conv `c1`: pads has 2 entries, expected 4"},
      {"conv_zero_stride",
       [](Model& m) {
         add_conv(m);
         m.with_list("strides", {1, 0});
       },
       "Conv `c1`: strides holds 0, expected 1 to 65536"},
      {"conv_zero_dilation",
       [](Model& m) {
         add_conv(m);
         m.with_list("dilations", {0, 1});
       },
       "Conv `c1`: dilations holds 0, expected 1 to 65536"},
      {"conv_auto_pad",
       [](Model& m) {
         add_conv(m);
         m.with_text("auto_pad", "SAME");
       },
       "Conv `c1`: auto_pad is `SAME`"},
      {"conv_bias_length",
       [](Model& m) {
         m.floats("w", {1, 2, 1, 1}, {1, 1}).floats("b", {2}, {1, 1}).node("Conv", {"x", "w", "b"}, "y", "c1");
       },
       "Conv `c1`: bias has shape 2, expected 1"},
      {"conv_window_too_large",
       [](Model& m) {
         m.floats("w", {1, 2, 5, 1}, std::vector<float>(10, 1.0F)).node("Conv", {"x", "w"}, "y", "c1");
       },
       "the 5x1 window does not fit into the 4x4 input"},
      {"conv_huge_output",
       [](Model& m) {
         add_conv(m);
         m.with_list("pads", {30000, 30000, 30000, 30000});
       },
       "2x60004x60004 is outside the supported range"},
      {"conv_behind_flatten",
       [](Model& m) {
         m.node("Flatten", {"x"}, "f").floats("w", {1, 2, 1, 1}, {1, 1}).node("Conv", {"f", "w"}, "y", "c1");
       },
       "Conv `c1`: input `f` has rank 2, expected 4"},
      // BatchNormalization, Clip, Add
      {"negative_variance", [](Model& m) { add_normalisation(m, -1.0F); },
       "BatchNormalization `bn`: variance of channel 1 is -1"},
      {"scale_beyond_float",
       [](Model& m) {
         m.floats("s", {2}, {1e30F, 1}).floats("v", {2}, {1e-20F, 1});
         m.node("BatchNormalization", {"x", "s", "v", "v", "v"}, "y", "bn").with_real("epsilon", 0.0F);
       },
       "`bn`: its weights, scales or offsets are beyond float32"},
      {"normalisation_length",
       [](Model& m) {
         m.floats("s", {3}, {1, 1, 1}).node("BatchNormalization", {"x", "s", "s", "s", "s"}, "y", "bn");
       },
       "BatchNormalization `bn`: scale has shape 3, expected 2"},
      {"normalisation_training",
       [](Model& m) {
         add_normalisation(m, 1.0F);
         m.with("training_mode", 1);
       },
       "BatchNormalization `bn`: training_mode is not supported"},
      {"normalisation_of_features",
       [](Model& m) {
         m.node("Flatten", {"x"}, "f").floats("s", {32}, std::vector<float>(32, 1.0F));
         m.node("BatchNormalization", {"f", "s", "s", "s", "s"}, "y", "bn");
       },
       "it works on single features of a flattened 2x4x4 map"},
      {"empty_clip",
       [](Model& m) {
         m.floats("a", {}, {2}).floats("b", {}, {1}).node("Clip", {"x", "a", "b"}, "y", "clip");
       },
       "Clip `clip`: its range 2 to 1 is empty"},
      {"nan_clip",
       [](Model& m) {
         m.floats("a", {}, {kNan}).node("Clip", {"x", "a"}, "y", "clip");
       },
       "Clip `clip`: its range nan to inf is empty"},
      {"add_broadcast",
       [](Model& m) {
         m.node("GlobalAveragePool", {"x"}, "p").node("Add", {"x", "p"}, "y", "add");
       },
       "Add `add`: operands have shapes 2x4x4 and 2x1x1; broadcasting is not supported"},
      {"add_map",
       [](Model& m) {
         m.floats("b", {4, 4}, std::vector<float>(16)).node("Add", {"x", "b"}, "y", "add");
       },
       "Add `add`: addend has shape 4x4; supported are one value and one value a channel (2)"},
      {"one_operand", [](Model& m) { m.node("Add", {"x"}, "y", "add"); }, "Add `add`: two inputs expected"},
      // Pools
      {"pool_without_kernel", [](Model& m) { m.node("MaxPool", {"x"}, "y", "p1"); },
       "MaxPool `p1`: attribute `kernel_shape` is missing"},
      {"pool_rank",
       [](Model& m) {
         add_pool(m, "AveragePool", {2, 2, 2});
       },
       "AveragePool `p1`: kernel_shape has 3 entries, expected 2"},
      {"pool_on_padding",
       [](Model& m) {
         add_pool(m, "MaxPool", {2, 2});
         m.with_list("pads", {2, 0, 0, 0});
       },
       "MaxPool `p1`: pads are so wide that a window lies wholly on padding"},
      {"mean_of_channels", [](Model& m) { m.node("ReduceMean", {"x"}, "y", "mean").with_list("axes", {1}); },
       "ReduceMean `mean`: a mean over channels is not supported"},
      {"mean_axis", [](Model& m) { m.node("ReduceMean", {"x"}, "y", "mean").with_list("axes", {4}); },
       "ReduceMean `mean`: axis 4 is outside rank 4"},
      // Gemm and shapes
      {"gemm_rows",
       [](Model& m) {
         add_gemm(m, {31, 10});
       },
       "Gemm `fc`: weight has 31 rows for 32 features"},
      {"gemm_rank", [](Model& m) { add_gemm(m, {32}); }, "Gemm `fc`: weight has shape 32, expected a matrix"},
      {"gemm_no_columns",
       [](Model& m) {
         add_gemm(m, {32, 0});
       },
       "Gemm `fc`: 0 outputs are outside 1 to"},
      {"gemm_on_a_map",
       [](Model& m) {
         m.floats("w", {4, 1}, {1, 1, 1, 1}).node("Gemm", {"x", "w"}, "y", "fc");
       },
       "Gemm `fc`: its input has rank 4; it needs a Flatten in front"},
      {"gemm_transposed",
       [](Model& m) {
         add_gemm(m, {32, 1});
         m.with("transA", 1);
       },
       "Gemm `fc`: transA is not supported"},
      {"gemm_bias",
       [](Model& m) {
         m.node("Flatten", {"x"}, "f").floats("w", {32, 2}, std::vector<float>(64)).floats("b", {3}, {1, 2, 3});
         m.node("Gemm", {"f", "w", "b"}, "y", "fc");
       },
       "Gemm `fc`: bias has shape 3, expected 2 values or one"},
      {"flatten_axis", [](Model& m) { m.node("Flatten", {"x"}, "y", "f").with("axis", 2); },
       "Flatten `f`: a tensor of 1x2x4x4 to 2x16 is not supported"},
      {"reshape_size",
       [](Model& m) {
         m.integers("s", {1, 31}).node("Reshape", {"x", "s"}, "y", "r");
       },
       "Reshape `r`: a tensor of 1x2x4x4 to 1x31 is not supported"},
      {"reshape_two_open",
       [](Model& m) {
         m.integers("s", {-1, -1}).node("Reshape", {"x", "s"}, "y", "r");
       },
       "Reshape `r`: shape -1x-1 holds -1 twice"},
      {"reshape_layout",
       [](Model& m) {
         m.integers("s", {1, 4, 2, 4}).node("Reshape", {"x", "s"}, "y", "r");
       },
       "supported are the flattening to 1x32 and the way back"},
      {"transpose",
       [](Model& m) {
         m.node("Transpose", {"x"}, "y", "t").with_list("perm", {0, 3, 2, 1});
       },
       "Transpose `t`: supported of a computed tensor is perm 0, 2, 3, 1"},
      {"concat",
       [](Model& m) {
         m.node("Concat", {"x", "x"}, "y", "cat").with("axis", 3);
       },
       "Concat `cat`: joining computed tensors along axis 3 is not supported"},
      {"huge_fill",
       [](Model& m) {
         m.integers("s", {1 << 30, 1 << 30}).node("ConstantOfShape", {"s"}, "y", "fill");
       },
       "ConstantOfShape `fill`: 1073741824x1073741824 elements are more than"},
      {"growing_constant",
       [](Model& m) {
         m.integers("c0", std::vector<std::int64_t>(1024, 0));
         for (int i = 0; i < 24; ++i) {
           const std::string part = "c" + std::to_string(i);
           m.node("Concat", {part, part}, "c" + std::to_string(i + 1)).with("axis", 0);
         }
         m.node("Reshape", {"x", "c24"}, "y");
       },
       "the constants that nodes compute exceed 33554432 elements"},
      {"gather_index",
       [](Model& m) {
         m.integers("i", {7}).node("Shape", {"x"}, "s").node("Gather", {"s", "i"}, "y", "g");
       },
       "Gather `g`: index 7 is outside 4"},
      // Slice and Pad
      {"slice_step", [](Model& m) { add_slice(m, 0, 4, 2, 0); }, "Slice `sl`: step 0 on axis 2"},
      {"slice_backwards", [](Model& m) { add_slice(m, 3, -9, 2, -1); }, "Slice `sl`: step -1 along the row axis"},
      {"slice_axis", [](Model& m) { add_slice(m, 0, 4, 5, 1); }, "Slice `sl`: axis 5 is outside rank 4"},
      {"slice_channels", [](Model& m) { add_slice(m, 0, 1, 1, 1); },
       "Slice `sl`: slicing along the channel axis is not supported"},
      {"slice_end", [](Model& m) { add_slice(m, 0, 3, 3, 1); }, "Slice `sl`: it cuts off the last columns"},
      {"slice_empty", [](Model& m) { add_slice(m, 4, 4, 2, 1); }, "Slice `sl`: it leaves no row"},
      {"pad_mode",
       [](Model& m) {
         m.integers("p", std::vector<std::int64_t>(8, 0)).node("Pad", {"x", "p"}, "y", "pad");
         m.with_text("mode", "reflect");
       },
       "Pad `pad`: mode `reflect` is not supported"},
      {"pad_value",
       [](Model& m) {
         m.integers("p", std::vector<std::int64_t>(8, 0)).floats("v", {}, {1}).node("Pad", {"x", "p", "v"}, "y", "pad");
       },
       "Pad `pad`: only padding with 0 is supported"},
      {"pad_count",
       [](Model& m) {
         add_pad(m, {0, 1, 0, 1});
       },
       "Pad `pad`: 4 pads for rank 4"},
      {"pad_negative",
       [](Model& m) {
         add_pad(m, {0, 0, 0, 0, 0, -1, 0, 0});
       },
       "Pad `pad`: pads hold -1"},
      {"pad_batch",
       [](Model& m) {
         add_pad(m, {1, 0, 0, 0, 0, 0, 0, 0});
       },
       "Pad `pad`: padding the batch"},
      {"pad_huge",
       [](Model& m) {
         add_pad(m, {0, 65536, 65536, 65530, 0, 0, 0, 0});
       },
       "outside the supported range"},
      {"pad_before_relu",
       [](Model& m) {
         add_pad(m, {0, 0, 1, 1, 0, 0, 1, 1});
       },
       "Relu `r`: its input comes from a Pad of rows and columns, which is supported only in front of Conv"},
      // Metadata
      {"metadata_part",
       [](Model& m) {
         add_conv(m);
         auto* entry = m.proto().add_metadata_props();
         entry->set_key("axvp.mean");
         entry->set_value("0,0,0");
       },
       "metadata: `axvp.divisor`, `axvp.mean` and `axvp.deviation` belong together"},
  };
}

std::ostream& operator<<(std::ostream& stream, const BadModel& bad) {
  return stream << bad.name;
}

class EveryBadModel : public ::testing::TestWithParam<BadModel> {};

TEST_P(EveryBadModel, IsRefusedWithItsReason) {
  const BadModel& bad = GetParam();
  OnnxModelBuilder model{bad.opset};
  model.input("x", {-1, 2, 4, 4}).output("y");
  bad.build(model);
  const auto network = import_onnx_bytes(model.bytes(), "bad.onnx");
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("bad.onnx: "));
  EXPECT_THAT(network.error().message, HasSubstr(bad.message));
}

INSTANTIATE_TEST_SUITE_P(Import, EveryBadModel, ::testing::ValuesIn(bad_models()),
                         [](const auto& bad) { return bad.param.name; });

TEST(BadOnnxFile, EmptyFileIsRefused) {
  const auto network = import_onnx_bytes("", "empty.onnx");
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("empty.onnx: empty file, expected an ONNX model"));
}

TEST(BadOnnxFile, OtherFilesAreRefused) {
  const auto network = import_onnx_bytes("\x89PNG\r\n\x1a\n and so on", "image.png");
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("image.png: not an ONNX model, or truncated"));
}

struct MalformedBytes {
  const char* what;
  std::string bytes;
};

TEST(BadOnnxFile, MalformedProtobufsAreRefused) {
  onnx::GraphProto graph;  // graphs in attributes of nodes of graphs, deeper than Protobuf reads
  for (int depth = 0; depth < 40; ++depth) {
    onnx::GraphProto outer;
    *outer.add_node()->add_attribute()->mutable_g() = graph;
    graph = outer;
  }
  onnx::ModelProto nested;
  *nested.mutable_graph() = graph;
  const std::vector<MalformedBytes> cases{
      {"a length beyond the file", std::string("\x3a\xff\xff\xff\xff\x07", 6)},
      {"a negative length", std::string("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11)},
      {"a number of eleven bytes", std::string("\x08") + std::string(11, '\xff')},
      {"field number 0", std::string("\x02\x01\x00", 3)},
      {"wire type 7", std::string("\x0f\x01", 2)},
      {"the end of a group that never began", std::string("\x0c", 1)},
      {"text for a graph", std::string("\x3a\x05hello", 7)},
      {"graphs in graphs in graphs", nested.SerializeAsString()},
  };
  for (const MalformedBytes& bad : cases) {
    const auto network = import_onnx_bytes(bad.bytes, "bad.onnx");
    ASSERT_FALSE(network) << bad.what;
    EXPECT_THAT(network.error().message, HasSubstr("bad.onnx: not an ONNX model, or truncated")) << bad.what;
  }
}

TEST(BadOnnxFile, MissingFileIsNamed) {
  const auto network = import_onnx("/no/such/network.onnx");
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("/no/such/network.onnx"));
}

TEST(BadOnnxFile, EveryTruncationIsRefused) {
  OnnxModelBuilder model;
  model.input("x", {-1, 2, 4, 4}).output("y");
  add_conv(model);
  const std::string bytes = model.bytes();
  ASSERT_TRUE(import_onnx_bytes(bytes, "whole"));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(import_onnx_bytes(bytes.substr(0, length), "part")) << length << " of " << bytes.size() << " bytes";
}

TEST(BadOnnxFile, EveryFlippedByteEndsInANetworkOrAMessage) {
  OnnxModelBuilder model;
  model.input("x", {-1, 2, 4, 4}).output("y");
  add_conv(model);
  model.with_list("pads", {1, 1, 1, 1}).with_list("strides", {2, 2});
  const std::string bytes = model.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int flip : {0x01, 0x08, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      const auto network = import_onnx_bytes(changed, "changed");
      EXPECT_TRUE(network || !network.error().message.empty());
    }
}

TEST(BadOnnxFile, WantedSizeOtherThanTheModelsIsRefused) {
  OnnxModelBuilder model;
  model.input("x", {-1, 2, 4, 4}).output("y");
  add_conv(model);
  const auto network = import_onnx_bytes(model.bytes(), "fixed.onnx", {32, 4});
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("graph input `x`: input height 32 is wanted, but the model has 4"));
}

}  // namespace
}  // namespace axvp
