#include "axvp/workloads/onnx_import.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "onnx/constant.h"
#include "onnx/graph_order.h"
#include "onnx/network_builder.h"
#include "onnx/operators.h"
#include "onnx/preprocessing.h"

namespace axvp {
namespace {

using namespace onnx_detail;
using Values = std::unordered_map<std::string, Value>;

constexpr std::int64_t kOldestOpset = 9;
constexpr std::int64_t kNewestOpset = 18;

Result<onnx::ModelProto> parse(std::string_view bytes) {
  if (bytes.empty()) return fail("empty file, expected an ONNX model");
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return fail("{} bytes; ONNX models end at 2 GiB", bytes.size());
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail("not an ONNX model, or truncated ({} bytes)", bytes.size());
  if (!model.has_graph() || model.graph().node_size() == 0) return fail("holds no graph, or a graph without nodes");
  return model;
}

Result<int> read_opset(const onnx::ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (!import.domain().empty() && import.domain() != "ai.onnx") continue;
    if (import.version() < kOldestOpset || import.version() > kNewestOpset)
      return fail("opset {} is not supported; supported are {} to {}", import.version(), kOldestOpset, kNewestOpset);
    return static_cast<int>(import.version());
  }
  return fail("names no opset of the standard operators");
}

/// The graph input that is not an initialiser.
Result<const onnx::ValueInfoProto*> find_input(const onnx::GraphProto& graph, const Values& initialisers) {
  const onnx::ValueInfoProto* found = nullptr;
  for (const auto& input : graph.input()) {
    if (initialisers.count(input.name()) != 0) continue;
    if (found != nullptr) return fail("graph inputs `{}` and `{}`; a network has one", found->name(), input.name());
    found = &input;
  }
  if (found == nullptr) return fail("the graph has no input");
  return found;
}

/// Height or width: the model's, or the option's where the model leaves it open.
Result<std::int64_t> resolve_side(const onnx::TensorShapeProto::Dimension& dim, std::optional<int> option,
                                  std::string_view what) {
  if (!dim.has_dim_value()) {
    if (!option) return fail("the model leaves its input {} open; it has to be given", what);
    return *option;
  }
  if (option && *option != dim.dim_value())
    return fail("input {} {} is wanted, but the model has {}", what, *option, dim.dim_value());
  return dim.dim_value();
}

struct InputShape {
  Shape shape;
  Dims dims;
  bool channels_last = false;
};

/// tf2onnx keeps TensorFlow's input, channels last, and puts a Transpose behind it.
bool has_channels_last(const onnx::GraphProto& graph, const std::string& input) {
  bool is_read = false;
  for (const onnx::NodeProto& node : graph.node()) {
    if (std::find(node.input().begin(), node.input().end(), input) == node.input().end()) continue;
    if (node.op_type() != "Transpose" || node.attribute_size() != 1) return false;
    const auto& perm = node.attribute(0).ints();
    if (!std::equal(perm.begin(), perm.end(), kToChannelsFirst.begin(), kToChannelsFirst.end())) return false;
    is_read = true;
  }
  return is_read;
}

Result<InputShape> read_input_shape(const onnx::ValueInfoProto& input, const ImportOptions& options,
                                    bool channels_last) {
  const auto& type = input.type().tensor_type();
  if (!input.type().has_tensor_type() || type.elem_type() != onnx::TensorProto::FLOAT)
    return fail("it is not a float32 tensor");
  const auto& dims = type.shape().dim();
  if (dims.size() == 2 && dims[1].has_dim_value()) {
    const auto shape = checked_shape(dims[1].dim_value(), 1, 1);
    if (!shape) return forward_error(shape);
    return InputShape{*shape, {dims[1].dim_value()}, false};
  }
  if (dims.size() != 4)
    return fail("it has rank {}, expected 4 (batch, channels, height, width) or 2 (batch, features)", dims.size());
  const int rows = channels_last ? 1 : 2;
  const auto& channels = dims[channels_last ? 3 : 1];
  if (!channels.has_dim_value()) return fail("it has an open number of channels");
  const auto height = resolve_side(dims[rows], options.input_height, "height");
  if (!height) return forward_error(height);
  const auto width = resolve_side(dims[rows + 1], options.input_width, "width");
  if (!width) return forward_error(width);
  const auto shape = checked_shape(channels.dim_value(), *height, *width);
  if (!shape) return forward_error(shape);
  if (channels_last) return InputShape{*shape, {*height, *width, channels.dim_value()}, true};
  return InputShape{*shape, {channels.dim_value(), *height, *width}, false};
}

Result<Values> read_initialisers(const onnx::GraphProto& graph, const std::filesystem::path& folder) {
  if (graph.sparse_initializer_size() != 0) return fail("sparse initialisers are not supported");
  Values values;
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    auto constant = read_constant(tensor, folder);
    if (!constant) return fail_in(fmt::format("initialiser `{}`", tensor.name()), constant);
    values.emplace(tensor.name(), std::move(*constant));
  }
  return values;
}

