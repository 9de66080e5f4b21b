#include "attributes.h"

namespace axvp::onnx_detail {

using onnx::AttributeProto;

const AttributeProto* Attributes::find(const std::string& name, AttributeProto::AttributeType type) {
  known_.insert(name);
  for (const AttributeProto& attribute : node_->attribute()) {
    if (attribute.name() != name) continue;
    if (attribute.type() == type) return &attribute;
    if (wrong_type_.empty()) wrong_type_ = name;
    return nullptr;
  }
  return nullptr;
}

bool Attributes::has(const std::string& name) const {
  for (const AttributeProto& attribute : node_->attribute())
    if (attribute.name() == name) return true;
  return false;
}

std::int64_t Attributes::integer(const std::string& name, std::int64_t otherwise) {
  const AttributeProto* attribute = find(name, AttributeProto::INT);
  return attribute != nullptr ? attribute->i() : otherwise;
}

float Attributes::real(const std::string& name, float otherwise) {
  const AttributeProto* attribute = find(name, AttributeProto::FLOAT);
  return attribute != nullptr ? attribute->f() : otherwise;
}

std::string Attributes::text(const std::string& name, const std::string& otherwise) {
  const AttributeProto* attribute = find(name, AttributeProto::STRING);
  return attribute != nullptr ? attribute->s() : otherwise;
}

std::optional<std::vector<std::int64_t>> Attributes::integers(const std::string& name) {
  const AttributeProto* attribute = find(name, AttributeProto::INTS);
  if (attribute == nullptr) return std::nullopt;
  return std::vector<std::int64_t>(attribute->ints().begin(), attribute->ints().end());
}

std::optional<std::vector<float>> Attributes::reals(const std::string& name) {
  const AttributeProto* attribute = find(name, AttributeProto::FLOATS);
  if (attribute == nullptr) return std::nullopt;
  return std::vector<float>(attribute->floats().begin(), attribute->floats().end());
}

const onnx::TensorProto* Attributes::tensor(const std::string& name) {
  const AttributeProto* attribute = find(name, AttributeProto::TENSOR);
  return attribute != nullptr ? &attribute->t() : nullptr;
}

Result<void> Attributes::finish() const {
  if (!wrong_type_.empty()) return fail("attribute `{}` has the wrong type", wrong_type_);
  for (const AttributeProto& attribute : node_->attribute())
    if (known_.count(attribute.name()) == 0) return fail("attribute `{}` is not supported", attribute.name());
  return {};
}

}  // namespace axvp::onnx_detail
