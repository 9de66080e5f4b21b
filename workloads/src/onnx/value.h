#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "axvp/workloads/network.h"

namespace axvp::onnx_detail {

using Dims = std::vector<std::int64_t>;

/// How the codes of a DequantizeLinear became values: value = code * scale where the zero points are 0.
struct CodeScales {
  std::string node;           ///< For remarks.
  std::vector<float> scales;  ///< One, or one for each index of `axis`.
  std::size_t axis = 0;
  bool has_zero_point = false;  ///< Some zero point is not 0.
  std::int64_t largest = 0;     ///< |code|.
};

/// A tensor known at import: an initialiser, a Constant node, or arithmetic on them.
struct Constant {
  Dims dims;
  std::variant<std::vector<float>, std::vector<std::int64_t>> data;
  int stored_type = 0;                      ///< ONNX's INT8 or UINT8 where the model stores it so; else 0.
  std::optional<CodeScales> code_scales{};  ///< Of floats that come from 8-bit codes.

  [[nodiscard]] std::size_t size() const {
    return std::visit([](const auto& values) { return values.size(); }, data);
  }
  [[nodiscard]] const std::vector<float>* floats() const { return std::get_if<std::vector<float>>(&data); }
  [[nodiscard]] const std::vector<std::int64_t>* integers() const {
    return std::get_if<std::vector<std::int64_t>>(&data);
  }
};

/// Zero rows and columns round a map that a Pad has asked for and a window has still to take in.
struct Padding {
  int top = 0, left = 0, bottom = 0, right = 0;
  [[nodiscard]] bool any() const { return top != 0 || left != 0 || bottom != 0 || right != 0; }
};

/// Slices and Pads that are not yet a node of the network, so that a chain of them becomes one.
struct PendingResample {
  Resample operation;
  std::string node_name;
  std::string tensor_name;
};

/// The codes that a QuantizeLinear makes of a computed tensor.
struct Coding {
  float scale = 1.0F;
  std::int64_t zero_point = 0;
  bool is_unsigned = true;

  [[nodiscard]] std::int64_t low() const { return is_unsigned ? 0 : -128; }
  [[nodiscard]] std::int64_t high() const { return is_unsigned ? 255 : 127; }
  friend bool operator==(const Coding& a, const Coding& b) {
    return a.scale == b.scale && a.zero_point == b.zero_point && a.is_unsigned == b.is_unsigned;
  }
};

/// A tensor computed from the input. ONNX gives it any rank, the network only channels x height x width: `dims` is
/// ONNX's view without the batch: {C, H, W}, flattened {C * H * W}, or a map whose rows or columns a ReduceMean took.
struct Activation {
  TensorId tensor = 0;
  Dims dims;
  std::optional<PendingResample> resample;
  Padding padding;  ///< Counted in `dims`, not in the tensor.
  /// ONNX's view has the channels last, {H, W, C} or flattened in that order: what tf2onnx leaves between Transposes.
  bool channels_last = false;
  std::optional<Coding> coding{};  ///< Between a QuantizeLinear and its DequantizeLinear.
};

using Value = std::variant<Constant, Activation>;

/// "1x16x32"; "scalar" for no dimensions.
[[nodiscard]] std::string to_text(const Dims& dims);

/// Product of the dimensions, or an error if one is negative or the product exceeds `limit`.
[[nodiscard]] Result<std::size_t> element_count(const Dims& dims, std::int64_t limit);

}  // namespace axvp::onnx_detail
