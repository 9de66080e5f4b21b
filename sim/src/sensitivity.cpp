#include "sensitivity.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/qos/sensitivity.h"
#include "train_program.h"

namespace axvp::sim {
namespace {

/// What curvatures depend on.
std::string key_of(const SensitivityRequest& r) {
  const nlohmann::json inputs{{"method", r.sensitivity == Sensitivity::Gradient ? "gradient" : "curvature"},
                              {"network", r.workload->network_sha256},
                              {"workload", to_json(*r.config).at("workload")},
                              {"data", r.workload->data.sha256},
                              {"calibration", r.workload->calibration.sha256},
                              {"tuning_images", r.config->tuning.images},
                              {"fields", r.search->fields},
                              {"images", r.search->sensitivity_images},
                              {"seed", r.search->seed}};
  return sha256(inputs.dump());
}

/// None if the file is not there or of other inputs.
std::optional<std::vector<double>> kept(const std::filesystem::path& path, const std::string& key) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  const auto text = read_text_file(path);
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || json.value("inputs_sha256", "") != key) return std::nullopt;
  std::vector<double> curvatures;
  for (const auto& layer : json.value("layers", nlohmann::json::array())) {
    if (!layer.is_object() || !layer.contains("curvature") || !layer["curvature"].is_number()) return std::nullopt;
    curvatures.push_back(layer["curvature"].get<double>());
  }
  return curvatures;
}

Result<void> keep(const SensitivityRequest& r, const std::filesystem::path& path, const std::string& key,
                  const std::vector<double>& curvatures) {
  const QuantizedNetwork& network = r.workload->quantisation.network;
  const auto sigmas = relative_sigmas(curvatures, network);
  nlohmann::json json{{"schema_version", 1},
                      {"method", r.sensitivity == Sensitivity::Gradient ? "gradient" : "curvature"},
                      {"inputs_sha256", key},
                      {"layers", nlohmann::json::array()}};
  for (std::size_t l = 0; l < curvatures.size(); ++l)
    json["layers"].push_back({{"layer", network.nodes[network.layers()[l]].name},
                              {"relative_sigma", sigmas[l]},
                              {"curvature", curvatures[l]}});
  return write_file_atomically(path, dump_json(json));
}

std::vector<double> mac_shares(const QuantizedNetwork& network) {
  std::vector<double> shares;
  double total = 0.0;
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    shares.push_back(static_cast<double>(network.macs_of_layer(l)));
    total += shares.back();
  }
  for (double& share : shares) share /= total;
  return shares;
}

/// By axvp-train, which links LibTorch.
Result<std::vector<double>> learn_noise(const SensitivityRequest& r) {
  const std::filesystem::path file = r.folder / "noise.json";
  std::vector<std::string> words{"noise", "--out", file.string()};
  const WorkloadOptions& o = *r.workload_options;
  for (const auto& [name, value] : {std::pair{"--config", o.config},
                                    {"--network", o.network},
                                    {"--data", o.data},
                                    {"--calibration-data", o.calibration_data}})
    if (!value.empty()) words.insert(words.end(), {name, value});
  if (o.images != 0) words.insert(words.end(), {"--images", std::to_string(o.images)});
  const unsigned threads = r.search->threads > 0 ? r.search->threads : std::thread::hardware_concurrency();
  words.insert(words.end(), {"--threads", std::to_string(std::max(1U, threads))});
  if (r.quiet) words.emplace_back("--quiet");
  if (const auto ran = run_train_and_wait(words); !ran) return forward_error(ran);
  auto document = load_json(file);
  if (!document) return forward_error(document);
  FieldReader root{*document};
  auto sigma = root.numbers("relative_sigma", {0.0, kAgnLargestSigma});
  if (const auto done = root.finish(); !done) return forward_error(done);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return curvatures_of(sigma, mac_shares(r.workload->quantisation.network), kAgnLambda);
}

}  // namespace

Result<RunConfig> exact_config(const WorkloadOptions& options) {
  auto config = options.read();
  if (!config) return config;
  const std::string exact{Catalogue::exact_id(config->workload.encoding)};
  config->points = {{"exact", exact, {}}};
  return config;
}

std::string_view to_string(Sensitivity sensitivity) {
  switch (sensitivity) {
    case Sensitivity::Gradient:
      return "gradient";
    case Sensitivity::Curvature:
      return "curvature";
    case Sensitivity::Measured:
      break;
  }
  return "measured";
}

Sensitivity parse_sensitivity(std::string_view name) {
  for (const auto sensitivity : {Sensitivity::Gradient, Sensitivity::Curvature, Sensitivity::Measured})
    if (name == to_string(sensitivity)) return sensitivity;
  throw std::invalid_argument(fmt::format("no sensitivity `{}`", name));
}

std::vector<double> relative_sigmas(const std::vector<double>& curvatures, const QuantizedNetwork& network) {
  return relative_budgets(curvatures, mac_shares(network), kAgnLambda, kAgnLargestSigma);
}

Result<std::vector<double>> layer_curvatures(const SensitivityRequest& request) {
  const std::filesystem::path path = request.folder / "sensitivity.json";
  const std::string key = key_of(request);
  if (auto found = kept(path, key)) return *found;
  auto curvatures = request.sensitivity == Sensitivity::Gradient ? learn_noise(request)
                                                                 : measure_curvatures(*request.inputs, *request.search);
  if (!curvatures) return curvatures;
  if (const auto written = keep(request, path, key, *curvatures); !written) return forward_error(written);
  return curvatures;
}

}  // namespace axvp::sim
