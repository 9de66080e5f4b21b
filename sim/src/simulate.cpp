#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "array_level.h"
#include "axvp/accel/program.h"
#include "axvp/accel/timeline.h"
#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/text.h"
#include "axvp/sc_models/platform.h"
#include "command.h"
#include "embedded_files.h"
#include "output_folder.h"
#include "simulation_report.h"
#include "workload.h"
#include "workload_options.h"

namespace axvp::sim {
namespace {

struct Options {
  WorkloadOptions workload;
  std::string operating_points, energy_table;
  std::string out;
  std::string dataflow, preset;  ///< Of level analytic; empty: ws, default.
  std::string level;             ///< Of the array; empty: lt, without the files that compare levels.
  std::string trace, trace_layer, trace_cycles, wave;
  LockstepOptions lockstep;
};

Result<RunConfig> read_config(const Options& options) {
  auto config = options.workload.read();
  if (!config) return config;
  if (!options.energy_table.empty()) config->energy_table = options.energy_table;
  return config;
}

struct PricedTable {
  EnergyTable table;
  std::string sha256;
};

Result<PricedTable> open_energy_table(const std::string& path) {
  std::string text{default_energy_table()};
  if (!path.empty()) {
    auto content = read_text_file(path);
    if (!content) return forward_error(content);
    text = std::move(*content);
  }
  auto table = parse_energy_table(text, path.empty() ? "embedded energy table" : path);
  if (!table) return forward_error(table);
  return PricedTable{std::move(*table), sha256(text)};
}

/// Adds the rows of the user's own multipliers; one that a point uses must say what it costs. `notes` says what it does
/// not state.
Result<void> price_user_multipliers(const std::vector<UserMultiplier>& multipliers, const SelectablePool& pool,
                                    EnergyTable& table, std::vector<std::string>& notes) {
  for (const auto& multiplier : multipliers) {
    if (std::find(pool.ids.begin(), pool.ids.end(), multiplier.id) == pool.ids.end()) continue;
    if (!multiplier.energy_pj)
      return fail(
          "multiplier {}: the energy table does not know it: add energy_pj (per MAC) to its [[multiplier]], or "
          "use `axvp evaluate`, which needs no energy",
          multiplier.id);
    SelectableEnergy row;
    row.selectable = row.multiplier = multiplier.id;
    row.per_mac.internal = Picojoules{*multiplier.energy_pj};
    row.area = SquareMicrometres{multiplier.area_um2.value_or(0.0)};
    row.leakage = Nanowatts{multiplier.leakage_nw.value_or(0.0)};
    row.delay = Nanoseconds{multiplier.delay_ns.value_or(0.0)};
    table.rows.push_back(std::move(row));
    const auto note = [&](const std::optional<double>& stated, const char* key, const char* consequence) {
      if (!stated) notes.push_back(fmt::format("multiplier {}: no {} stated: {}", multiplier.id, key, consequence));
    };
    note(multiplier.area_um2, "area_um2", "its area counts as 0");
    note(multiplier.leakage_nw, "leakage_nw", "its leakage counts as 0");
    note(multiplier.delay_ns, "delay_ns", "the clock is not checked against it");
  }
  return {};
}

/// The selectables that the points use, each once, in the order of their first use.
SelectablePool make_pool(const Workload& workload) {
  SelectablePool pool;
  pool.encoding = workload.quantisation.network.encoding;
  for (std::size_t p = 0; p < workload.points.size(); ++p)
    for (std::size_t l = 0; l < workload.points[p].selectable_of_layer.size(); ++l) {
      const std::string& id = workload.points[p].selectable_of_layer[l];
      if (std::find(pool.ids.begin(), pool.ids.end(), id) != pool.ids.end()) continue;
      pool.ids.push_back(id);
      pool.tables.push_back(workload.tables[p][l]);
    }
  return pool;
}

/// Each point alone over all images, then the controller over the same images.
std::vector<PlatformPhase> make_phases(const RunConfig& config, const Workload& workload) {
  std::vector<StoredTensor> images;
  for (const auto& image : workload.data.images) images.push_back(quantise_image(workload.quantisation.network, image));
  std::vector<PlatformPhase> phases;
  for (std::size_t p = 0; p < workload.points.size(); ++p) {
    PolicyConfig fixed;
    fixed.fixed_point = p;
    phases.push_back({fixed, images});
  }
  if (config.controller) phases.push_back({*config.controller, std::move(images)});
  return phases;
}

Result<void> write_results(const std::string& out, const SimulationReport& report) {
  const std::filesystem::path folder{out};
  return write_files_atomically(
      {{folder / "layers.csv", to_csv(report)}, {folder / "result.json", dump_json(to_json(report))}});
}

/// What can be said about prices, clock and policy before time begins.
Result<void> check_run(RunConfig& config, const Workload& workload, const PlatformSetup& inputs) {
  const auto prices = event_prices(inputs.energy, inputs.pool, inputs.config);
  if (!prices) return forward_error(prices);
  if (auto fast_enough = check_clock(inputs.energy, inputs.pool, inputs.config); !fast_enough) return fast_enough;
  if (!config.controller) return {};
  const std::vector<std::string>& names = inputs.program.point_names;
  if (auto resolved = resolve_names(*config.controller, names); !resolved) return resolved;
  if (auto valid = validate(*config.controller, names.size()); !valid) return valid;
  if (auto enough = check_outputs(*config.controller, output_count(inputs.program)); !enough) return enough;
  return check_order(*config.controller, names,
                     multiplication_energies(inputs.program, workload.points, inputs.pool, *prices));
}

/// BEGIN:END of `--trace-cycles`, either may be left out.
Result<TimelineWindow> trace_window(const Options& options) {
  TimelineWindow window;
  window.layer = options.trace_layer;
  if (options.trace_cycles.empty()) return window;
  const std::vector<std::string> ends = split(options.trace_cycles, ':');
  const auto read = [](const std::string& text, Cycles& cycle) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, cycle);
    return text.empty() || (parsed.ec == std::errc{} && parsed.ptr == end);
  };
  if (ends.size() != 2 || !read(ends[0], window.begin) || !read(ends[1], window.end) || window.begin >= window.end)
    return fail("--trace-cycles {}: expected BEGIN:END with BEGIN before END", options.trace_cycles);
  return window;
}

