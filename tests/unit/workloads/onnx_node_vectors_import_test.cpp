// The conformance vectors of the ONNX project (Debian's libonnx-testdata) for the operators that the importer knows. A
// vector is run image by image; its further inputs become initialisers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "axvp/common/file.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "onnx/constant.h"
#include "onnx/operators.h"

namespace axvp {
namespace {

const std::filesystem::path kVectors = "/usr/share/libonnx-testdata/data/node";

template <class Message>
Message read_message(const std::filesystem::path& path) {
  Message message;
  const auto bytes = read_text_file(path);
  EXPECT_TRUE(bytes && message.ParseFromString(*bytes)) << path;
  return message;
}

std::vector<float> floats_of(const onnx::TensorProto& tensor) {
  if (!tensor.has_raw_data()) return {tensor.float_data().begin(), tensor.float_data().end()};
  std::vector<float> values(tensor.raw_data().size() / sizeof(float));
  std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
  return values;
}

/// One conformance vector.
struct Vector {
  onnx::ModelProto model;  ///< With all inputs but the first as initialisers.
  onnx::TensorProto input;
  onnx::TensorProto output;
};

Vector read_vector(const std::string& name) {
  const auto folder = kVectors / name / "test_data_set_0";
  Vector vector{read_message<onnx::ModelProto>(kVectors / name / "model.onnx"), {}, {}};
  auto* graph = vector.model.mutable_graph();
  vector.input = read_message<onnx::TensorProto>(folder / "input_0.pb");
  vector.output = read_message<onnx::TensorProto>(folder / "output_0.pb");
  for (int i = 1; i < graph->input_size(); ++i) {
    auto constant = read_message<onnx::TensorProto>(folder / ("input_" + std::to_string(i) + ".pb"));
    constant.set_name(graph->input(i).name());
    *graph->add_initializer() = constant;
  }
  return vector;
}

/// Elementwise operators take any rank: a tensor without a batch becomes one image.
void add_batch(Vector& vector) {
  auto* shape = vector.model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  onnx::TensorShapeProto with_batch;
  with_batch.add_dim()->set_dim_value(1);
  for (const auto& dim : shape->dim()) *with_batch.add_dim() = dim;
  *shape = with_batch;
}

std::vector<float> softmax(std::vector<float> logits) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  float sum = 0.0F;
  for (float& logit : logits) sum += logit = std::exp(logit - largest);
  for (float& logit : logits) logit /= sum;
  return logits;
}

/// An error if the model is refused; results that differ fail the test.
Result<void> run_network(const Vector& vector, const std::string& name) {
  const auto network = import_onnx_bytes(vector.model.SerializeAsString(), name);
  if (!network) return forward_error(network);
  const std::vector<float> inputs = floats_of(vector.input);
  const std::vector<float> expected = floats_of(vector.output);
  const std::size_t size = network->tensors[network->input].shape.size();
  std::vector<float> found;
  for (std::size_t begin = 0; begin < inputs.size(); begin += size) {
    const auto first = inputs.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::vector<float> image(first, first + static_cast<std::ptrdiff_t>(size));
    std::vector<float> logits = run_float_logits(*network, image);
    if (vector.model.graph().node(0).op_type() == "Softmax") logits = softmax(logits);  // a network ends in front of it
    found.insert(found.end(), logits.begin(), logits.end());
  }
  EXPECT_THAT(found, ::testing::Pointwise(::testing::FloatNear(1e-4F), expected)) << name;
  return {};
}

/// Runs the vector's node on constants alone.
Result<void> run_folding(const Vector& vector, const std::string& name) {
  const onnx::NodeProto& node = vector.model.graph().node(0);
  std::map<std::string, onnx_detail::Value> constants;
  onnx::TensorProto first = vector.input;
  first.set_name(vector.model.graph().input(0).name());
  std::vector<onnx::TensorProto> tensors(vector.model.graph().initializer().begin(),
                                         vector.model.graph().initializer().end());
  tensors.push_back(first);
  for (const onnx::TensorProto& tensor : tensors) {
    auto constant = onnx_detail::read_constant(tensor);
    if (!constant) return forward_error(constant);
    constants[tensor.name()] = std::move(*constant);
  }
  Network network;
  onnx_detail::NetworkBuilder builder{network};
  const int opset = static_cast<int>(vector.model.opset_import(0).version());
  onnx_detail::NodeContext context{node, opset, name, {}, onnx_detail::Attributes{node}, builder};
  for (const std::string& input : node.input()) context.inputs.push_back(input.empty() ? nullptr : &constants[input]);
  const auto value = onnx_detail::find_operator(node.op_type())(context);
  if (!value) return forward_error(value);
  const auto* found = std::get_if<onnx_detail::Constant>(&*value);
  const auto expected = onnx_detail::read_constant(vector.output);
  EXPECT_TRUE(found != nullptr && expected) << name;
  if (found == nullptr || !expected) return {};
  EXPECT_EQ(found->dims, expected->dims) << name;
  EXPECT_EQ(found->data, expected->data) << name;
  return {};
}

using Names = std::set<std::string>;

/// The vectors whose only node is of a type that the importer knows.
Names vectors_of_known_operators() {
  Names names;
  for (const auto& entry : std::filesystem::directory_iterator(kVectors)) {
    if (!std::filesystem::exists(entry.path() / "test_data_set_0" / "input_0.pb")) continue;
    const auto model = read_message<onnx::ModelProto>(entry.path() / "model.onnx");
    if (model.graph().node_size() == 1 && onnx_detail::find_operator(model.graph().node(0).op_type()) != nullptr)
      names.insert(entry.path().filename().string().substr(std::string("test_").size()));
  }
  return names;
}

class NodeVectors : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kVectors))
      GTEST_SKIP() << "libonnx-testdata is not installed; scripts/setup.sh does it";
  }
};

