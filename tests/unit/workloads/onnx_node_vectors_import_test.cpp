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
#include "project_folders.h"

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

/// The names in backticks that docs/onnx.md lists behind `heading`.
Names documented(const std::string& heading, const std::string& end) {
  const std::string text = read_text_file(AXVP_SOURCE_DIR "/docs/onnx.md").value();
  const std::size_t begin = text.find(heading);
  EXPECT_NE(begin, std::string::npos) << heading;
  const std::string section = text.substr(begin, text.find(end, begin) - begin);
  Names names;
  for (std::size_t i = section.find('`'); i != std::string::npos; i = section.find('`', i + 1)) {
    const std::size_t close = section.find('`', i + 1);
    names.insert(section.substr(i + 1, close - i - 1));
    i = close;
  }
  return names;
}

Names documented_networks() {
  return documented("Run as networks (", " (the network ends");
}
Names documented_images() {
  return documented("Run as one image", "\n\n");
}
Names documented_folded() {
  return documented("Folded as constants (", "\n\n");
}

bool matches(const std::string& name, const std::string& pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string::npos) return name == pattern;
  const std::size_t tail = pattern.size() - star - 1;
  return name.size() >= star + tail && name.compare(0, star, pattern, 0, star) == 0 &&
         name.compare(name.size() - tail, tail, pattern, star + 1, tail) == 0;
}

TEST_F(NodeVectors, RunAsNetworks) {
  constexpr int kUnchangedSinceOpset1 = 9;  // GlobalAveragePool and GlobalMaxPool carry 1
  Names passed;
  for (const std::string& name : vectors_of_known_operators()) {
    Vector vector = read_vector("test_" + name);
    auto* opset = vector.model.mutable_opset_import(0);
    if (opset->version() == 1) opset->set_version(kUnchangedSinceOpset1);
    if (run_network(vector, name)) passed.insert(name);
  }
  EXPECT_EQ(passed, documented_networks());
}

TEST_F(NodeVectors, RunAsOneImage) {
  for (const std::string& name : documented_images()) {
    Vector vector = read_vector("test_" + name);
    add_batch(vector);
    const auto done = run_network(vector, name);
    EXPECT_TRUE(done) << done.error().message;
  }
}

TEST_F(NodeVectors, FoldAsConstants) {
  const Names folding{"Cast",     "Concat",         "ConstantOfShape", "DequantizeLinear", "Flatten", "Gather",
                      "Identity", "QuantizeLinear", "Shape",           "Reshape",          "Slice",   "Transpose",
                      "Squeeze",  "Unsqueeze"};
  Names passed;
  for (const std::string& name : vectors_of_known_operators()) {
    const Vector vector = read_vector("test_" + name);
    if (folding.count(vector.model.graph().node(0).op_type()) != 0 && run_folding(vector, name)) passed.insert(name);
  }
  EXPECT_EQ(passed, documented_folded());
}

TEST_F(NodeVectors, EveryOneIsRunOrRefusedForADocumentedReason) {
  Names run = documented_networks();
  for (const Names& others : {documented_images(), documented_folded()}) run.insert(others.begin(), others.end());
  Names table = documented("\nRefused:\n", "Constant nodes are in");
  EXPECT_GT(run.size(), 100u);
  Names used;
  for (const std::string& name : vectors_of_known_operators()) {
    Names reasons;
    for (const std::string& pattern : table)
      if (matches(name, pattern)) reasons.insert(pattern);
    EXPECT_EQ(reasons.size(), run.count(name) == 0 ? 1u : 0u) << name;
    used.insert(reasons.begin(), reasons.end());
  }
  table.erase("constant");  // has no input to run it with
  EXPECT_EQ(used, table);
}

}  // namespace
}  // namespace axvp
