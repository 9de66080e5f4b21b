#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <utility>
#include <vector>

namespace axvp {

/// Writes ONNX models for tests, valid and not.
class OnnxModelBuilder {
 public:
  explicit OnnxModelBuilder(int opset = 13) {
    model_.set_ir_version(7);
    model_.add_opset_import()->set_version(opset);
    model_.mutable_graph()->set_name("test");
  }

  /// -1 is an open dimension.
  OnnxModelBuilder& input(const std::string& name, const std::vector<int>& dims) {
    auto* info = model_.mutable_graph()->add_input();
    info->set_name(name);
    auto* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    tensor->mutable_shape();
    for (const int dim : dims) {
      auto* entry = tensor->mutable_shape()->add_dim();
      if (dim >= 0) entry->set_dim_value(dim);
    }
    return *this;
  }
  OnnxModelBuilder& output(const std::string& name) {
    model_.mutable_graph()->add_output()->set_name(name);
    return *this;
  }
  OnnxModelBuilder& floats(const std::string& name, const std::vector<std::int64_t>& dims,
                           const std::vector<float>& values) {
    auto* tensor = add_tensor(name, onnx::TensorProto::FLOAT, dims);
    for (const float value : values) tensor->add_float_data(value);
    return *this;
  }
  OnnxModelBuilder& raw_floats(const std::string& name, const std::vector<std::int64_t>& dims,
                               const std::vector<float>& values) {
    auto* tensor = add_tensor(name, onnx::TensorProto::FLOAT, dims);
    tensor->set_raw_data(values.data(), values.size() * sizeof(float));
    return *this;
  }
  OnnxModelBuilder& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    auto* tensor = add_tensor(name, onnx::TensorProto::INT64, {static_cast<std::int64_t>(values.size())});
    for (const std::int64_t value : values) tensor->add_int64_data(value);
    return *this;
  }

  /// The next calls to `with` set attributes of this node.
  OnnxModelBuilder& node(const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
                         const std::string& name = "") {
    auto* node = model_.mutable_graph()->add_node();
    node->set_op_type(type);
    node->set_name(name);
    for (const std::string& input : inputs) node->add_input(input);
    node->add_output(output);
    return *this;
  }
  OnnxModelBuilder& with(const std::string& name, std::int64_t value) {
    auto* attribute = add_attribute(name, onnx::AttributeProto::INT);
    attribute->set_i(value);
    return *this;
  }
  OnnxModelBuilder& with_real(const std::string& name, float value) {
    auto* attribute = add_attribute(name, onnx::AttributeProto::FLOAT);
    attribute->set_f(value);
    return *this;
  }
  OnnxModelBuilder& with_text(const std::string& name, const std::string& value) {
    auto* attribute = add_attribute(name, onnx::AttributeProto::STRING);
    attribute->set_s(value);
    return *this;
  }
  OnnxModelBuilder& with_list(const std::string& name, const std::vector<std::int64_t>& values) {
    auto* attribute = add_attribute(name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute->add_ints(value);
    return *this;
  }

  [[nodiscard]] onnx::ModelProto& proto() { return model_; }
  [[nodiscard]] onnx::TensorProto& initialiser(int index) {
    return *model_.mutable_graph()->mutable_initializer(index);
  }
  [[nodiscard]] std::string bytes() const { return model_.SerializeAsString(); }

 private:
  onnx::TensorProto* add_tensor(const std::string& name, int type, const std::vector<std::int64_t>& dims) {
    auto* tensor = model_.mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (const std::int64_t dim : dims) tensor->add_dims(dim);
    return tensor;
  }
  onnx::AttributeProto* add_attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
    auto* node = model_.mutable_graph()->mutable_node(model_.graph().node_size() - 1);
    auto* attribute = node->add_attribute();
    attribute->set_name(name);
    attribute->set_type(type);
    return attribute;
  }

  onnx::ModelProto model_;
};

}  // namespace axvp
