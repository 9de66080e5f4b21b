#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "value.h"

namespace axvp::onnx_detail {

/// Attributes of one node. Each is asked for by name; `finish` reports the first that had the wrong type and then the
/// first that nobody asked for, so that nothing a model says is passed over in silence.
class Attributes {
 public:
  explicit Attributes(const onnx::NodeProto& node) : node_(&node) {}

  [[nodiscard]] std::int64_t integer(const std::string& name, std::int64_t otherwise);
  [[nodiscard]] float real(const std::string& name, float otherwise);
  [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise);
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(const std::string& name);
  [[nodiscard]] std::optional<std::vector<float>> reals(const std::string& name);
  [[nodiscard]] const onnx::TensorProto* tensor(const std::string& name);
  [[nodiscard]] bool has(const std::string& name) const;
  void ignore(const std::string& name) { known_.insert(name); }

  [[nodiscard]] Result<void> finish() const;

 private:
  [[nodiscard]] const onnx::AttributeProto* find(const std::string& name, onnx::AttributeProto::AttributeType type);

  const onnx::NodeProto* node_;
  std::set<std::string> known_;
  std::string wrong_type_;
};

}  // namespace axvp::onnx_detail