std::vector<std::string> names_of(const Program& program) {
  std::vector<std::string> names;
  for (const ProgramNode& node : program.nodes) names.push_back(node.name);
  return names;
}

/// The same, checked against the program.
Result<TimelineWindow> trace_window(const Options& options, const Program& program) {
  auto window = trace_window(options);
  if (!window) return window;
  const std::vector<std::string> names = names_of(program);
  if (!window->layer.empty() && std::find(names.begin(), names.end(), window->layer) == names.end())
    return fail("--trace-layer: no operation `{}`{}", window->layer, suggestion(window->layer, names));
  return window;
}

/// What `--trace` asks for; null without it.
Result<std::shared_ptr<Timeline>> make_timeline(const Options& options, const Program& program) {
  if (options.trace.empty()) return std::shared_ptr<Timeline>{};
  auto window = trace_window(options, program);
  if (!window) return forward_error(window);
  return std::make_shared<Timeline>(program.point_names, std::move(*window));
}

/// What `--wave` asks for; null without it.
Result<std::shared_ptr<ArrayWave>> make_wave(const Options& options, const PlatformSetup& inputs) {
  if (options.wave.empty()) return std::shared_ptr<ArrayWave>{};
  auto window = trace_window(options, inputs.program);
  if (!window) return forward_error(window);
  constexpr std::size_t kMostEdges = 20'000;  // some 100 MB of a 16 x 16 array as VCD
  window->most_events = kMostEdges;
  auto file = make_wave_file(options.wave);
  if (!file) return forward_error(file);
  return std::make_shared<ArrayWave>(std::move(*file), names_of(inputs.program), std::move(*window),
                                     inputs.config.clock_mhz);
}

/// Completes it and says so.
Result<void> write_wave(const Options& options, const PlatformSetup& inputs) {
  if (!inputs.wave) return {};
  if (auto closed = inputs.wave->close(); !closed) return closed;
  fmt::print("written: {}, {} edges of the array{}\n", options.wave, with_thousands(inputs.wave->edges()),
             inputs.wave->dropped() == 0
                 ? ""
                 : fmt::format("; {} more did not fit: choose a part by --trace-layer or --trace-cycles",
                               with_thousands(inputs.wave->dropped())));
  return {};
}

/// Writes it and says so.
Result<void> write_timeline(const Options& options, const PlatformSetup& inputs) {
  if (!inputs.timeline) return {};
  if (auto written = write_file_atomically(options.trace, inputs.timeline->to_json(inputs.config.clock_mhz)); !written)
    return written;
  fmt::print("written: {} (for ui.perfetto.dev){}\n", options.trace,
             inputs.timeline->dropped_events() == 0
                 ? ""
                 : fmt::format("; {} events did not fit: choose a part by --trace-layer or --trace-cycles",
                               with_thousands(inputs.timeline->dropped_events())));
  return {};
}