// The lists are those of docs/onnx.md. A vector that is on no list has to be refused, not to give a wrong result.

const Names kNetworks{"averagepool_2d_ceil",
                      "averagepool_2d_default",
                      "averagepool_2d_pads",
                      "averagepool_2d_pads_count_include_pad",
                      "averagepool_2d_precomputed_pads",
                      "averagepool_2d_precomputed_pads_count_include_pad",
                      "averagepool_2d_precomputed_same_upper",
                      "averagepool_2d_precomputed_strides",
                      "averagepool_2d_same_lower",
                      "averagepool_2d_same_upper",
                      "averagepool_2d_strides",
                      "basic_conv_with_padding",
                      "basic_conv_without_padding",
                      "batchnorm_epsilon",
                      "batchnorm_example",
                      "conv_with_autopad_same",
                      "conv_with_strides_and_asymmetric_padding",
                      "conv_with_strides_no_padding",
                      "conv_with_strides_padding",
                      "flatten_axis0",
                      "flatten_axis1",
                      "flatten_default_axis",
                      "flatten_negative_axis3",
                      "flatten_negative_axis4",
                      "gemm_alpha",
                      "gemm_beta",
                      "gemm_default_no_bias",
                      "gemm_default_scalar_bias",
                      "gemm_default_single_elem_vector_bias",
                      "gemm_default_vector_bias",
                      "gemm_default_zero_bias",
                      "gemm_transposeB",
                      "identity",
                      "matmul_2d",
                      "maxpool_2d_ceil",
                      "maxpool_2d_default",
                      "maxpool_2d_dilations",
                      "maxpool_2d_pads",
                      "maxpool_2d_precomputed_pads",
                      "maxpool_2d_precomputed_same_upper",
                      "maxpool_2d_precomputed_strides",
                      "maxpool_2d_same_lower",
                      "maxpool_2d_same_upper",
                      "maxpool_2d_strides",
                      "globalaveragepool",
                      "globalaveragepool_precomputed",
                      "globalmaxpool",
                      "globalmaxpool_precomputed",
                      "softmax_example",
                      "softmax_large_number"};

TEST_F(NodeVectors, RunAsNetworks) {
  constexpr int kUnchangedSinceOpset1 = 9;  // GlobalAveragePool and GlobalMaxPool carry 1
  Names passed;
  for (const std::string& name : vectors_of_known_operators()) {
    Vector vector = read_vector("test_" + name);
    auto* opset = vector.model.mutable_opset_import(0);
    if (opset->version() == 1) opset->set_version(kUnchangedSinceOpset1);
    if (run_network(vector, name)) passed.insert(name);
  }
  EXPECT_EQ(passed, kNetworks);
}

