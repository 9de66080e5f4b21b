#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "axvp/common/file.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/onnx_import.h"
#include "axvp/workloads/quantise.h"
#include "command.h"
#include "operand_recorder.h"
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

/// The exact network's stored tensors of each image.
Result<std::vector<std::vector<StoredTensor>>> run_images(const Quantisation& quantisation, const Dataset& data) {
  const QuantizedNetwork& network = quantisation.network;
  const auto exact = Catalogue::built_in().find(Catalogue::exact_id(network.encoding));
  if (!exact) return forward_error(exact);
  const std::size_t layers = network.layers().size();
  const OperatingPoint point{"exact", std::vector<std::string>(layers, exact->id), quantisation.exact_requantisation};
  const auto executor = Int8Executor::create(network, point, std::vector<TruthTable>(layers, exact->table));
  if (!executor) return forward_error(executor);
  std::vector<std::vector<StoredTensor>> tensors;
  for (const Image& image : data.images) tensors.push_back(executor->run_all(quantise_image(network, image)));
  return tensors;
}

Result<std::vector<RecordedLayer>> chosen_layers(const Options& options, const QuantizedNetwork& network,
                                                 const std::vector<std::vector<StoredTensor>>& tensors) {
  const std::vector<std::size_t> nodes = network.layers();
  std::vector<std::size_t> wanted = options.layers;
  for (std::size_t layer = 0; options.layers.empty() && layer < nodes.size(); ++layer)
    if (network.layer(layer).groups == 1) wanted.push_back(layer);
  std::vector<RecordedLayer> layers;
  for (const std::size_t layer : wanted) {
    if (layer >= nodes.size()) return fail("layer {}: the network has layers 0 to {}", layer, nodes.size() - 1);
    const QuantizedNode& node = network.nodes[nodes[layer]];
    const QuantizedConvolution& convolution = network.layer(layer);
    if (convolution.groups != 1) return fail("layer {} ({}): not for convolutions in groups", layer, node.name);
    const QuantizedTensor& input = network.tensors[node.inputs[0]];
    layers.push_back({&convolution, input.shape, network.tensors[node.output].shape, input.type, network.encoding, {}});
    for (const auto& of_image : tensors) layers.back().inputs.push_back(&of_image[node.inputs[0]]);
  }
  return layers;
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
  const auto tensors = run_images(*quantisation, *data);
  if (!tensors) return report(tensors.error());
  const auto layers = chosen_layers(options, quantisation->network, *tensors);
  if (!layers) return report(layers.error());
  const auto transitions = record_operands(*layers, {}, options.count, options.seed);
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