/// Imports one node and stores its first output.
Result<void> import_node(const onnx::GraphProto& graph, int index, int opset, Values& values, NetworkBuilder& builder) {
  const onnx::NodeProto& node = graph.node(index);
  const Import import = find_operator(node.op_type());
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    return fail("operators of domain `{}` are not supported", node.domain());
  if (import == nullptr) return fail("operator not supported; supported are {}", join(supported_operators(), ", "));
  if (node.output_size() == 0 || node.output(0).empty()) return fail("it has no output");
  const std::string name = node.name().empty() ? fmt::format("{}_{}", node.op_type(), index) : node.name();
  NodeContext context{node, opset, name, {}, Attributes{node}, builder, node.output(0) == graph.output(0).name()};
  for (const std::string& input : node.input()) {
    const auto found = input.empty() ? values.end() : values.find(input);
    if (!input.empty() && found == values.end())
      return fail("needs `{}`, an output that is not supported (only an operator's first is)", input);
    context.inputs.push_back(input.empty() ? nullptr : &found->second);
  }
  auto value = import(context);
  if (!value) return forward_error(value);
  const auto finished = context.attributes.finish();
  if (!finished) return forward_error(finished);
  if (const auto* constant = std::get_if<Constant>(&*value)) {
    const auto counted = builder.count_folded(*constant);
    if (!counted) return counted;
  }
  values.emplace(node.output(0), std::move(*value));
  return {};
}

Result<TensorId> find_output(const onnx::GraphProto& graph, Values& values, NetworkBuilder& builder) {
  const auto value = values.find(graph.output(0).name());
  if (value == values.end()) return fail("it is an output that is not supported (only an operator's first is)");
  auto* activation = std::get_if<Activation>(&value->second);
  if (activation == nullptr) return fail("it does not depend on the input");
  if (activation->coding) return fail("it is quantised; a network ends with float32 logits, behind a DequantizeLinear");
  const auto settled = builder.settle(*activation);
  if (!settled) return forward_error(settled);
  return activation->tensor;
}

Result<Network> build(const onnx::ModelProto& model, const std::filesystem::path& folder,
                      const ImportOptions& options) {
  const auto opset = read_opset(model);
  if (!opset) return forward_error(opset);
  const onnx::GraphProto& graph = model.graph();
  if (graph.output_size() != 1) return fail("{} graph outputs; a network has one", graph.output_size());
  const auto order = execution_order(graph);
  if (!order) return forward_error(order);
  auto values = read_initialisers(graph, folder);
  if (!values) return forward_error(values);
  const auto input = find_input(graph, *values);
  if (!input) return forward_error(input);
  const auto shape = read_input_shape(**input, options, has_channels_last(graph, (*input)->name()));
  if (!shape) return fail_in(fmt::format("graph input `{}`", (*input)->name()), shape);

  Network network;
  NetworkBuilder builder{network};
  network.input = builder.add_input((*input)->name(), shape->shape);
  (*values)[(*input)->name()] = Activation{network.input, shape->dims, std::nullopt, {}, shape->channels_last};
  for (const int index : *order) {
    const auto done = import_node(graph, index, *opset, *values, builder);
    if (!done) return fail_in(describe(graph, index), done);
  }
  const auto output = find_output(graph, *values, builder);
  if (!output) return fail_in(fmt::format("graph output `{}`", graph.output(0).name()), output);
  network.output = *output;
  simplify(network);
  const auto range = check_range(network);
  if (!range) return forward_error(range);
  const auto preprocessing = read_preprocessing(model);
  if (!preprocessing) return forward_error(preprocessing);
  network.preprocessing = *preprocessing;
  return network;
}

}  // namespace

Result<Network> import_onnx_bytes(std::string_view bytes, const std::string& name, const ImportOptions& options) {
  const auto model = parse(bytes);
  if (!model) return fail_in(name, model);
  auto network = build(*model, {}, options);
  if (!network) return fail_in(name, network);
  network->name = name;
  return network;
}

Result<Network> import_onnx(const std::filesystem::path& path, const ImportOptions& options) {
  const auto bytes = read_text_file(path);
  if (!bytes) return forward_error(bytes);
  const auto model = parse(*bytes);
  if (!model) return fail_in(path.string(), model);
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  auto network = build(*model, folder, options);
  if (!network) return fail_in(path.string(), network);
  network->name = path.stem().string();
  return network;
}

}  // namespace axvp
