// Models that come quantised (QuantizeLinear, DequantizeLinear): which scales are kept, and what is said of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/onnx_export.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/quantise.h"
#include "onnx_model_builder.h"

namespace axvp {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pointwise;

using Codes = std::vector<std::int8_t>;

void add_codes(OnnxModelBuilder& model, const std::string& name, const std::vector<std::int64_t>& dims,
               const Codes& codes, onnx::TensorProto::DataType type = onnx::TensorProto::INT8) {
  model.raw_floats(name, dims, {});
  auto& tensor = model.initialiser(model.proto().graph().initializer_size() - 1);
  tensor.set_data_type(type);
  tensor.set_raw_data(codes.data(), codes.size());
}

/// `to` = what is left of `from` between a QuantizeLinear and its DequantizeLinear.
void add_pair(OnnxModelBuilder& model, const std::string& from, const std::string& to, float scale, int zero = 0,
              onnx::TensorProto::DataType type = onnx::TensorProto::INT8) {
  model.floats(to + "_s", {}, {scale});
  add_codes(model, to + "_z", {}, {static_cast<std::int8_t>(zero)}, type);
  model.node("QuantizeLinear", {from, to + "_s", to + "_z"}, to + "_q", to + "_quantise");
  model.node("DequantizeLinear", {to + "_q", to + "_s", to + "_z"}, to, to + "_dequantise");
}

/// Codes with one scale, or one for each index of axis 0.
void add_weights(OnnxModelBuilder& model, const std::string& name, const std::vector<std::int64_t>& dims,
                 const Codes& codes, const std::vector<float>& scales) {
  add_codes(model, name + "_q", dims, codes);
  const bool one = scales.size() == 1;
  model.floats(name + "_s", one ? std::vector<std::int64_t>{} : std::vector<std::int64_t>{dims[0]}, scales);
  model.node("DequantizeLinear", {name + "_q", name + "_s"}, name, name + "_dequantise");
  if (!one) model.with("axis", 0);
}

constexpr auto kUint8 = onnx::TensorProto::UINT8;

/// x (3 x 2 x 2, steps of 1) -> Conv 1x1 to 2 channels, bias -> codes with steps of 1/4, whose range makes a Relu of it
/// where they are unsigned -> average -> codes with steps of 1/2 -> Gemm, bias.
OnnxModelBuilder hand_model(onnx::TensorProto::DataType middle = kUint8, int middle_zero = 0) {
  OnnxModelBuilder model;
  model.input("x", {-1, 3, 2, 2}).output("y");
  add_pair(model, "x", "xd", 1.0F);
  add_weights(model, "w", {2, 3, 1, 1}, {100, -127, 3, -7, 0, 64}, {1.0F / 256, 1.0F / 64});
  model.floats("b", {2}, {2.5F, -1.0F});
  model.node("Conv", {"xd", "w", "b"}, "c", "conv");
  add_pair(model, "c", "cd", 0.25F, middle_zero, middle);
  model.node("GlobalAveragePool", {"cd"}, "p", "pool");
  add_pair(model, "p", "pd", 0.5F, 0, kUint8);
  model.node("Flatten", {"pd"}, "f", "flatten");
  add_weights(model, "v", {2, 2}, {5, -100, 127, 1}, {0.125F});
  model.floats("vb", {2}, {1.0F, -3.0F});
  model.node("Gemm", {"f", "v", "vb"}, "y", "gemm").with("transB", 1);
  const auto set = [&](const std::string& key, const std::string& value) {
    auto* entry = model.proto().add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  };
  set("axvp.divisor", "1");  // pixels from -128 on
  set("axvp.mean", "128,128,128");
  set("axvp.deviation", "1,1,1");
  return model;
}

Dataset images_of(const std::vector<std::uint8_t>& pixels) {
  Dataset data;
  data.name = "hand";
  data.images.push_back({2, 2, pixels, 0});
  return data;
}

const std::vector<std::uint8_t> kPixels{130, 90, 200, 255, 1, 128, 140, 127, 160, 20, 240, 77};

/// The same model by ONNX's formulas, in real numbers that doubles hold exactly: logits of kPixels.
std::vector<double> hand_logits() {
  const int w[2][3] = {{100, -127, 3}, {-7, 0, 64}};
  const double steps[2] = {1.0 / 256, 1.0 / 64}, bias[2] = {2.5, -1.0};
  double pooled[2] = {};
  for (int o = 0; o < 2; ++o) {
    double sum = 0;
    for (std::size_t pixel = 0; pixel < 4; ++pixel) {
      double value = bias[o];
      for (std::size_t c = 0; c < 3; ++c) {
        const int code = std::clamp(static_cast<int>(kPixels[pixel * 3 + c]) - 128, -127, 127);
        value += code * w[o][c] * steps[o];
      }
      sum += std::clamp(std::floor(value / 0.25 + 0.5), 0.0, 255.0);  // codes
    }
    pooled[o] = std::clamp(std::floor(sum / 4 * 0.25 / 0.5 + 0.5), 0.0, 255.0) * 0.5;
  }
  return {(5 * pooled[0] - 100 * pooled[1]) * 0.125 + 1.0, (127 * pooled[0] + pooled[1]) * 0.125 - 3.0};
}

QuantisationOptions options(Encoding encoding) {
  QuantisationOptions options;
  options.encoding = encoding;
  options.correction_images = 0;  // the model's own biases
  return options;
}

TruthTable exact_table(Encoding encoding) {
  return TruthTable::from_function([=](std::uint8_t x, std::uint8_t w) {
    return encoding == Encoding::SignMagnitude ? x * w : static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w);
  });
}

