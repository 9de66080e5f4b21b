#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/workloads/onnx_export.h"
#include "command.h"
#include "quantisation_report.h"
#include "workload.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string network, write, calibration_data, encoding = "sm8", out;
};

std::string to_text(const Shape& shape) {
  return fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width);
}

std::string to_text(const Window& w) {
  std::string text = fmt::format("{}x{}", w.kernel_height, w.kernel_width);
  if (w.stride_height != 1 || w.stride_width != 1)
    text += fmt::format(" stride {}x{}", w.stride_height, w.stride_width);
  if (w.pad_top != 0 || w.pad_left != 0 || w.pad_bottom != 0 || w.pad_right != 0)
    text += fmt::format(" pads {},{},{},{}", w.pad_top, w.pad_left, w.pad_bottom, w.pad_right);
  if (w.dilation_height != 1 || w.dilation_width != 1)
    text += fmt::format(" dilation {}x{}", w.dilation_height, w.dilation_width);
  return text;
}

/// Operator and settings of a node, for the table.
struct Description {
  std::string operator_name;
  std::string settings;
  std::uint64_t macs = 0;
  std::uint64_t parameters = 0;
};

/// A bias has no scales, a scale no offsets: what leaves every channel as it is is no parameter.
std::uint64_t parameters_of(const ChannelAffine& affine) {
  const auto count = [](const std::vector<double>& values, double neutral) -> std::uint64_t {
    const bool is_neutral = std::all_of(values.begin(), values.end(), [&](double v) { return v == neutral; });
    return is_neutral ? 0 : values.size();
  };
  return count(affine.scale, 1.0) + count(affine.offset, 0.0);
}

Description describe(const Node& node, const Shape& input) {
  if (const auto* c = std::get_if<Convolution>(&node.operation))
    return {"Conv", to_text(c->window) + (c->groups > 1 ? fmt::format(" groups {}", c->groups) : ""),
            count_macs(*c, input), c->weights.size()};
  if (const auto* a = std::get_if<ChannelAffine>(&node.operation))
    return {"Affine", "per channel", 0, parameters_of(*a)};
  if (const auto* c = std::get_if<Clamp>(&node.operation)) return {"Clamp", fmt::format("[{}, {}]", c->low, c->high)};
  if (std::holds_alternative<Add>(node.operation)) return {"Add", ""};
  if (const auto* p = std::get_if<AveragePool>(&node.operation)) return {"AveragePool", to_text(p->window)};
  if (const auto* p = std::get_if<MaxPool>(&node.operation)) return {"MaxPool", to_text(p->window)};
  const auto& r = std::get<Resample>(node.operation);
  return {"Resample",
          fmt::format("step {}x{} channels +{}+{}", r.step_height, r.step_width, r.channels_before, r.channels_after)};
}

/// Quantises with the defaults and shows what that does to every stored tensor.
Result<void> show_quantisation(const Network& network, const Options& options, ProgressStyle progress) {
  QuantisationOptions quantisation;
  if (options.encoding == "s8") quantisation.encoding = Encoding::TwosComplement;
  const auto images =
      open_dataset(options.calibration_data, {quantisation.calibration_images, fitting_of(network), progress});
  if (!images) return forward_error(images);
  const auto quantised = quantise(network, *images, quantisation);
  if (!quantised) return forward_error(quantised);
  fmt::print("\nquantised to {} on {} images of {}\n\n{}", options.encoding, images->images.size(), images->name,
             quantisation_text(quantised->report));
  fmt::print("{}", remarks_text(quantised->remarks));
  if (options.out.empty()) return {};
  return write_file_atomically(
      options.out, dump_json({{"schema_version", 1}, {"quantisation", quantisation_json(quantised->report)}}));
}

int run(const Options& options, const GlobalOptions& global) {
  const auto imported = open_network(options.network);
  if (!imported) return report(imported.error());
  const Network* network = &imported->network;
  std::vector<std::vector<std::string>> rows{{"node", "operator", "settings", "input", "output", "MACs", "parameters"}};
  std::uint64_t macs = 0, parameters = 0;
  for (const auto& node : network->nodes) {
    const Shape& input = network->tensors[node.inputs[0]].shape;
    const Description d = describe(node, input);
    rows.push_back({node.name, d.operator_name, d.settings, to_text(input),
                    to_text(network->tensors[node.output].shape), with_thousands(d.macs),
                    with_thousands(d.parameters)});
    macs += d.macs;
    parameters += d.parameters;
  }
  rows.push_back({"total", "", "", "", "", with_thousands(macs), with_thousands(parameters)});
  fmt::print("{}: {} nodes, input {} (channels x height x width)\n\n{}", network->name, network->nodes.size(),
             to_text(network->tensors[network->input].shape), format_table(rows));
  if (options.calibration_data.empty()) fmt::print("{}", remarks_text(network->remarks));
  if (!options.calibration_data.empty())
    if (const auto shown = show_quantisation(*network, options, global.progress()); !shown)
      return report(shown.error());
  if (options.write.empty()) return kDone;
  if (const auto written = write_file_atomically(options.write, export_onnx(*network)); !written)
    return report(written.error());
  fmt::print("\nwritten: {}\n", options.write);
  return kDone;
}

}  // namespace

void add_import(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("import", "Show an ONNX network as axvp reads it");
  sub->add_option("network", options->network,
                  "ONNX file, network description (TOML) or embedded network, e.g. resnet8_synth10")
      ->required();
  sub->add_option("--write", options->write, "Write the network back as ONNX");
  auto* calibration = sub->add_option("--calibration-data", options->calibration_data,
                                      "Quantise on these images and show each tensor's range and noise");
  sub->add_option("--encoding", options->encoding, "sm8 or s8")
      ->check(CLI::IsMember({"sm8", "s8"}))
      ->capture_default_str()
      ->needs(calibration);
  sub->add_option("--out", options->out, "Write that table as JSON")->needs(calibration);
  sub->footer(
      "Examples:\n  axvp import resnet8_synth10\n  axvp import resnet8_synth10 --calibration-data synth10:train");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