/// `--level analytic`: no platform, no energy.
int run_closed_forms(const Options& options, const std::string& out, const GlobalOptions& global,
                     const Workload& workload, const PlatformSetup& inputs) {
  TimingForms forms;
  forms.scalesim = options.preset == "scalesim";
  forms.dataflow = inputs.config.array.dataflow;
  if (!options.dataflow.empty()) forms.dataflow = *parse_dataflow(options.dataflow);  // one of ws, os, is
  const auto result = run_analytic(workload, inputs.program, inputs.config, forms, global.progress());
  if (!result) return report(result.error());
  if (const auto written = write_level_result(out, *result, inputs.program); !written) return report(written.error());
  fmt::print("{}\nwritten: {}/array_cycles.csv, {}/logits.csv\n", to_text(*result, workload), out, out);
  return kDone;
}

int run(const Options& options, const GlobalOptions& global) {
  if (options.level != "analytic" && !(options.dataflow.empty() && options.preset.empty()))
    return report(Error{"--dataflow and --preset choose closed forms: they need --level analytic"});
  if (options.trace.empty() && options.wave.empty() && !(options.trace_layer.empty() && options.trace_cycles.empty()))
    return report(Error{"--trace-layer and --trace-cycles choose a part of --trace FILE or --wave FILE"});
  if (!options.wave.empty() && options.level != "cycle" && options.level != "rtl")
    return report(Error{"--wave: only levels cycle and rtl clock an array"});
  if (!options.wave.empty() && options.lockstep.chosen())
    return report(Error{"--wave shows the array of a level, without a part in RTL beside it"});
  if (options.level == "analytic" && !options.trace.empty())
    return report(Error{"--trace: level analytic has no time to show; use lt, cycle or rtl"});
  if (options.lockstep.chosen() && (options.level == "analytic" || options.level == "rtl"))
    return report(Error{"--rtl-array, --rtl-pe and --rtl-multiplier run beside level lt or cycle"});
  if (options.lockstep.array && !(options.lockstep.element.empty() && options.lockstep.multiplier.empty()))
    return report(Error{"--rtl-array contains every element: leave --rtl-pe and --rtl-multiplier out"});
  auto config = read_config(options);
  if (!config) return report(config.error());
  const auto out = open_output_folder(options.out, "axvp-run");
  if (!out) return report(out.error());
  const auto energy = open_energy_table(config->energy_table);
  if (!energy) return report(energy.error());
  auto workload = prepare_workload(*config, options.operating_points, global.progress());
  if (!workload) return report(workload.error());
  workload->provenance.command = "simulate";
  workload->provenance.seed = config->seed;
  workload->provenance.inputs["energy table"] = energy->sha256;
  workload->provenance.tools["systemc"] = systemc_version();
  *config = effective_config(std::move(*config), options.operating_points, *workload);

  PlatformSetup inputs;
  std::vector<std::string> notes = workload->quantisation.remarks;
  notes.insert(notes.end(), config->remarks.begin(), config->remarks.end());
  if (const std::size_t found = workload->data.images.size(); found < config->workload.images) {
    notes.push_back(
        fmt::format("{} holds {} images, {} were asked for", config->workload.data, found, config->workload.images));
    config->workload.images = found;
  }
  const std::size_t images = workload->data.images.size();
  if (const auto batch = static_cast<std::size_t>(config->platform.batch); images % batch != 0)
    return report(Error{fmt::format("{} images are not a whole number of batches of {} (platform.batch): --images {}",
                                    images, batch, std::max<std::size_t>(images / batch, 1) * batch)});
  inputs.config = config->platform;
  inputs.pool = make_pool(*workload);
  inputs.energy = energy->table;
  if (const auto added = price_user_multipliers(config->multipliers, inputs.pool, inputs.energy, notes); !added)
    return report(added.error());
  auto program = compile(workload->quantisation.network, workload->points, inputs.pool, inputs.config);
  if (!program) return report(program.error());
  inputs.program = std::move(*program);
  if (const auto checked = check_run(*config, *workload, inputs); !checked) return report(checked.error());
  if (options.level == "analytic") return run_closed_forms(options, out->path, global, *workload, inputs);
  if (options.lockstep.chosen()) {
    auto lockstep = make_lockstep(options.lockstep, inputs.config, inputs.pool, workload->catalogue);
    if (!lockstep) return report(lockstep.error());
    (options.level == "cycle" ? inputs.array : inputs.lockstep) = std::move(*lockstep);
  }
  auto wave = make_wave(options, inputs);
  if (!wave) return report(wave.error());
  inputs.wave = std::move(*wave);
  auto array = make_array(options.level, inputs.config, inputs.pool, workload->catalogue, inputs.wave.get());
  if (!array) return report(array.error());
  if (!inputs.array) inputs.array = std::move(*array);
  auto lanes = make_lanes(options.level, inputs.config, inputs.pool, workload->catalogue);
  if (!lanes) return report(lanes.error());
  inputs.lanes = std::move(*lanes);
  auto timeline = make_timeline(options, inputs.program);
  if (!timeline) return report(timeline.error());
  inputs.timeline = std::move(*timeline);
  const auto phases = make_phases(*config, *workload);

  Progress bar{global.progress(), "simulate", phases.size() * workload->data.images.size(), "images"};
  std::uint64_t done = 0;
  inputs.on_inference = [&](const InferenceRecord& record) { bar.update(done += record.logits.size()); };
  const auto results = run_platform(inputs, phases);
  if (!results) return report(results.error(), kRunFailed);
  bar.finish();

  if (config->controller)
    for (std::string& note : idle_controller_notes(*config->controller, results->back(), inputs.config))
      notes.push_back(std::move(note));
  const SimulationReport summary{*workload, *config, inputs, *results, notes};
  if (const auto written = write_results(out->path, summary); !written) return report(written.error());
  if (!options.level.empty())
    if (const auto written = write_level_result(out->path, level_result(inputs.program, *results), inputs.program);
        !written)
      return report(written.error());
  fmt::print("{}\n{}: {}/result.json, {}/layers.csv\n", to_text(summary),
             out->holds_results ? "written over those of an earlier run" : "written", out->path, out->path);
  if (const auto written = write_timeline(options, inputs); !written) return report(written.error());
  if (const auto written = write_wave(options, inputs); !written) return report(written.error());
  return kDone;
}

}  // namespace

