// What tf2onnx leaves: channels-last inputs behind a Transpose, means axis by axis, Concat, a Softmax at the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "onnx_model_builder.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Channels x height x width of the network, read in that order.
std::vector<float> run(const OnnxModelBuilder& model, const std::vector<float>& input) {
  const auto network = import_onnx_bytes(model.bytes(), "test");
  if (!network) {
    ADD_FAILURE() << network.error().message;
    return {};
  }
  return run_float_logits(*network, input);
}

std::string error_of(const OnnxModelBuilder& model) {
  const auto network = import_onnx_bytes(model.bytes(), "test");
  return network ? "no error" : network.error().message;
}

/// Input of `dims` behind the batch.
OnnxModelBuilder model_of(int a, int b, int c) {
  OnnxModelBuilder model{13};
  model.input("x", {-1, a, b, c}).output("y");
  return model;
}

/// One image of 2 channels, 1 row, 2 columns: channel 0 is (1, 2), channel 1 is (3, 4).
const std::vector<float> kImage{1, 2, 3, 4};

TEST(OnnxLayoutImport, AChannelsLastInputBehindATransposeIsTheSameMap) {
  auto model = model_of(1, 2, 2);
  model.node("Transpose", {"x"}, "t").with_list("perm", {0, 3, 1, 2});
  model.floats("w", {1, 2, 1, 1}, {1, 10}).node("Conv", {"t", "w"}, "y");
  EXPECT_THAT(run(model, kImage), ElementsAre(31, 42));
  const auto network = import_onnx_bytes(model.bytes(), "test");
  ASSERT_TRUE(network);
  EXPECT_EQ(network->tensors[network->input].shape, (Shape{2, 1, 2}));
}

TEST(OnnxLayoutImport, FlatteningBehindATransposeReordersTheMatrix) {
  // To channels last and flattened: 1, 3, 2, 4.
  auto model = model_of(2, 1, 2);
  model.node("Transpose", {"x"}, "t").with_list("perm", {0, 2, 3, 1}).node("Relu", {"t"}, "r");
  model.integers("s", {-1, 4}).node("Reshape", {"r", "s"}, "f");
  model.floats("w", {4, 1}, {1, 10, 100, 1000}).node("MatMul", {"f", "w"}, "y");
  EXPECT_THAT(run(model, kImage), ElementsAre(1 + 30 + 200 + 4000));
}

TEST(OnnxLayoutImport, ATransposeAndItsInverseAreNothing) {
  auto model = model_of(2, 1, 2);
  model.node("Transpose", {"x"}, "t").with_list("perm", {0, 2, 3, 1}).node("Relu", {"t"}, "r");
  model.node("Transpose", {"r"}, "b").with_list("perm", {0, 3, 1, 2});
  model.floats("w", {1, 2, 1, 1}, {1, 10}).node("Conv", {"b", "w"}, "y");
  EXPECT_THAT(run(model, kImage), ElementsAre(31, 42));
}

TEST(OnnxLayoutImport, MeansOfOneAxisAfterTheOther) {
  for (const bool keep : {false, true}) {
    auto model = model_of(2, 2, 2);
    model.node("ReduceMean", {"x"}, "m").with_list("axes", {3}).with("keepdims", keep ? 1 : 0);
    model.node("ReduceMean", {"m"}, "n").with_list("axes", {2}).with("keepdims", keep ? 1 : 0);
    model.node("Flatten", {"n"}, "f").floats("w", {2, 2}, {1, 0, 0, 1}).node("MatMul", {"f", "w"}, "y");
    EXPECT_THAT(run(model, {1, 2, 3, 6, 10, 20, 30, 60}), ElementsAre(3, 30)) << keep;
  }
}

TEST(OnnxLayoutImport, MeansOfAChannelsLastMap) {
  auto model = model_of(2, 2, 2);
  model.node("Transpose", {"x"}, "t").with_list("perm", {0, 2, 3, 1});
  model.node("ReduceMean", {"t"}, "m").with_list("axes", {1, 2}).with("keepdims", 0);
  model.floats("w", {2, 2}, {1, 0, 0, 1}).node("MatMul", {"m", "w"}, "y");
  EXPECT_THAT(run(model, {1, 2, 3, 6, 10, 20, 30, 60}), ElementsAre(3, 30));
}

