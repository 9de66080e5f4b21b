#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "axvp/accel/operand_trace.h"
#include "axvp/accel/program.h"
#include "axvp/common/file.h"
#include "axvp/common/random.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/quantise.h"
#include "command.h"
#include "workload.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string network = "resnet8_synth10", data = "synth10:train", output, encoding = "sm8";
  std::vector<std::size_t> layers;
  std::size_t images = 4, calibration_images = 500, count = 8192;
  std::uint64_t seed = 1;
};

/// A model that leaves its input's size open takes the images'.
Result<Network> network_for(const Dataset& data, const std::string& file_or_name) {
  std::error_code error;
  if (std::filesystem::exists(file_or_name, error))
    return import_onnx(file_or_name, {data.images.front().height, data.images.front().width});
  const auto imported = open_network(file_or_name);
  if (!imported) return forward_error(imported);
  return imported->network;
}

Result<Quantisation> quantised(const Options& options, const Network& network) {
  const auto calibration_data = training_images_of(options.data);
  if (!calibration_data) return forward_error(calibration_data);
  const auto calibration = open_dataset(*calibration_data, options.calibration_images);
  if (!calibration) return forward_error(calibration);
  QuantisationOptions quantisation;
  quantisation.encoding = options.encoding == "s8" ? Encoding::TwosComplement : Encoding::SignMagnitude;
  quantisation.calibration_images = options.calibration_images;
  return quantise(network, *calibration, quantisation);
}

/// A network at its exact operating point: what runs it, what maps it to an array.
struct ExactNetwork {
  OperatingPoint point;
  SelectablePool pool;
};

Result<ExactNetwork> exact_network(const Quantisation& quantisation) {
  const Encoding encoding = quantisation.network.encoding;
  const auto exact = Catalogue::built_in().find(Catalogue::exact_id(encoding));
  if (!exact) return forward_error(exact);
  const std::size_t layers = quantisation.network.layers().size();
  return ExactNetwork{{"exact", std::vector<std::string>(layers, exact->id), quantisation.exact_requantisation},
                      {encoding, {exact->id}, {exact->table}}};
}

/// Stored tensors of each image.
Result<std::vector<std::vector<StoredTensor>>> run_images(const QuantizedNetwork& network, const ExactNetwork& exact,
                                                          const Dataset& data) {
  const std::vector<TruthTable> tables(network.layers().size(), exact.pool.tables[0]);
  const auto executor = Int8Executor::create(network, exact.point, tables);
  if (!executor) return forward_error(executor);
  std::vector<std::vector<StoredTensor>> tensors;
  for (const Image& image : data.images) tensors.push_back(executor->run_all(quantise_image(network, image)));
  return tensors;
}

/// The layers asked for: all without groups where none is.
Result<std::vector<std::size_t>> chosen_layers(const Options& options, const QuantizedNetwork& network) {
  const std::vector<std::size_t> nodes = network.layers();
  std::vector<std::size_t> chosen;
  for (std::size_t layer = 0; options.layers.empty() && layer < nodes.size(); ++layer)
    if (network.layer(layer).groups == 1) chosen.push_back(layer);
  for (const std::size_t layer : options.layers) {
    if (layer >= nodes.size()) return fail("layer {}: the network has layers 0 to {}", layer, nodes.size() - 1);
    if (network.layer(layer).groups != 1)
      return fail("layer {} ({}): not for convolutions in groups", layer, network.nodes[nodes[layer]].name);
    chosen.push_back(layer);
  }
  return chosen;
}

/// What streams through the array in each of `layers`. Points into `network` and `tensors`.
Result<std::vector<LayerOperands>> streams_of(const std::vector<std::size_t>& layers, const QuantizedNetwork& network,
                                              const ExactNetwork& exact,
                                              const std::vector<std::vector<StoredTensor>>& tensors) {
  const auto program = compile(network, {exact.point}, exact.pool, PlatformConfig{});
  if (!program) return forward_error(program);
  std::vector<const Descriptor*> descriptors(network.layers().size());
  for (std::size_t i = 0; i < program->nodes.size(); ++i)
    if (program->nodes[i].layer) descriptors[*program->nodes[i].layer] = &program->descriptors[i];
  std::vector<LayerOperands> streams;
  for (const std::size_t layer : layers) {
    const QuantizedNode& node = network.nodes[network.layers()[layer]];
    streams.push_back({*descriptors[layer], network.encoding, network.layer(layer).weights.data(), {}});
    for (const auto& of_image : tensors) streams.back().inputs.push_back(of_image[node.inputs[0]].data());
  }
  return streams;
}

