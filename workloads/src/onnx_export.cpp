#include "axvp/workloads/onnx_export.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "onnx/preprocessing.h"

namespace axvp {
namespace {

constexpr int kIrVersion = 7;
constexpr int kOpset = 13;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);
using Integers = std::vector<std::int64_t>;

void set_shape(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape, bool flat) {
  info.set_name(name);
  auto* tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx::TensorProto::FLOAT);
  auto* dims = tensor->mutable_shape();
  dims->add_dim()->set_dim_param("batch");
  dims->add_dim()->set_dim_value(flat ? static_cast<std::int64_t>(shape.size()) : shape.channels);
  if (flat) return;
  dims->add_dim()->set_dim_value(shape.height);
  dims->add_dim()->set_dim_value(shape.width);
}

void add_integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INT);
  attribute->set_i(value);
}

void add_real(onnx::NodeProto& node, const char* name, float value) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::FLOAT);
  attribute->set_f(value);
}

void add_integers(onnx::NodeProto& node, const char* name, const Integers& values) {
  auto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute->add_ints(value);
}

void add_window(onnx::NodeProto& node, const Window& window) {
  add_integers(node, "kernel_shape", {window.kernel_height, window.kernel_width});
  add_integers(node, "pads", {window.pad_top, window.pad_left, window.pad_bottom, window.pad_right});
  add_integers(node, "strides", {window.stride_height, window.stride_width});
}

bool is_dilated(const Window& window) {
  return window.dilation_height != 1 || window.dilation_width != 1;
}

/// Whether the window, undilated and without pads or strides, is the whole map.
bool covers(const Window& window, const Shape& map) {
  return window.kernel_height == map.height && window.kernel_width == map.width && !is_dilated(window) &&
         window.stride_height == 1 && window.stride_width == 1 && window.pad_top == 0 && window.pad_left == 0 &&
         window.pad_bottom == 0 && window.pad_right == 0;
}

