#include "axvp/workloads/network_file.h"

#include <algorithm>
#include <charconv>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/text.h"
#include "axvp/workloads/dataset.h"

namespace axvp {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestSide = 1 << 16;
constexpr std::int64_t kLargestShorterSide = 8192;
constexpr std::int64_t kMostOutputs = 1 << 20;

std::optional<int> read_side(FieldReader& reader, const std::string& key) {
  const auto side = static_cast<int>(reader.integer(key, {1, kLargestSide}, 1));
  return reader.has(key) ? std::optional{side} : std::nullopt;
}

std::array<double, 3> read_colours(FieldReader& reader, const std::string& key, NumberRange range) {
  const std::vector<double> numbers = reader.numbers(key, range);
  if (numbers.size() == 3) return {numbers[0], numbers[1], numbers[2]};
  reader.reject(key, fmt::format("{} holds {} numbers, expected 3 (red, green, blue)", key, numbers.size()));
  return {};
}

Preprocessing read_preprocessing(FieldReader reader) {
  Preprocessing preprocessing;
  preprocessing.divisor = reader.number("divisor", {0.0, 1e9, true});
  preprocessing.mean = read_colours(reader, "mean", {-1e9, 1e9});
  preprocessing.deviation = read_colours(reader, "deviation", {0.0, 1e9, true});
  preprocessing.shorter_side = static_cast<int>(reader.integer("shorter_side", {0, kLargestShorterSide}, 0));
  return preprocessing;
}

fs::path beside(const fs::path& description, const std::string& file) {
  const fs::path path = description.parent_path() / file;
  std::error_code error;
  return fs::exists(path, error) ? path : find_data_file(file);
}

/// The last number of each line.
Result<std::vector<int>> read_output_file(const fs::path& path, std::int64_t offset) {
  const auto text = read_text_file(path);
  if (!text) return forward_error(text);
  std::vector<int> outputs;
  std::size_t number = 0;
  for (std::string line : split(*text, '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const std::string last = line.substr(line.find_last_of(" \t,") + 1);  // npos + 1 is 0
    int index = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), index);
    if (error != std::errc{} || end != last.data() + last.size() || index < 0 || index > kMostOutputs)
      return fail("{}: line {}: `{}` is not an output's number", path.string(), number, last);
    outputs.push_back(static_cast<int>(index + offset));
  }
  return outputs;
}

Result<std::vector<int>> read_outputs(FieldReader reader, const fs::path& description) {
  std::vector<int> outputs;
  const bool in_file = reader.has("file");
  if (in_file == reader.has("outputs")) {
    reader.reject("outputs", "[classes] needs `outputs` or `file`, and not both");
  } else if (in_file) {
    const std::int64_t offset = reader.integer("offset", {-kMostOutputs, kMostOutputs}, 0);
    auto read = read_output_file(beside(description, reader.string("file")), offset);
    if (!read) return read;
    outputs = std::move(*read);
  } else {
    for (const std::int64_t index : reader.integers("outputs", {0, kMostOutputs}))
      outputs.push_back(static_cast<int>(index));
  }
  return outputs;
}

/// Nodes from the last convolution to the output, the last first.
Result<std::vector<std::size_t>> find_classifier(const Network& network) {
  std::vector<std::size_t> nodes;
  TensorId tensor = network.output;
  while (true) {
    const auto reads = [&](const Node& node) {
      return std::find(node.inputs.begin(), node.inputs.end(), tensor) != node.inputs.end();
    };
    const auto producer = std::find_if(network.nodes.begin(), network.nodes.end(),
                                       [&](const Node& node) { return node.output == tensor; });
    const auto readers = std::count_if(network.nodes.begin(), network.nodes.end(), reads);
    if (producer == network.nodes.end() || readers != (tensor == network.output ? 0 : 1)) break;
    nodes.push_back(static_cast<std::size_t>(producer - network.nodes.begin()));
    if (const auto* convolution = std::get_if<Convolution>(&producer->operation)) {
      if (convolution->groups != 1) break;
      return nodes;
    }
    if (!std::holds_alternative<ChannelAffine>(producer->operation) &&
        !std::holds_alternative<Clamp>(producer->operation))
      break;
    tensor = producer->inputs[0];
  }
  return fail("{}: outputs can be chosen only where a convolution or Gemm that nothing else reads makes them",
              network.name);
}

