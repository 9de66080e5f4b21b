#pragma once

#include <limits>
#include <set>
#include <string>

#include "value.h"

namespace axvp::onnx_detail {

inline constexpr std::int64_t kMaximumChannels = 1 << 20;
inline constexpr std::int64_t kMaximumSide = 1 << 16;  ///< Rows or columns of a map, a kernel or a padding.
inline constexpr std::int64_t kMaximumElements = std::int64_t{1} << 28;  ///< Of one activation tensor (1 GiB of float).
inline constexpr std::int64_t kMaximumFolded = std::int64_t{1}
                                               << 25;  ///< Elements of all constants that nodes compute.

[[nodiscard]] Result<Shape> checked_shape(std::int64_t channels, std::int64_t height, std::int64_t width);

/// Grows a Network node by node; every shape is inferred and checked.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(Network& network) : network_(network) {}

  [[nodiscard]] TensorId add_input(std::string name, const Shape& shape);

  /// Appends a node and its output tensor.
  [[nodiscard]] Result<TensorId> append(const std::string& node_name, Operation operation, std::vector<TensorId> inputs,
                                        std::string tensor_name);

  /// Turns a pending Resample into a node. A pending padding is an error: only windows can take it in.
  [[nodiscard]] Result<void> settle(Activation& activation);
  /// The same, with the padding left pending.
  [[nodiscard]] Result<void> settle_resample(Activation& activation);

  /// Takes a constant that a node has computed into account; an error beyond kMaximumFolded.
  [[nodiscard]] Result<void> count_folded(const Constant& constant);

  /// `tensor` with its values clamped to what `coding` can hold, by node `node_name` where they are not already, and
  /// with its scale where the zero point is 0; otherwise a remark says why not. The same again for the same tensor and
  /// coding.
  [[nodiscard]] Result<TensorId> quantised(TensorId tensor, const Coding& coding, const std::string& node_name,
                                           const std::string& tensor_name);

  void remark(std::string text) { network_.remarks.push_back(std::move(text)); }

  [[nodiscard]] const Shape& shape_of(TensorId tensor) const { return network_.tensors[tensor].shape; }

  /// `name`, with a number behind it if an earlier node has the same.
  [[nodiscard]] std::string unique_name(const std::string& name);

 private:
  struct Range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
  };
  /// What the values of a node's output are known to lie in.
  [[nodiscard]] Range range_of(const Node& node) const;

  struct Quantised {
    TensorId source;
    Coding coding;
    TensorId result;
  };

  Network& network_;
  std::vector<Range> ranges_;  ///< Of each tensor.
  std::vector<Quantised> quantised_;
  std::set<std::string> names_;
  std::int64_t folded_ = 0;
};

/// Joins neighbouring ChannelAffines (a bias and a BatchNormalization) and drops what the output does not depend on.
void simplify(Network& network);

/// An error if arithmetic on finite weights (gamma / sqrt(variance), alpha * weight) has left the range of float32.
[[nodiscard]] Result<void> check_range(const Network& network);

}  // namespace axvp::onnx_detail