TEST(OnnxLayoutImport, ConcatPutsChannelsBehindEachOther) {
  auto model = model_of(2, 1, 2);
  model.floats("a", {1, 2, 1, 1}, {1, 1}).floats("b", {2, 2, 1, 1}, {1, 0, 0, -1});
  model.node("Conv", {"x", "a"}, "p").node("Conv", {"x", "b"}, "q");
  model.node("Concat", {"p", "q", "x"}, "y", "join").with("axis", 1);
  EXPECT_THAT(run(model, kImage), ElementsAre(4, 6, 1, 2, -3, -4, 1, 2, 3, 4));
}

TEST(OnnxLayoutImport, ConcatOfPooledVectors) {
  auto model = model_of(2, 1, 2);
  model.node("GlobalAveragePool", {"x"}, "p").node("GlobalMaxPool", {"x"}, "q");
  model.node("Flatten", {"p"}, "r").node("Flatten", {"q"}, "s").node("Concat", {"r", "s"}, "c").with("axis", -1);
  model.floats("w", {4, 1}, {1, 10, 100, 1000}).node("MatMul", {"c", "w"}, "y");
  EXPECT_THAT(run(model, kImage), ElementsAre(1.5F + 35 + 200 + 4000));
}

TEST(OnnxLayoutImport, SoftmaxAtTheEndLeavesTheLogits) {
  auto model = model_of(2, 1, 2);
  model.node("Flatten", {"x"}, "f").floats("w", {4, 2}, {1, 0, 1, 0, 0, 1, 0, 1}).node("MatMul", {"f", "w"}, "m");
  model.node("Softmax", {"m"}, "y", "probabilities");
  EXPECT_THAT(run(model, kImage), ElementsAre(3, 7));
}

TEST(OnnxLayoutImport, WhatDoesNotFitIsRefused) {
  auto model = model_of(2, 1, 2);
  model.node("Transpose", {"x"}, "y", "t").with_list("perm", {0, 1, 3, 2});
  EXPECT_THAT(error_of(model), HasSubstr("Transpose `t`: supported of a computed tensor is perm 0, 2, 3, 1"));

  model = model_of(2, 1, 2);
  model.node("Transpose", {"x"}, "t").with_list("perm", {0, 2, 3, 1}).node("MaxPool", {"t"}, "y", "p");
  model.with_list("kernel_shape", {1, 1});
  EXPECT_THAT(error_of(model), HasSubstr("MaxPool `p`: input `t` has its channels last"));

  model = model_of(2, 1, 2);
  model.node("Concat", {"x", "x"}, "y", "join").with("axis", 2);
  EXPECT_THAT(error_of(model), HasSubstr("Concat `join`: joining computed tensors along axis 2 is not supported"));

  model = model_of(2, 2, 2);
  model.node("MaxPool", {"x"}, "p").with_list("kernel_shape", {2, 2}).node("Concat", {"x", "p"}, "y", "join");
  model.with("axis", 1);
  EXPECT_THAT(error_of(model), HasSubstr("Concat `join`: parts of 2x2x2 and 2x1x1 (without the batch)"));

  model = model_of(2, 2, 2);
  model.floats("c", {1, 2, 2, 2}, std::vector<float>(8)).node("Concat", {"x", "c"}, "y", "join").with("axis", 1);
  EXPECT_THAT(error_of(model), HasSubstr("Concat `join`: input `c` is a constant"));

  model = model_of(2, 2, 2);
  model.node("Flatten", {"x"}, "f").node("Concat", {"f", "f"}, "y", "join").with("axis", 1);
  EXPECT_THAT(error_of(model), HasSubstr("Concat `join`: joining flattened maps is not supported"));

  model = model_of(2, 1, 2);
  model.node("Flatten", {"x"}, "f").node("Softmax", {"f"}, "s", "soft").node("Relu", {"s"}, "y");
  EXPECT_THAT(error_of(model), HasSubstr("Softmax `soft`: supported is the one that makes the network's output"));

  model = model_of(2, 1, 2);
  model.node("Softmax", {"x"}, "y", "soft");
  EXPECT_THAT(error_of(model), HasSubstr("Softmax `soft`: supported is the one over the classes"));

  model = model_of(2, 2, 2);
  model.node("ReduceMean", {"x"}, "y", "mean").with_list("axes", {1});
  EXPECT_THAT(error_of(model), HasSubstr("ReduceMean `mean`: a mean over channels is not supported"));
}

}  // namespace
}  // namespace axvp
