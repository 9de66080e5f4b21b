#include "workload.h"

#include <algorithm>
#include <set>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/npy.h"
#include "axvp/workloads/match.h"
#include "axvp/workloads/network_file.h"
#include "axvp/workloads/onnx_import.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

std::vector<std::string> layer_names(const QuantizedNetwork& network) {
  std::vector<std::string> names;
  for (const std::size_t node : network.layers()) names.push_back(network.nodes[node].name);
  return names;
}

Result<std::vector<std::string>> assign_layers(const PointConfig& point, const QuantizedNetwork& network) {
  const auto names = layer_names(network);
  std::vector<std::string> selectables(names.size(), point.multiplier);
  for (const auto& [layer, selectable] : point.layers) {
    const auto found = std::find(names.begin(), names.end(), layer);
    if (found == names.end())
      return fail("operating point {}: the network has no layer `{}`{}", point.name, layer, suggestion(layer, names));
    selectables[static_cast<std::size_t>(found - names.begin())] = selectable;
  }
  return selectables;
}

Result<std::vector<TruthTable>> tables_of(const std::string& point, const std::vector<std::string>& selectables,
                                          const QuantizedNetwork& network, const Catalogue& catalogue) {
  std::vector<TruthTable> tables;
  for (const auto& id : selectables) {
    const auto selectable = catalogue.find(id);
    if (!selectable) return fail_in("operating point " + point, selectable);
    if (selectable->encoding != network.encoding)
      return fail("operating point {}: {} is coded {}, the network is quantised to {}", point, id,
                  to_string(selectable->encoding), to_string(network.encoding));
    tables.push_back(selectable->table);
  }
  return tables;
}

Result<void> add_user_multipliers(const RunConfig& config, Workload& workload) {
  for (const auto& multiplier : config.multipliers) {
    auto table = read_npy_table(multiplier.table);
    if (!table) return forward_error(table);
    const auto added = workload.catalogue.add_table(multiplier.id, config.workload.encoding, std::move(*table),
                                                    multiplier.table.filename().string());
    if (!added) return forward_error(added);
    const auto hash = sha256_of_file(multiplier.table);
    if (!hash) return forward_error(hash);
    workload.provenance.inputs["multiplier " + multiplier.id] = *hash;
  }
  if (!config.library) return {};
  auto library = add_circuit_library(*config.library, config.workload.encoding, workload.catalogue);
  if (!library) return forward_error(library);
  workload.provenance.inputs["circuit library"] = library->sha256;
  workload.library = std::move(*library);
  return {};
}

/// The configuration's points, with the sets of exact products.
Result<void> assign_points(const RunConfig& config, Workload& workload) {
  if (config.points.empty())
    return fail("no operating point: the configuration needs at least one [[operating_point]]");
  std::set<std::string> names;
  for (const auto& point : config.points) {
    if (!names.insert(point.name).second) return fail("operating point {}: the name stands twice", point.name);
    const auto selectables = assign_layers(point, workload.quantisation.network);
    if (!selectables) return forward_error(selectables);
    auto tables = tables_of(point.name, *selectables, workload.quantisation.network, workload.catalogue);
    if (!tables) return forward_error(tables);
    workload.points.push_back({point.name, *selectables, workload.quantisation.exact_requantisation});
    workload.tables.push_back(std::move(*tables));
  }
  return {};
}

Result<void> load_points(const Network& network, const std::filesystem::path& path, Workload& workload) {
  auto file = load_operating_points(path);
  if (!file) return forward_error(file);
  if (file->network_sha256 != workload.network_sha256)
    return fail("{}: made for another network (SHA-256 {}, here {}); `axvp tune` writes one for this network",
                path.string(), file->network_sha256.substr(0, 12), workload.network_sha256.substr(0, 12));
  auto quantisation = quantise_with_scales(network, file->tensor_scales, file->encoding, file->channel_factors);
  if (!quantisation) return fail_in(path.string(), quantisation);
  workload.quantisation = std::move(*quantisation);
  if (!file->exact_requantisation.empty())
    workload.quantisation.exact_requantisation = std::move(file->exact_requantisation);
  workload.points = std::move(file->points);
  for (const auto& point : workload.points) {
    auto tables = tables_of(point.name, point.selectable_of_layer, workload.quantisation.network, workload.catalogue);
    if (!tables) return fail_in(path.string(), tables);
    workload.tables.push_back(std::move(*tables));
  }
  const auto hash = sha256_of_file(path);
  if (!hash) return forward_error(hash);
  workload.provenance.inputs["operating points"] = *hash;
  return {};
}

}  // namespace

Result<std::string> training_images_of(const std::string& data) {
  if (data.rfind("synth10:", 0) == 0) return std::string{"synth10:train"};
  const std::string source = data.substr(0, data.find('@'));
  if (source.rfind("cifar10:", 0) == 0) {
    const auto folder = find_data_file(source.substr(8)).parent_path();
    std::error_code error;
    for (const char* name : {"data_batch_1.bin", "train_exact.bin"})
      if (std::filesystem::exists(folder / name, error)) return "cifar10:" + (folder / name).string();
  }
  if (source.rfind("tiny-imagenet:", 0) == 0) {
    const std::size_t split = source.rfind(":val");
    const bool has_split = split != std::string::npos && split + 4 == source.size();
    return source.substr(0, has_split ? split : std::string::npos) + ":train";
  }
  return fail("{}: no training images beside it; name some with calibration_data or --calibration-data", data);
}