std::vector<double> int8_logits(const Quantisation& q) {
  const std::size_t layers = q.exact_requantisation.size();
  const auto executor =
      Int8Executor::create(q.network, {"exact", std::vector<std::string>(layers, "exact"), q.exact_requantisation},
                           std::vector<TruthTable>(layers, exact_table(q.network.encoding)));
  std::vector<double> logits;
  for (const std::int32_t logit : executor->run(quantise_image(q.network, images_of(kPixels).images[0])))
    logits.push_back(logit * q.network.tensors[q.network.output].scale);
  return logits;
}

TEST(QuantisedOnnxModel, KeepsItsScalesAndCodes) {
  const auto network = import_onnx_bytes(hand_model().bytes(), "hand");
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_THAT(network->remarks, IsEmpty());
  const auto q = quantise(*network, images_of(kPixels), options(Encoding::SignMagnitude));
  ASSERT_TRUE(q) << q.error().message;
  EXPECT_THAT(q->remarks, IsEmpty());
  const auto& tensors = q->network.tensors;
  ASSERT_EQ(tensors.size(), 4u);  // input, convolution, pool, logits
  EXPECT_EQ(tensors[0].scale, 1.0);
  EXPECT_EQ(tensors[1].scale, 0.25);
  EXPECT_EQ(tensors[2].scale, 0.5);
  EXPECT_EQ(tensors[1].type, ElementType::Unsigned8);
  for (std::size_t t = 0; t < 3; ++t) EXPECT_EQ(q->report[t].source, RangeSource::Model) << t;
  EXPECT_THAT(q->network.layer(0).weights, ElementsAre(100, -127, 3, -7, 0, 64));
  EXPECT_THAT(q->network.layer(0).weight_scales, ElementsAre(1.0 / 256, 1.0 / 64));
  EXPECT_THAT(q->network.layer(1).weights, ElementsAre(5, -100, 127, 1));
  EXPECT_THAT(q->network.layer(1).weight_scales, ElementsAre(0.125, 0.125));
}

TEST(QuantisedOnnxModel, GivesTheHandComputedLogits) {
  const auto network = import_onnx_bytes(hand_model().bytes(), "hand");
  ASSERT_TRUE(network) << network.error().message;
  const auto q = quantise(*network, images_of(kPixels), options(Encoding::SignMagnitude));
  ASSERT_TRUE(q) << q.error().message;
  // All scales are powers of two: no rounding but that of the codes and of the logits' step.
  const double half_a_step = q->network.tensors[q->network.output].scale / 2;
  EXPECT_THAT(int8_logits(*q), Pointwise(DoubleNear(half_a_step), hand_logits()));
}

