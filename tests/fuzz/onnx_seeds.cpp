// Makes the fuzzer's seeds: axvp_fuzz_seeds FOLDER VECTORS NETWORK.onnx ... writes the beginnings of each network with
// few channels, and the ONNX project's node vectors (folder VECTORS, left out where it does not exist). Some KiB each,
// so that one execution is short.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "axvp/common/file.h"
#include "axvp/common/random.h"
#include "axvp/workloads/onnx_export.h"
#include "axvp/workloads/onnx_import.h"

namespace {

constexpr int kMostChannels = 4;
constexpr std::size_t kLargestSeed = 4096;

int few(int channels) {
  return std::min(channels, kMostChannels);
}

/// The same nodes on at most kMostChannels channels. Depthwise stays depthwise.
axvp::Network shrunk(const axvp::Network& network) {
  axvp::Network small = network;
  axvp::Random random{1};
  for (auto& tensor : small.tensors) tensor.shape.channels = few(tensor.shape.channels);
  for (auto& node : small.nodes) {
    const int inputs = small.tensors[node.inputs[0]].shape.channels;
    if (auto* convolution = std::get_if<axvp::Convolution>(&node.operation)) {
      convolution->output_channels = few(convolution->output_channels);
      if (convolution->groups > 1) convolution->groups = inputs;
      const auto size = static_cast<std::size_t>(convolution->output_channels * (inputs / convolution->groups) *
                                                 convolution->window.kernel_height * convolution->window.kernel_width);
      convolution->weights.clear();
      for (std::size_t i = 0; i < size; ++i) convolution->weights.push_back(static_cast<float>(random.normal()));
    } else if (auto* affine = std::get_if<axvp::ChannelAffine>(&node.operation)) {
      affine->scale.resize(static_cast<std::size_t>(inputs));
      affine->offset.resize(static_cast<std::size_t>(inputs));
    } else if (auto* resample = std::get_if<axvp::Resample>(&node.operation)) {
      resample->channels_before = resample->channels_after = 0;
    }
  }
  return small;
}

/// The same as a model that comes quantised: weights are codes, clamped tensors have scales.
axvp::Network quantised(axvp::Network network) {
  constexpr double kWeightStep = 1.0 / 32, kStep = 1.0 / 16;
  for (auto& node : network.nodes) {
    if (auto* convolution = std::get_if<axvp::Convolution>(&node.operation)) {
      for (float& weight : convolution->weights)
        weight = static_cast<float>(std::clamp(std::round(weight / kWeightStep), -127.0, 127.0) * kWeightStep);
      convolution->weight_scales.assign(static_cast<std::size_t>(convolution->output_channels), kWeightStep);
    }
    if (std::holds_alternative<axvp::Clamp>(node.operation))
      network.tensors[node.output].scale = axvp::GivenScale{kStep, 255};
  }
  return network;
}

/// The first `nodes` nodes.
axvp::Network beginning_of(axvp::Network network, std::size_t nodes) {
  network.nodes.resize(nodes);
  network.output = network.nodes.back().output;
  return network;
}

/// The vector's node with everything but its first input as an initialiser; "" if that is too large.
std::string node_vector(const std::filesystem::path& folder) {
  onnx::ModelProto model;
  const auto bytes = axvp::read_text_file(folder / "model.onnx");
  if (!bytes || !model.ParseFromString(*bytes)) return {};
  auto* graph = model.mutable_graph();
  for (int i = 1; i < graph->input_size(); ++i) {
    const auto values = axvp::read_text_file(folder / "test_data_set_0" / fmt::format("input_{}.pb", i));
    onnx::TensorProto tensor;
    if (!values || values->size() > kLargestSeed || !tensor.ParseFromString(*values)) return {};
    tensor.set_name(graph->input(i).name());
    *graph->add_initializer() = tensor;
  }
  std::string seed = model.SerializeAsString();
  return seed.size() > kLargestSeed || !axvp::import_onnx_bytes(seed, "seed") ? std::string{} : seed;
}

axvp::Result<void> write_vectors(const std::filesystem::path& to, const std::filesystem::path& vectors) {
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(vectors, missing)) {
    const std::string seed = node_vector(entry.path());
    if (seed.empty()) continue;
    if (auto done = axvp::write_file_atomically(to / entry.path().filename(), seed); !done) return done;
  }
  return {};
}

axvp::Result<void> write_beginnings(const std::filesystem::path& to, const std::filesystem::path& path) {
  const auto network = axvp::import_onnx(path);
  if (!network) return axvp::forward_error(network);
  const axvp::Network small = shrunk(*network);
  for (const auto& [kind, whole] : {std::pair{"float", small}, std::pair{"quantised", quantised(small)}})
    for (std::size_t nodes = 1; nodes <= small.nodes.size(); ++nodes) {
      const std::string seed = axvp::export_onnx(beginning_of(whole, nodes));
      if (seed.size() > kLargestSeed) break;
      const auto name = fmt::format("{}_{}_{}", path.stem().string(), kind, nodes);
      if (auto done = axvp::write_file_atomically(to / name, seed); !done) return done;
    }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: axvp_fuzz_seeds FOLDER VECTORS NETWORK.onnx ...\n");
    return 2;
  }
  auto done = write_vectors(argv[1], argv[2]);
  for (int i = 3; i < argc && done; ++i) done = write_beginnings(argv[1], argv[i]);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return 1;
}