template <class Value>
std::vector<Value> picked(const std::vector<Value>& values, const std::vector<int>& rows, std::size_t row_size) {
  std::vector<Value> result;
  for (const int row : rows) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * row_size);
    result.insert(result.end(), first, first + static_cast<std::ptrdiff_t>(row_size));
  }
  return result;
}

}  // namespace

Result<NetworkDescription> load_network_description(const fs::path& path) {
  const auto document = load_toml(path);
  if (!document) return forward_error(document);
  FieldReader root{*document};
  NetworkDescription description;
  description.model = beside(path, root.string("model"));
  description.size = {read_side(root, "height"), read_side(root, "width")};
  FieldReader preprocessing = root.table("preprocessing");
  if (root.has("preprocessing")) description.preprocessing = read_preprocessing(preprocessing);
  FieldReader classes = root.table("classes");
  Result<std::vector<int>> outputs;
  if (root.has("classes")) outputs = read_outputs(classes, path);
  if (auto done = root.finish(); !done) return forward_error(done);
  if (!outputs) return forward_error(outputs);
  description.outputs = std::move(*outputs);
  return description;
}

Result<LoadedNetwork> load_network(const fs::path& path, const ImportOptions& options) {
  if (path.extension() != ".toml") {
    auto network = import_onnx(path, options);
    if (!network) return forward_error(network);
    const auto hash = sha256_of_file(path);
    if (!hash) return forward_error(hash);
    return LoadedNetwork{std::move(*network), *hash};
  }
  const auto description = load_network_description(path);
  if (!description) return forward_error(description);
  if (description->model.extension() == ".toml")
    return fail("{}: model is `{}`, expected an ONNX file", path.string(), description->model.string());
  ImportOptions size = options;
  if (!size.input_height) size.input_height = description->size.input_height;
  if (!size.input_width) size.input_width = description->size.input_width;
  auto loaded = load_network(description->model, size);
  if (!loaded) return loaded;
  const auto text = read_text_file(path);
  if (!text) return forward_error(text);
  Network& network = loaded->network;
  if (description->preprocessing) network.preprocessing = *description->preprocessing;
  if (!description->outputs.empty()) {
    auto selected = select_outputs(std::move(network), description->outputs);
    if (!selected) return fail_in(path.string(), selected);
    network = std::move(*selected);
  }
  network.name = path.stem().string();
  loaded->sha256 = sha256(loaded->sha256 + *text);
  return loaded;
}

Result<Network> select_outputs(Network network, const std::vector<int>& outputs) {
  const int count = network.tensors[network.output].shape.channels;
  if (outputs.empty()) return fail("{}: no outputs are chosen", network.name);
  for (const int output : outputs)
    if (output < 0 || output >= count) return fail("{}: output {} is not in [0, {})", network.name, output, count);
  const auto nodes = find_classifier(network);
  if (!nodes) return forward_error(nodes);
  for (const std::size_t index : *nodes) {
    Node& node = network.nodes[index];
    if (auto* convolution = std::get_if<Convolution>(&node.operation)) {
      convolution->weights = picked(convolution->weights, outputs, convolution->weights.size() / std::size_t(count));
      if (!convolution->weight_scales.empty())
        convolution->weight_scales = picked(convolution->weight_scales, outputs, 1);
      convolution->output_channels = static_cast<int>(outputs.size());
    } else if (auto* affine = std::get_if<ChannelAffine>(&node.operation)) {
      for (auto* values : {&affine->scale, &affine->offset, &affine->mean, &affine->deviation})
        if (!values->empty()) *values = picked(*values, outputs, 1);
    }
    network.tensors[node.output].shape.channels = static_cast<int>(outputs.size());
  }
  return network;
}

}  // namespace axvp