TEST(QuantisedOnnxModel, ItsRangeIsAClampOfTheFloatNetwork) {
  const auto network = import_onnx_bytes(hand_model().bytes(), "hand");
  ASSERT_TRUE(network) << network.error().message;
  std::vector<const Clamp*> clamps;
  for (const Node& node : network->nodes)
    if (const auto* clamp = std::get_if<Clamp>(&node.operation)) clamps.push_back(clamp);
  ASSERT_EQ(clamps.size(), 1u);  // the pool's result lies in the range of 255 steps of 1/2 already
  EXPECT_EQ(clamps[0]->low, 0.0);
  EXPECT_EQ(clamps[0]->high, 255 * 0.25);
}

TEST(QuantisedOnnxModel, CodesThatTheEncodingLacksAreNamed) {
  const auto network = import_onnx_bytes(hand_model().bytes(), "hand");
  ASSERT_TRUE(network) << network.error().message;
  const auto q = quantise(*network, images_of(kPixels), options(Encoding::TwosComplement));
  ASSERT_TRUE(q) << q.error().message;
  EXPECT_THAT(q->remarks,
              ElementsAre("tensor `cd`: scale 0.25 is not kept: its codes go up to 255, those of s8 here to 127",
                          HasSubstr("tensor `p`: scale 0.5 is not kept")));
  EXPECT_EQ(q->network.tensors[0].scale, 1.0);
  EXPECT_EQ(q->report[1].source, RangeSource::Percentile);
  EXPECT_THAT(q->network.layer(0).weight_scales, ElementsAre(1.0 / 256, 1.0 / 64));
}

TEST(QuantisedOnnxModel, SignedCodesAreKeptInBothEncodings) {
  const auto network = import_onnx_bytes(hand_model(onnx::TensorProto::INT8).bytes(), "hand");
  ASSERT_TRUE(network) << network.error().message;
  for (const Encoding encoding : {Encoding::SignMagnitude, Encoding::TwosComplement}) {
    const auto q = quantise(*network, images_of(kPixels), options(encoding));
    ASSERT_TRUE(q) << q.error().message;
    EXPECT_EQ(q->network.tensors[1].scale, 0.25);
    EXPECT_EQ(q->network.tensors[1].type, ElementType::Signed8);
  }
}

TEST(QuantisedOnnxModel, AZeroPointIsNamedAndItsRangeStays) {
  const auto network = import_onnx_bytes(hand_model(onnx::TensorProto::INT8, -128).bytes(), "hand");
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_THAT(
      network->remarks,
      ElementsAre("cd_dequantise: zero point -128; tensors are stored with zero point 0, so `cd` gets a scale of "
                  "its own"));
  const auto clamp = std::find_if(network->nodes.begin(), network->nodes.end(),
                                  [](const Node& node) { return std::holds_alternative<Clamp>(node.operation); });
  ASSERT_NE(clamp, network->nodes.end());
  EXPECT_EQ(std::get<Clamp>(clamp->operation).low, 0.0);
  EXPECT_EQ(std::get<Clamp>(clamp->operation).high, 255 * 0.25);
}

TEST(QuantisedOnnxModel, WritesItsScalesBack) {
  const auto network = import_onnx_bytes(hand_model().bytes(), "hand");
  ASSERT_TRUE(network) << network.error().message;
  const auto again = import_onnx_bytes(export_onnx(*network), "again");
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->nodes.size(), network->nodes.size());
  const auto q = quantise(*again, images_of(kPixels), options(Encoding::SignMagnitude));
  ASSERT_TRUE(q) << q.error().message;
  EXPECT_THAT(q->remarks, IsEmpty());
  const auto before = quantise(*network, images_of(kPixels), options(Encoding::SignMagnitude));
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_EQ(int8_logits(*q), int8_logits(*before));
}

