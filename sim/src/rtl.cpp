#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/pool_rtl.h"
#include "command.h"
#include "embedded_files.h"
#include "run_config.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string pool, config, output;
};

using Files = std::vector<NewFile>;

/// Selectables of the configuration's operating points, in the order of their first use.
std::vector<std::string> ids_of_points(const RunConfig& config) {
  std::vector<std::string> ids;
  const auto add = [&ids](const std::string& id) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  };
  for (const PointConfig& point : config.points) {
    if (!point.multiplier.empty()) add(point.multiplier);
    for (const auto& [layer, id] : point.layers) add(id);
  }
  return ids;
}

/// A list by commas, or a text file with one selectable a line (# begins a comment).
Result<std::vector<std::string>> read_pool(const std::string& pool) {
  if (!std::filesystem::is_regular_file(pool)) return split(pool, ',');
  const auto text = read_text_file(pool);
  if (!text) return forward_error(text);
  std::vector<std::string> ids;
  for (std::string line : split(*text, '\n')) {
    line = line.substr(0, line.find('#'));
    line.erase(std::remove_if(line.begin(), line.end(), [](char c) { return c == ' ' || c == '\t' || c == '\r'; }),
               line.end());
    if (!line.empty()) ids.push_back(line);
  }
  return ids;
}

Result<std::vector<Selectable>> find_all(const std::vector<std::string>& ids) {
  std::vector<Selectable> pool;
  for (const std::string& id : ids) {
    auto selectable = Catalogue::built_in().find(id);
    if (!selectable) return forward_error(selectable);
    pool.push_back(std::move(*selectable));
  }
  return pool;
}

/// Multiplier lanes for depthwise layers, where the configuration has some: ports and instance.
struct LanesText {
  std::string parameter, ports, instance;
};
LanesText lanes_text(const ArrayConfig& array) {
  if (array.lanes() == 0) return {};
  return {fmt::format(",\n  parameter int unsigned Lanes       = {}", array.lanes()),
          ",\n  input  logic                        dw_first_i,\n  input  logic                        dw_last_i,\n"
          "  input  logic [SelectWidth-1:0]      dw_select_i,\n  input  logic                        dw_act_signed_i,\n"
          "  input  logic [Lanes*8-1:0]          dw_act_i,\n  input  logic [Lanes*8-1:0]          dw_weight_i,\n"
          "  output logic                        dw_sum_valid_o,\n  output logic [Lanes*AccWidth-1:0]   dw_sum_o",
          "  ax_lanes #(.Lanes(Lanes), .AccWidth(AccWidth), .SelectWidth(SelectWidth)) u_depthwise (\n"
          "    .clk_i,\n    .rst_ni,\n    .first_i     (dw_first_i),\n    .last_i      (dw_last_i),\n"
          "    .select_i    (dw_select_i),\n    .act_signed_i(dw_act_signed_i),\n    .act_i       (dw_act_i),\n"
          "    .weight_i    (dw_weight_i),\n    .sum_valid_o (dw_sum_valid_o),\n    .sum_o       (dw_sum_o)\n  );\n"};
}

/// The array with the configuration's sizes, beside it the lane of requantisation and the multiplier lanes.
std::string core_module(const ArrayConfig& array, int select_width) {
  const LanesText lanes = lanes_text(array);
  const bool ws = array.dataflow == Dataflow::WeightStationary;
  const std::string ports =
      ws ? "  input  logic                        act_valid_i,\n  input  logic                        swap_i,\n"
           "  input  logic                        weight_valid_i,\n  input  logic [15:0]                 "
           "weight_row_i,\n"
         : "  input  logic                        first_i,\n  input  logic                        last_i,\n";
  const std::string connections = ws ? "    .act_valid_i,\n    .swap_i,\n    .weight_valid_i,\n    .weight_row_i,\n"
                                     : "    .first_i,\n    .last_i,\n";
  return fmt::format(
      "// {} array of {} x {} elements with its pool, and a lane of requantisation; written by `axvp rtl`, do not "
      "edit.\n"
      "module ax_core #(\n"
      "  parameter int unsigned Rows        = {},\n  parameter int unsigned Columns     = {},\n"
      "  parameter int unsigned AccWidth    = 32,\n  parameter int unsigned SelectWidth = {}{}\n) (\n"
      "  input  logic                        clk_i,\n  input  logic                        rst_ni,\n{}"
      "  input  logic [SelectWidth-1:0]      select_i,\n  input  logic                        act_signed_i,\n"
      "  input  logic [Rows*8-1:0]           act_i,\n  input  logic [Columns*8-1:0]        weight_i,\n"
      "  output logic                        sum_valid_o,\n  output logic [Columns*AccWidth-1:0] sum_o,\n"
      "  input  logic signed [31:0]          lane_acc_i,\n  input  logic signed [15:0]          lane_m0_i,\n"
      "  input  logic signed [47:0]          lane_b_i,\n  input  logic        [5:0]           lane_s_i,\n"
      "  input  logic signed [31:0]          lane_lo_i,\n  input  logic signed [31:0]          lane_hi_i,\n"
      "  output logic signed [31:0]          lane_y_o{}\n);\n"
      "  {} #(.Rows(Rows), .Columns(Columns), .AccWidth(AccWidth), .SelectWidth(SelectWidth)) u_array (\n"
      "    .clk_i,\n    .rst_ni,\n{}    .select_i,\n    .act_signed_i,\n    .act_i,\n    .weight_i,\n    "
      ".sum_valid_o,\n    .sum_o\n  );\n"
      "  ax_requantise u_lane (\n    .clk_i,\n    .acc_i(lane_acc_i),\n    .m0_i (lane_m0_i),\n    .b_i  (lane_b_i),\n"
      "    .s_i  (lane_s_i),\n    .lo_i (lane_lo_i),\n    .hi_i (lane_hi_i),\n    .y_o  (lane_y_o)\n  "
      ");\n{}endmodule\n",
      ws ? "Weight-stationary" : "Output-stationary", array.rows, array.columns, array.rows, array.columns,
      select_width, lanes.parameter, ports, lanes.ports, ws ? "ax_ws_array" : "ax_os_array", connections,
      lanes.instance);
}