void add_simulate(CLI::App& app, const GlobalOptions& global, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("simulate", "Run a network on the SystemC platform: accuracy, cycles, energy");
  options->workload.add_to(*sub);
  sub->add_option("--operating-points", options->operating_points, "File written by `axvp tune`");
  sub->add_option("--energy-table", options->energy_table, "File written by `axvp power --update`");
  sub->add_option(
         "--level", options->level,
         "How the array is simulated; lt without it. With it also array_cycles.csv and logits.csv are written, "
         "which are equal at all levels; analytic writes nothing else")
      ->check(CLI::IsMember({"analytic", "lt", "cycle", "rtl"}));
  sub->add_option("--dataflow", options->dataflow,
                  "Of the closed forms of --level analytic; the configuration's without it")
      ->check(CLI::IsMember({"ws", "os", "is"}));
  sub->add_option("--preset", options->preset,
                  "Closed forms of --level analytic: default (folds overlap) or scalesim (SCALE-Sim's, they do not)")
      ->check(CLI::IsMember({"default", "scalesim"}));
  sub->add_option("--out", options->out,
                  "Folder for result.json and layers.csv, what it holds is replaced; without it a new one, axvp-run, "
                  "axvp-run-2 and so on");
  sub->add_flag("--rtl-array", options->lockstep.array,
                "Levels lt and cycle: the whole array in RTL beside it; the first difference ends the run");
  sub->add_option("--rtl-pe", options->lockstep.element, "The same with one processing element, ROW,COLUMN");
  sub->add_option("--rtl-multiplier", options->lockstep.multiplier,
                  "The same with one multiplier (a selectable) of element --rtl-pe, or of (0, 0)");
  sub->add_option("--trace", options->trace,
                  "File for a timeline: operations, folds, DMA, stalls, switches, energy; open it at ui.perfetto.dev");
  sub->add_option("--wave", options->wave,
                  "File .vcd or .fst for the signals of the array at level cycle or rtl: ports, operands and sum of "
                  "every element, edge by edge");
  sub->add_option("--trace-layer", options->trace_layer, "Trace, or show as waves, only operations of this name");
  sub->add_option("--trace-cycles", options->trace_cycles, "Only what overlaps with cycles BEGIN:END");
  sub->footer(
      "Examples:\n  axvp simulate\n"
      "  axvp simulate --network resnet20.onnx --data cifar10:test_batch.bin --images 100\n"
      "  axvp simulate --images 1 --level rtl\n"
      "  axvp simulate --images 1 --trace timeline.json\n"
      "  axvp simulate --images 1 --level rtl --wave conv1.fst --trace-layer conv1\n"
      "  axvp simulate --images 1 --rtl-pe 3,5\n"
      "  axvp simulate --config run.toml --operating-points operating_points.json --out run1");
  sub->callback([options, &global, &command] { command = [options, &global] { return run(*options, global); }; });
}

}  // namespace axvp::sim