const Names kWithBatch{"clip",
                       "clip_default_inbounds",
                       "clip_default_max",
                       "clip_default_min",
                       "clip_example",
                       "clip_inbounds",
                       "clip_outbounds",
                       "clip_splitbounds",
                       "dropout_default",
                       "dropout_default_old",
                       "dropout_default_ratio",
                       "dropout_random_old",
                       "relu",
                       "reshape_negative_extended_dims"};

TEST_F(NodeVectors, RunAsOneImage) {
  for (const std::string& name : kWithBatch) {
    Vector vector = read_vector("test_" + name);
    add_batch(vector);
    const auto done = run_network(vector, name);
    EXPECT_TRUE(done) << done.error().message;
  }
}

const Names kFolded{"concat_1d_axis_0",
                    "concat_1d_axis_negative_1",
                    "concat_2d_axis_0",
                    "concat_2d_axis_1",
                    "concat_2d_axis_negative_1",
                    "concat_2d_axis_negative_2",
                    "concat_3d_axis_0",
                    "concat_3d_axis_1",
                    "concat_3d_axis_2",
                    "concat_3d_axis_negative_1",
                    "concat_3d_axis_negative_2",
                    "concat_3d_axis_negative_3",
                    "constantofshape_float_ones",
                    "constantofshape_int_shape_zero",
                    "constantofshape_int_zeros",
                    "dequantizelinear",
                    "dequantizelinear_axis",
                    "flatten_axis0",
                    "flatten_axis1",
                    "flatten_axis2",
                    "flatten_axis3",
                    "flatten_default_axis",
                    "flatten_negative_axis1",
                    "flatten_negative_axis2",
                    "flatten_negative_axis3",
                    "flatten_negative_axis4",
                    "gather_0",
                    "gather_1",
                    "gather_2d_indices",
                    "gather_negative_indices",
                    "identity",
                    "quantizelinear",
                    "quantizelinear_axis",
                    "reshape_allowzero_reordered",
                    "reshape_extended_dims",
                    "reshape_negative_dim",
                    "reshape_negative_extended_dims",
                    "reshape_one_dim",
                    "reshape_reduced_dims",
                    "reshape_reordered_all_dims",
                    "reshape_reordered_last_dims",
                    "reshape_zero_and_negative_dim",
                    "reshape_zero_dim",
                    "shape",
                    "shape_clip_end",
                    "shape_clip_start",
                    "shape_end_1",
                    "shape_end_negative_1",
                    "shape_example",
                    "shape_start_1",
                    "shape_start_1_end_2",
                    "shape_start_1_end_negative_1",
                    "shape_start_negative_1",
                    "slice",
                    "slice_default_axes",
                    "slice_default_steps",
                    "slice_end_out_of_bounds",
                    "slice_neg",
                    "slice_neg_steps",
                    "slice_negative_axes",
                    "slice_start_out_of_bounds",
                    "squeeze",
                    "squeeze_negative_axes",
                    "transpose_all_permutations_0",
                    "transpose_all_permutations_1",
                    "transpose_all_permutations_2",
                    "transpose_all_permutations_3",
                    "transpose_all_permutations_4",
                    "transpose_all_permutations_5",
                    "transpose_default",
                    "unsqueeze_axis_0",
                    "unsqueeze_axis_1",
                    "unsqueeze_axis_2",
                    "unsqueeze_axis_3",
                    "unsqueeze_negative_axes",
                    "unsqueeze_three_axes",
                    "unsqueeze_two_axes",
                    "unsqueeze_unsorted_axes"};

TEST_F(NodeVectors, FoldAsConstants) {
  const Names folding{"Cast",     "Concat",         "ConstantOfShape", "DequantizeLinear", "Flatten", "Gather",
                      "Identity", "QuantizeLinear", "Shape",           "Reshape",          "Slice",   "Transpose",
                      "Squeeze",  "Unsqueeze"};
  Names passed;
  for (const std::string& name : vectors_of_known_operators()) {
    const Vector vector = read_vector("test_" + name);
    if (folding.count(vector.model.graph().node(0).op_type()) != 0 && run_folding(vector, name)) passed.insert(name);
  }
  EXPECT_EQ(passed, kFolded);
}

}  // namespace
}  // namespace axvp