Result<ImportedNetwork> open_network(const std::string& file_or_name) {
  const std::filesystem::path path = find_data_file(file_or_name);
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    auto loaded = load_network(path);
    if (!loaded) return forward_error(loaded);
    return ImportedNetwork{std::move(loaded->network), std::move(loaded->sha256)};
  }
  if (path.has_extension() || path.has_parent_path()) return fail("{}: no such file", file_or_name);
  const auto embedded = embedded_network(file_or_name);
  if (!embedded) return forward_error(embedded);
  auto network = import_onnx_bytes(*embedded, file_or_name);
  if (!network) return forward_error(network);
  return ImportedNetwork{std::move(*network), sha256(*embedded)};
}

Result<Dataset> open_training_images(const RunConfig& config, const Workload& workload, std::size_t limit,
                                     ProgressStyle progress) {
  const auto name = config.workload.calibration_data.empty() ? training_images_of(config.workload.data)
                                                             : Result<std::string>{config.workload.calibration_data};
  if (!name) return forward_error(name);
  auto images = open_dataset(*name, {limit, fitting_of(workload.network), progress});
  if (images && (images->name == workload.data.name || images->sha256 == workload.data.sha256))
    return fail(
        "{}: the same images to calibrate and to measure with: name others with calibration_data or "
        "--calibration-data",
        *name);
  return images;
}

Result<void> tune_points(TuningMethod method, const Dataset& images, ProgressStyle progress, Workload& workload) {
  if (method == TuningMethod::None) {
    for (OperatingPoint& point : workload.points) point.requantisation = workload.quantisation.exact_requantisation;
    return {};
  }
  const auto matcher = MomentMatcher::create(workload.quantisation, images);
  if (!matcher) return forward_error(matcher);
  for (std::size_t p = 0; p < workload.points.size(); ++p) {
    OperatingPoint& point = workload.points[p];
    auto tuned = matcher->match(point.name, point.selectable_of_layer, workload.tables[p], progress,
                                method == TuningMethod::Match ? MomentTarget::ExactNetwork : MomentTarget::Training);
    if (!tuned) return forward_error(tuned);
    point = std::move(*tuned);
  }
  return {};
}

OperatingPointFile points_file(const Workload& workload, const std::string& command, std::uint64_t seed) {
  OperatingPointFile file;
  file.network_sha256 = workload.network_sha256;
  file.encoding = workload.quantisation.network.encoding;
  for (const auto& tensor : workload.quantisation.network.tensors) {
    file.tensor_scales.push_back(tensor.scale);
    file.channel_factors.push_back(tensor.channel_factors);
  }
  file.exact_requantisation = workload.quantisation.exact_requantisation;
  file.points = workload.points;
  file.provenance = workload.provenance;
  file.provenance.command = command;
  file.provenance.seed = seed;
  return file;
}

Result<Workload> prepare_workload(const RunConfig& config, const std::filesystem::path& operating_points,
                                  ProgressStyle progress) {
  Workload workload;
  auto imported = open_network(config.workload.network);
  if (!imported) return forward_error(imported);
  workload.network_sha256 = imported->sha256;
  workload.network = std::move(imported->network);
  const Network& network = workload.network;
  const ImageFitting fitting = fitting_of(network);
  auto data = open_dataset(config.workload.data, {config.workload.images, fitting, progress});
  if (!data) return forward_error(data);
  workload.data = std::move(*data);
  if (const auto fits = check_images(workload.data, network.tensors[network.input].shape); !fits)
    return forward_error(fits);
  if (const auto fits = check_classes(workload.data, static_cast<int>(network.tensors[network.output].shape.size()));
      !fits)
    return forward_error(fits);
  workload.provenance.inputs["network"] = workload.network_sha256;
  workload.provenance.inputs["data"] = workload.data.sha256;
  if (const auto added = add_user_multipliers(config, workload); !added) return forward_error(added);
  if (!operating_points.empty()) {
    if (const auto loaded = load_points(network, operating_points, workload); !loaded) return forward_error(loaded);
    return workload;
  }
  auto calibration = open_training_images(config, workload,
                                          std::max(config.workload.calibration_images, config.tuning.images), progress);
  if (!calibration) return forward_error(calibration);
  workload.calibration = std::move(*calibration);
  workload.provenance.inputs["calibration data"] = workload.calibration.sha256;
  auto quantisation = quantise(network, workload.calibration, quantisation_options(config.workload));
  if (!quantisation) return forward_error(quantisation);
  workload.quantisation = std::move(*quantisation);
  if (const auto assigned = assign_points(config, workload); !assigned) return forward_error(assigned);
  Dataset images = workload.calibration;
  if (images.images.size() > config.tuning.images) images.images.resize(config.tuning.images);
  if (const auto tuned = tune_points(config.tuning.method, images, progress, workload); !tuned)
    return forward_error(tuned);
  return workload;
}

RunConfig effective_config(RunConfig config, const std::filesystem::path& operating_points, const Workload& workload) {
  if (operating_points.empty()) return config;
  const QuantizedNetwork& network = workload.quantisation.network;
  const auto names = layer_names(network);
  config.points_file = operating_points.string();
  config.workload.encoding = network.encoding;
  config.points.clear();
  for (const auto& point : workload.points) {
    PointConfig described{point.name, point.selectable_of_layer.at(0), {}};
    for (std::size_t l = 0; l < names.size(); ++l)
      if (point.selectable_of_layer[l] != described.multiplier)
        described.layers[names[l]] = point.selectable_of_layer[l];
    config.points.push_back(std::move(described));
  }
  return config;
}

}  // namespace axvp::sim