/// A model of one convolution whose weights come from `codes` (2 x 3 x 1 x 1).
Result<Network> import_weights(const Codes& codes, const std::vector<float>& scales, int axis, int zero) {
  OnnxModelBuilder model;
  model.input("x", {-1, 3, 2, 2}).output("y");
  add_codes(model, "q", {2, 3, 1, 1}, codes);
  const auto count = static_cast<std::int64_t>(scales.size());
  model.floats("s", {count}, scales);
  add_codes(model, "z", {count}, Codes(scales.size(), static_cast<std::int8_t>(zero)));
  model.node("DequantizeLinear", {"q", "s", "z"}, "w", "dq").with("axis", axis);
  model.node("Conv", {"x", "w"}, "y", "conv");
  return import_onnx_bytes(model.bytes(), "weights");
}

TEST(QuantisedOnnxModel, WeightScalesThatCannotBeKeptAreNamed) {
  const Codes codes{1, 2, 3, 4, 5, 6};
  const auto remark = [](const Result<Network>& network) {
    return network && network->remarks.size() == 1 ? network->remarks[0] : std::string{};
  };
  EXPECT_EQ(remark(import_weights(codes, {1, 2}, 0, 0)), "");
  EXPECT_EQ(remark(import_weights(codes, {1}, 1, 3)),
            "dq: a zero point other than 0; weights are stored with zero point 0, so the weights of conv get scales of "
            "their own");
  EXPECT_THAT(remark(import_weights(codes, {1, 2, 3}, 1, 0)), HasSubstr("dq: scales along axis 1"));
  EXPECT_THAT(remark(import_weights({-128, 2, 3, 4, 5, 6}, {1}, 1, 0)), HasSubstr("dq: a code of magnitude 128"));
}

TEST(QuantisedOnnxModel, WeightsAreCodesTimesScales) {
  const auto network = import_weights({1, 2, 3, 4, 5, -6}, {0.5F, 3.0F}, 0, 1);
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_THAT(std::get<Convolution>(network->nodes[0].operation).weights, ElementsAre(0, 0.5F, 1, 9, 12, -21));
  EXPECT_THAT(std::get<Convolution>(network->nodes[0].operation).weight_scales, IsEmpty());
}

TEST(QuantisedOnnxModel, ReadersOfOneTensorShareItsCodes) {
  OnnxModelBuilder model;
  model.input("x", {-1, 3, 2, 2}).output("y");
  model.floats("w", {3, 3, 1, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}).node("Conv", {"x", "w"}, "c", "conv");
  add_pair(model, "c", "left", 0.5F);
  add_pair(model, "c", "right", 0.5F);
  model.node("Add", {"left", "right"}, "a", "add").node("Conv", {"a", "w"}, "y", "last");
  const auto network = import_onnx_bytes(model.bytes(), "shared");
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(network->nodes.size(), 4u);  // one clamp
}

struct BadPair {
  std::string name;
  std::function<void(OnnxModelBuilder&)> build;  ///< From input `x` (batch x 3 x 2 x 2) to output `y`.
  std::string message;
};