/// Everything below `folder`; filelist.f is for synthesis, checks.f adds the assertions for simulation.
Result<Files> files_of(const std::vector<Selectable>& pool, const ArrayConfig& array,
                       const std::filesystem::path& folder) {
  const auto pool_text = generate_pool_rtl(pool);
  if (!pool_text) return forward_error(pool_text);
  const std::string flow = array.dataflow == Dataflow::WeightStationary ? "ws" : "os";
  Files files;
  std::string list;
  const auto add = [&](const std::string& name, std::string text) {
    files.push_back({folder / name, std::move(text)});
    list += name + "\n";
  };
  for (const char* module : {"ax_fa", "ax_ha"}) add(std::string{module} + ".sv", std::string{rtl_module(module)});
  for (auto& [name, text] : pool_sources(pool)) add(name, text);
  add("ax_pool.sv", *pool_text);
  std::vector<std::string> modules{"ax_delay",
                                   "ax_sign_magnitude",
                                   "ax_requantise",
                                   "ax_" + flow + "_tile",
                                   "ax_" + flow + "_array",
                                   flow == "ws" ? "ax_pe" : "ax_pe_os"};
  if (array.lanes() > 0) modules.emplace_back("ax_lanes");
  if (array.lanes() > 0 && flow == "ws") modules.insert(modules.end(), {"ax_os_tile", "ax_pe_os"});
  for (const std::string& module : modules) add(module + ".sv", std::string{rtl_module(module)});
  add("ax_core.sv", core_module(array, select_width(pool.size())));
  const std::string checks = "ax_" + flow + "_array_checks";
  files.push_back({folder / (checks + ".sv"), std::string{rtl_module(checks)}});
  files.push_back({folder / "filelist.f", list});
  files.push_back({folder / "checks.f", list + checks + ".sv\n"});
  return files;
}

int run(const Options& options) {
  const auto config = load_run_config(options.config);
  if (!config) return report(config.error());
  const auto ids =
      options.pool.empty() ? Result<std::vector<std::string>>{ids_of_points(*config)} : read_pool(options.pool);
  if (!ids) return report(ids.error());
  const auto pool = find_all(*ids);
  if (!pool) return report(pool.error());
  const ArrayConfig& array = config->platform.array;
  if (array.dataflow == Dataflow::InputStationary)
    return report(Error{"dataflow = input-stationary: there is RTL of weight- and output-stationary arrays only"});
  const auto files = files_of(*pool, array, options.output);
  if (!files) return report(files.error());
  if (const auto writable = check_writable(options.output); !writable) return report(writable.error());
  if (const auto written = write_files_atomically(*files); !written) return report(written.error());
  fmt::print(
      "{} array, {} x {}{}, pool of {} selectables: {} files\n"
      "written: {}/filelist.f (top ax_core), {}/checks.f (with assertions)\n",
      to_string(array.dataflow), array.rows, array.columns,
      array.lanes() > 0 ? fmt::format(" with {} lanes", array.lanes()) : "", pool->size(), files->size(),
      options.output, options.output);
  return kDone;
}

}  // namespace

void add_rtl(CLI::App& app, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub =
      app.add_subcommand("rtl", "Write the synthesizable RTL of array, multiplier lanes, pool and requantisation lane");
  sub->add_option(
      "--pool", options->pool,
      "Selectables by commas, or a text file with one a line; those of the configuration's operating points "
      "without it");
  sub->add_option("--config", options->config,
                  "Run configuration with the array's size and dataflow; the embedded one without it");
  sub->add_option("--output", options->output, "Folder to write")->required();
  sub->footer(
      "Examples:\n  axvp rtl --output rtl16\n"
      "  axvp rtl --pool dadda-exact,gated_dadda-468/m2 --config run.toml --output rtl\n"
      "  verilator --lint-only -Wall --top-module ax_core -F rtl/checks.f");
  sub->callback([options, &command] { command = [options] { return run(*options); }; });
}

}  // namespace axvp::sim