/// `count` transitions that end in a multiplication or a weight's change, of each layer by its share in them, in no
/// order.
Result<std::vector<OperandTransition>> sample(const std::vector<LayerOperands>& streams, std::size_t count,
                                              std::uint64_t seed) {
  const ArrayConfig array;
  std::vector<std::uint64_t> transitions_up_to;
  for (const LayerOperands& stream : streams)
    transitions_up_to.push_back((transitions_up_to.empty() ? 0 : transitions_up_to.back()) +
                                sample_operands(stream, Dataflow::WeightStationary, array, 0, seed).counts.transitions);
  if (transitions_up_to.empty() || transitions_up_to.back() == 0)
    return fail("the chosen layers multiply nothing but zeros");
  Random random{seed};
  std::vector<std::size_t> wanted(streams.size(), 0);
  for (std::size_t i = 0; i < count; ++i)
    ++wanted[static_cast<std::size_t>(
        std::upper_bound(transitions_up_to.begin(), transitions_up_to.end(), random.below(transitions_up_to.back())) -
        transitions_up_to.begin())];
  // Weights that reach an element before its first activation multiply nothing; each element has one at most.
  const auto spare = static_cast<std::size_t>(array.rows) * static_cast<std::size_t>(array.columns);
  std::vector<OperandTransition> sampled;
  for (std::size_t l = 0; l < streams.size(); ++l) {
    auto of_layer = sample_operands(streams[l], Dataflow::WeightStationary, array, wanted[l] + spare, seed).transitions;
    of_layer.erase(std::remove_if(of_layer.begin(), of_layer.end(),
                                  [](const OperandTransition& t) { return t.to.x == 0 || t.to.w == 0; }),
                   of_layer.end());
    for (std::size_t i = 0; i < std::min(wanted[l], of_layer.size()); ++i) {
      std::swap(of_layer[i], of_layer[i + random.below(of_layer.size() - i)]);
      sampled.push_back(of_layer[i]);
    }
  }
  for (std::size_t i = 0; i + 1 < sampled.size(); ++i)
    std::swap(sampled[i], sampled[i + random.below(sampled.size() - i)]);
  return sampled;
}

std::string csv_of(const std::vector<OperandTransition>& transitions) {
  std::string text = "x_before,w_before,x,w\n";
  for (const OperandTransition& t : transitions)
    text += fmt::format("{},{},{},{}\n", t.from.x, t.from.w, t.to.x, t.to.w);
  return text;
}

int run(const Options& options) {
  const auto data = open_dataset(options.data, options.images);
  if (!data) return report(data.error());
  const auto network = network_for(*data, options.network);
  if (!network) return report(network.error());
  if (const auto fits = check_images(*data, network->tensors[network->input].shape); !fits) return report(fits.error());
  const auto quantisation = quantised(options, *network);
  if (!quantisation) return report(quantisation.error());
  const auto layers = chosen_layers(options, quantisation->network);
  if (!layers) return report(layers.error());
  const auto exact = exact_network(*quantisation);
  if (!exact) return report(exact.error());
  const auto tensors = run_images(quantisation->network, *exact, *data);
  if (!tensors) return report(tensors.error());
  const auto streams = streams_of(*layers, quantisation->network, *exact, *tensors);
  if (!streams) return report(streams.error());
  const auto transitions = sample(*streams, options.count, options.seed);
  if (!transitions) return report(transitions.error());
  if (const auto written = write_file_atomically(options.output, csv_of(*transitions)); !written)
    return report(written.error());
  fmt::print("{} transitions of {} layers over {} images\nwritten: {}\n", transitions->size(), layers->size(),
             data->images.size(), options.output);
  return kDone;
}

}  // namespace

void add_multipliers_operands(CLI::App& multipliers, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = multipliers.add_subcommand("operands", "Record the operands that multipliers see in a network");
  sub->add_option("--network", options->network, "ONNX file or embedded network")->capture_default_str();
  sub->add_option("--data", options->data, "Data set, e.g. cifar10:test_batch.bin or synth10:test")
      ->capture_default_str();
  sub->add_option("--images", options->images, "The first ones")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
      ->capture_default_str();
  sub->add_option("--layers", options->layers, "Convolutions by number, from 0; all without groups if not given");
  sub->add_option("--encoding", options->encoding, "Operand encoding")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->capture_default_str();
  sub->add_option("--count", options->count, "Transitions")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20))
      ->capture_default_str();
  sub->add_option("--seed", options->seed, "Of the sample")->capture_default_str();
  sub->add_option("--output", options->output, "CSV to write: x_before,w_before,x,w")->required();
  sub->footer("Example: axvp multipliers operands --layers 2 4 6 --output even.csv");
  sub->callback([options, &command] { command = [options] { return run(*options); }; });
}

}  // namespace axvp::sim