std::vector<BadPair> bad_pairs() {
  using Model = OnnxModelBuilder;
  const auto scale = [](Model& m, std::vector<float> values) {
    m.floats("s", {static_cast<std::int64_t>(values.size())}, values);
  };
  return {
      {"ends_quantised",
       [=](Model& m) {
         scale(m, {1});
         m.node("QuantizeLinear", {"x", "s"}, "y", "q");
       },
       "graph output `y`: it is quantised"},
      {"codes_into_relu",
       [=](Model& m) {
         scale(m, {1});
         m.node("QuantizeLinear", {"x", "s"}, "c", "q").node("Relu", {"c"}, "y", "r");
       },
       "Relu `r`: input `c` is quantised; only a DequantizeLinear takes it"},
      {"nothing_quantised",
       [=](Model& m) {
         scale(m, {1});
         m.node("DequantizeLinear", {"x", "s"}, "y", "dq");
       },
       "DequantizeLinear `dq`: its input is not quantised"},
      {"other_scale",
       [=](Model& m) {
         scale(m, {1});
         m.floats("t", {}, {2})
             .node("QuantizeLinear", {"x", "s"}, "c", "q")
             .node("DequantizeLinear", {"c", "t"}, "y", "dq");
       },
       "DequantizeLinear `dq`: scale, zero point or type differ"},
      {"scale_a_channel",
       [=](Model& m) {
         scale(m, {1, 2, 3});
         m.node("QuantizeLinear", {"x", "s"}, "y", "q");
       },
       "QuantizeLinear `q`: 3 scales for a computed tensor; it is stored with one"},
      {"zero_scale",
       [=](Model& m) {
         scale(m, {0});
         m.node("QuantizeLinear", {"x", "s"}, "y", "q");
       },
       "QuantizeLinear `q`: scale `s` holds 0, expected numbers > 0"},
      {"nan_scale",
       [=](Model& m) {
         scale(m, {std::numeric_limits<float>::quiet_NaN()});
         m.node("QuantizeLinear", {"x", "s"}, "y", "q");
       },
       "scale `s` holds nan"},
      {"no_scale",
       [=](Model& m) {
         m.floats("s", {0}, {}).node("QuantizeLinear", {"x", "s"}, "y", "q");
       },
       "QuantizeLinear `q`: scale `s` is empty"},
      {"computed_scale",
       [=](Model& m) {
         m.node("Relu", {"x"}, "s").node("QuantizeLinear", {"x", "s"}, "y", "q");
       },
       "scale `s` is computed in the graph"},
      {"zero_points",
       [=](Model& m) {
         scale(m, {1});
         add_codes(m, "z", {2}, {0, 0});
         m.node("QuantizeLinear", {"x", "s", "z"}, "y", "q");
       },
       "QuantizeLinear `q`: 2 zero points for 1 scales"},
      {"wide_zero_point",
       [=](Model& m) {
         scale(m, {1});
         m.integers("z", {300}).node("QuantizeLinear", {"x", "s", "z"}, "y", "q");
       },
       "QuantizeLinear `q`: zero point 300 is outside 8 bits"},
      {"axis",
       [=](Model& m) {
         scale(m, {1, 2});
         add_codes(m, "c", {2, 3}, {1, 2, 3, 4, 5, 6});
         m.node("DequantizeLinear", {"c", "s"}, "w", "dq").with("axis", 2).node("Add", {"x", "w"}, "y", "a");
       },
       "DequantizeLinear `dq`: axis 2 is outside rank 2"},
      {"axis_size",
       [=](Model& m) {
         scale(m, {1, 2});
         add_codes(m, "c", {2, 3}, {1, 2, 3, 4, 5, 6});
         m.node("DequantizeLinear", {"c", "s"}, "w", "dq").with("axis", 1).node("Add", {"x", "w"}, "y", "a");
       },
       "DequantizeLinear `dq`: 2 scales for axis 1 of a constant of shape 2x3"},
      {"float_codes",
       [=](Model& m) {
         scale(m, {1});
         m.floats("c", {1}, {1}).node("DequantizeLinear", {"c", "s"}, "w", "dq").node("Add", {"x", "w"}, "y", "a");
       },
       "DequantizeLinear `dq`: `c` is not of integers"},
      {"code_of_nine_bits",
       [=](Model& m) {
         scale(m, {1});
         m.integers("c", {}).initialiser(1).add_int32_data(128);
         auto& tensor = m.initialiser(1);
         tensor.set_data_type(onnx::TensorProto::INT8);
         tensor.set_dims(0, 1);
         m.node("DequantizeLinear", {"c", "s"}, "w", "dq").node("Add", {"x", "w"}, "y", "a");
       },
       "initialiser `c`: value 128 is outside -128 to 127"},
  };
}

TEST(QuantisedOnnxModel, WhatDoesNotBelongTogetherIsRefused) {
  for (const BadPair& bad : bad_pairs()) {
    OnnxModelBuilder model;
    model.input("x", {-1, 3, 2, 2}).output("y");
    bad.build(model);
    const auto network = import_onnx_bytes(model.bytes(), "bad.onnx");
    ASSERT_FALSE(network) << bad.name;
    EXPECT_THAT(network.error().message, HasSubstr(bad.message)) << bad.name;
  }
}

}  // namespace
}  // namespace axvp