std::vector<float> to_floats(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

class Exporter {
 public:
  explicit Exporter(const Network& network) : network_(network) {}

  [[nodiscard]] std::string run() {
    model_.set_ir_version(kIrVersion);
    model_.set_producer_name("axvp");
    auto* opset = model_.add_opset_import();
    opset->set_domain("");
    opset->set_version(kOpset);
    axvp::onnx_detail::write_preprocessing(network_.preprocessing, model_);
    graph_ = model_.mutable_graph();
    graph_->set_name(network_.name.empty() ? "network" : network_.name);
    find_consumers();
    name_tensors();
    set_shape(*graph_->add_input(), names_[network_.input], network_.tensors[network_.input].shape, false);
    quantise(network_.input);
    for (std::size_t i = 0; i < network_.nodes.size(); ++i)
      if (!absorbed_[i]) std::visit([&](const auto& operation) { write(i, operation); }, network_.nodes[i].operation);
    std::string output = names_[network_.output];
    if (network_.output == network_.input) {  // nothing between them: ONNX wants a node all the same
      output = unique("logits");
      add_node("Identity", "identity", {names_[network_.input]}, output);
    }
    set_shape(*graph_->add_output(), output, network_.tensors[network_.output].shape, flat_[network_.output]);
    return model_.SerializeAsString();
  }

 private:
  void find_consumers() {
    sole_consumer_.assign(network_.tensors.size(), kNone);
    std::vector<int> counts(network_.tensors.size(), 0);
    for (std::size_t i = 0; i < network_.nodes.size(); ++i)
      for (const TensorId input : network_.nodes[i].inputs) {
        sole_consumer_[input] = i;
        ++counts[input];
      }
    ++counts[network_.output];
    for (TensorId id = 0; id < counts.size(); ++id)
      if (counts[id] != 1 || id == network_.output) sole_consumer_[id] = kNone;
    absorbed_.assign(network_.nodes.size(), false);
    flat_.assign(network_.tensors.size(), false);
  }

  /// `input` and `logits`; the others keep their names as far as they have any of their own.
  void name_tensors() {
    names_.resize(network_.tensors.size());
    names_[network_.input] = unique("input");
    if (network_.output != network_.input) names_[network_.output] = unique("logits");
    for (TensorId id = 0; id < network_.tensors.size(); ++id)
      if (names_[id].empty())
        names_[id] = unique(network_.tensors[id].name.empty() ? "tensor" : network_.tensors[id].name);
  }

  std::string unique(const std::string& name) {
    std::string result = name;
    for (int number = 2; !used_.insert(result).second; ++number) result = fmt::format("{}_{}", name, number);
    return result;
  }

  onnx::NodeProto& add_node(const char* type, const std::string& name, const std::vector<std::string>& inputs,
                            const std::string& output) {
    auto* node = graph_->add_node();
    node->set_op_type(type);
    node->set_name(name);
    for (const std::string& input : inputs) node->add_input(input);
    node->add_output(output);
    return *node;
  }

  /// Adds the node that writes tensor `id`, and the tensor's shape.
  onnx::NodeProto& add_node_for(TensorId id, const char* type, const std::string& name,
                                const std::vector<std::string>& inputs) {
    if (id != network_.output) set_shape(*graph_->add_value_info(), names_[id], network_.tensors[id].shape, flat_[id]);
    auto& node = add_node(type, name, inputs, names_[id]);
    quantise(id);
    return node;
  }

  /// A tensor with a scale is read through a QuantizeLinear and its DequantizeLinear.
  void quantise(TensorId id) {
    const auto& given = network_.tensors[id].scale;
    if (!given || id == network_.output) return;
    const std::string name = names_[id];
    const std::string scale = add_floats(name + ".step", {}, {static_cast<float>(given->step)});
    const bool is_unsigned = given->largest_code > 127;
    const std::string zero =
        add_initialiser(name + ".zero", is_unsigned ? onnx::TensorProto::UINT8 : onnx::TensorProto::INT8, {},
                        std::vector<std::int8_t>{0});
    const std::string codes = unique(name + ".codes");
    const std::string values = unique(name + ".values");
    set_shape(*graph_->add_value_info(), values, network_.tensors[id].shape, flat_[id]);
    add_node("QuantizeLinear", name + ".quantise", {name, scale, zero}, codes);
    add_node("DequantizeLinear", name + ".dequantise", {codes, scale, zero}, values);
    names_[id] = values;
  }

  /// The weights as floats, or as codes behind a DequantizeLinear.
  std::string add_weights(const std::string& name, const Integers& dims, const Convolution& convolution) {
    const auto& scales = convolution.weight_scales;
    if (scales.empty()) return add_floats(name, dims, convolution.weights);
    std::vector<std::int8_t> codes;
    const std::size_t per_channel = convolution.weights.size() / scales.size();
    for (std::size_t i = 0; i < convolution.weights.size(); ++i)
      codes.push_back(static_cast<std::int8_t>(std::round(convolution.weights[i] / scales[i / per_channel])));
    const std::string stored = add_initialiser(name + ".codes", onnx::TensorProto::INT8, dims, codes);
    const std::string steps = add_floats(name + ".step", {static_cast<std::int64_t>(scales.size())}, to_floats(scales));
    const std::string values = unique(name);
    add_integer(add_node("DequantizeLinear", name + ".dequantise", {stored, steps}, values), "axis", 0);
    return values;
  }

  template <class Element>
  std::string add_initialiser(const std::string& name, onnx::TensorProto::DataType type, const Integers& dims,
                              const std::vector<Element>& values) {
    auto* tensor = graph_->add_initializer();
    tensor->set_name(unique(name));
    tensor->set_data_type(type);
    for (const std::int64_t dim : dims) tensor->add_dims(dim);
    tensor->set_raw_data(values.data(), values.size() * sizeof(Element));
    return tensor->name();
  }
  std::string add_floats(const std::string& name, const Integers& dims, const std::vector<float>& values) {
    return add_initialiser(name, onnx::TensorProto::FLOAT, dims, values);
  }
  std::string add_list(const std::string& name, const Integers& values) {
    return add_initialiser(name, onnx::TensorProto::INT64, {static_cast<std::int64_t>(values.size())}, values);
  }

  [[nodiscard]] const Shape& input_shape(std::size_t node) const {
    return network_.tensors[network_.nodes[node].inputs[0]].shape;
  }
  [[nodiscard]] const std::string& input_name(std::size_t node, std::size_t index = 0) const {
    return names_[network_.nodes[node].inputs[index]];
  }
  /// Elementwise operators keep the rank that their input has in the file.
  TensorId keep_rank(std::size_t node) {
    const TensorId output = network_.nodes[node].output;
    flat_[output] = flat_[network_.nodes[node].inputs[0]];
    return output;
  }

  /// The ChannelAffine that alone reads `tensor` and only adds, that is, a bias.
  [[nodiscard]] std::size_t bias_behind(TensorId tensor) const {
    const std::size_t node = sole_consumer_[tensor];
    if (node == kNone) return kNone;
    const auto* affine = std::get_if<ChannelAffine>(&network_.nodes[node].operation);
    const auto is_one = [](double scale) { return scale == 1.0; };
    return affine != nullptr && std::all_of(affine->scale.begin(), affine->scale.end(), is_one) ? node : kNone;
  }

  /// Whether only ChannelAffines lie between `tensor` and the output.
  [[nodiscard]] bool leads_to_output(TensorId tensor) const {
    while (tensor != network_.output) {
      const std::size_t node = sole_consumer_[tensor];
      if (node == kNone || !std::holds_alternative<ChannelAffine>(network_.nodes[node].operation)) return false;
      tensor = network_.nodes[node].output;
    }
    return true;
  }

  void write(std::size_t index, const Convolution& convolution) {
    const Node& node = network_.nodes[index];
    const bool classifier =
        convolution.groups == 1 && covers(convolution.window, input_shape(index)) && leads_to_output(node.output);
    const int per_group = input_shape(index).channels / convolution.groups;
    const Window& window = convolution.window;
    Integers dims{convolution.output_channels, per_group, window.kernel_height, window.kernel_width};
    if (classifier) dims = {convolution.output_channels, static_cast<std::int64_t>(input_shape(index).size())};
    std::vector<std::string> inputs{classifier ? flattened(index) : input_name(index),
                                    add_weights(node.name + ".weight", dims, convolution)};
    TensorId output = node.output;
    if (const std::size_t bias = bias_behind(output); bias != kNone) {
      const auto& affine = std::get<ChannelAffine>(network_.nodes[bias].operation);
      inputs.push_back(add_floats(node.name + ".bias", {convolution.output_channels}, to_floats(affine.offset)));
      absorbed_[bias] = true;
      output = network_.nodes[bias].output;
    }
    flat_[output] = classifier;
    auto& proto = add_node_for(output, classifier ? "Gemm" : "Conv", node.name, inputs);
    if (classifier) {
      add_integer(proto, "transB", 1);
      return;
    }
    add_window(proto, window);
    add_integers(proto, "dilations", {window.dilation_height, window.dilation_width});
    add_integer(proto, "group", convolution.groups);
  }

  /// The name of a node's input as a matrix of one row an image.
  std::string flattened(std::size_t index) {
    const TensorId input = network_.nodes[index].inputs[0];
    if (flat_[input]) return names_[input];
    const std::string name = unique(names_[input] + ".flat");
    set_shape(*graph_->add_value_info(), name, network_.tensors[input].shape, true);
    add_integer(add_node("Flatten", network_.nodes[index].name + ".flatten", {names_[input]}, name), "axis", 1);
    return name;
  }

  /// gamma = scale, beta = offset, mean 0, variance 1 and epsilon 0: gamma / sqrt(1 + 0) is the scale again.
  void write(std::size_t index, const ChannelAffine& affine) {
    const std::string& name = network_.nodes[index].name;
    const Integers dims{static_cast<std::int64_t>(affine.scale.size())};
    const std::string scale = add_floats(name + ".scale", dims, to_floats(affine.scale));
    const std::string offset = add_floats(name + ".offset", dims, to_floats(affine.offset));
    const std::string mean = add_floats(name + ".mean", dims, std::vector<float>(affine.scale.size(), 0.0F));
    const std::string variance = add_floats(name + ".variance", dims, std::vector<float>(affine.scale.size(), 1.0F));
    auto& proto =
        add_node_for(keep_rank(index), "BatchNormalization", name, {input_name(index), scale, offset, mean, variance});
    add_real(proto, "epsilon", 0.0F);
  }

  void write(std::size_t index, const Clamp& clamp) {
    const std::string& name = network_.nodes[index].name;
    const TensorId output = keep_rank(index);
    if (clamp.low == 0.0 && std::isinf(clamp.high)) {
      add_node_for(output, "Relu", name, {input_name(index)});
      return;
    }
    std::vector<std::string> inputs{input_name(index), ""};
    if (std::isfinite(clamp.low)) inputs[1] = add_floats(name + ".min", {}, {static_cast<float>(clamp.low)});
    if (std::isfinite(clamp.high)) inputs.push_back(add_floats(name + ".max", {}, {static_cast<float>(clamp.high)}));
    add_node_for(output, "Clip", name, inputs);
  }

  void write(std::size_t index, const Add& /*add*/) {
    add_node_for(keep_rank(index), "Add", network_.nodes[index].name, {input_name(index), input_name(index, 1)});
  }

  void write(std::size_t index, const AveragePool& pool) {
    const Node& node = network_.nodes[index];
    if (covers(pool.window, input_shape(index)) && !pool.count_padding) {
      add_node_for(node.output, "GlobalAveragePool", node.name, {input_name(index)});
      return;
    }
    auto& proto = add_node_for(node.output, "AveragePool", node.name, {input_name(index)});
    add_window(proto, pool.window);
    add_integer(proto, "count_include_pad", pool.count_padding ? 1 : 0);
  }

  void write(std::size_t index, const MaxPool& pool) {
    const Node& node = network_.nodes[index];
    auto& proto = add_node_for(node.output, "MaxPool", node.name, {input_name(index)});
    add_window(proto, pool.window);
    add_integers(proto, "dilations", {pool.window.dilation_height, pool.window.dilation_width});
  }

  void write(std::size_t index, const Resample& resample) {
    const Node& node = network_.nodes[index];
    const bool pads = resample.channels_before != 0 || resample.channels_after != 0;
    const std::string name = pads ? node.name + ".slice" : node.name;
    constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
    const std::vector<std::string> inputs{input_name(index),
                                          add_list(name + ".starts", {resample.first_row, resample.first_column}),
                                          add_list(name + ".ends", {kEnd, kEnd}), add_list(name + ".axes", {2, 3}),
                                          add_list(name + ".steps", {resample.step_height, resample.step_width})};
    if (!pads) {
      add_node_for(node.output, "Slice", name, inputs);
      return;
    }
    const std::string sliced = unique(names_[node.output] + ".sliced");
    Shape shape = network_.tensors[node.output].shape;
    shape.channels = input_shape(index).channels;
    set_shape(*graph_->add_value_info(), sliced, shape, false);
    add_node("Slice", name, inputs, sliced);
    const std::string amounts =
        add_list(node.name + ".pads", {0, resample.channels_before, 0, 0, 0, resample.channels_after, 0, 0});
    add_node_for(node.output, "Pad", node.name, {sliced, amounts});
  }

  const Network& network_;
  onnx::ModelProto model_;
  onnx::GraphProto* graph_ = nullptr;
  std::vector<std::size_t> sole_consumer_;  ///< Of a tensor; kNone if it has none, several or is the output.
  std::vector<bool> absorbed_;              ///< Nodes written as another's bias.
  std::vector<bool> flat_;                  ///< Tensors that are matrices (batch, features) in the file.
  std::vector<std::string> names_;
  std::set<std::string> used_;
};

}  // namespace

std::string export_onnx(const Network& network) {
  return Exporter{network}.run();
}

}  // namespace axvp
