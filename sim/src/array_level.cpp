#include "array_level.h"

#include <fmt/format.h>

#include <charconv>
#include <numeric>
#include <utility>

#include "axvp/accel/array_block.h"
#include "axvp/accel/lowered_run.h"
#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/workloads/int8_executor.h"
#ifdef AXVP_HAS_VERILATED
#include "axvp/accel/cycle_array.h"
#include "axvp/cosim/fst_file.h"
#include "axvp/cosim/lockstep.h"
#include "axvp/cosim/rtl_array.h"
#endif

namespace axvp::sim {
namespace {

#ifdef AXVP_HAS_VERILATED
Result<std::vector<RtlSelectable>> rtl_selectables(const SelectablePool& pool, const Catalogue& catalogue) {
  std::vector<RtlSelectable> selectables;
  for (const std::string& id : pool.ids) {
    const auto selectable = catalogue.find(id);
    if (!selectable) return forward_error(selectable);
    selectables.push_back({id, selectable->rtl_module, selectable->mode});
  }
  return selectables;
}

Result<std::shared_ptr<ArrayModel>> make_rtl(const PlatformConfig& config, const SelectablePool& pool,
                                             const Catalogue& catalogue, ArrayWave* wave) {
  const auto selectables = rtl_selectables(pool, catalogue);
  if (!selectables) return forward_error(selectables);
  auto array = make_rtl_array(config.array.dataflow, config.array, pool.encoding, *selectables, wave);
  if (!array) return forward_error(array);
  return std::shared_ptr<ArrayModel>{std::move(*array)};
}

Result<std::unique_ptr<WaveFile>> make_fst(const std::filesystem::path& path) {
  return make_fst_file(path);
}

Result<std::shared_ptr<LaneModel>> make_lanes_in_rtl(const PlatformConfig& config, const SelectablePool& pool,
                                                     const Catalogue& catalogue) {
  const auto selectables = rtl_selectables(pool, catalogue);
  if (!selectables) return forward_error(selectables);
  auto lanes = make_rtl_lanes(config.array.lanes(), pool.encoding, *selectables);
  if (!lanes) return forward_error(lanes);
  return std::shared_ptr<LaneModel>{std::move(*lanes)};
}

/// "R,C"; (0, 0) where it is empty.
Result<std::pair<int, int>> parse_element(const std::string& text) {
  if (text.empty()) return std::pair{0, 0};
  const std::vector<std::string> parts = split(text, ',');
  std::pair<int, int> place;
  const auto read = [](const std::string& part, int& value) {
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), value);
    return parsed.ec == std::errc{} && parsed.ptr == part.data() + part.size();
  };
  if (parts.size() != 2 || !read(parts[0], place.first) || !read(parts[1], place.second))
    return fail("--rtl-pe {}: expected ROW,COLUMN", text);
  return place;
}

/// `model` with the chosen part beside it; `make_rtl` makes the whole array.
template <class Array, class MakeRtl>
Result<std::shared_ptr<ArrayModel>> with_rtl_part(std::unique_ptr<Array> model, const MakeRtl& make_rtl,
                                                  const LockstepOptions& options, const SelectablePool& pool,
                                                  const std::vector<RtlSelectable>& selectables) {
  const auto finish = [](std::unique_ptr<Array> array) {
    return std::shared_ptr<ArrayModel>{make_array_model(std::move(array), "cycle")};
  };
  if (options.array) {
    auto rtl = make_rtl();
    if (!rtl) return forward_error(rtl);
    return finish(make_lockstep_array(std::move(model), std::move(*rtl), pool.ids));
  }
  const auto place = parse_element(options.element);
  if (!place) return forward_error(place);
  auto array = options.multiplier.empty()
                   ? make_lockstep_element(std::move(model), place->first, place->second, selectables)
                   : make_lockstep_multiplier(std::move(model), place->first, place->second, options.multiplier,
                                              selectables, pool.tables);
  if (!array) return forward_error(array);
  return finish(std::move(*array));
}

Result<std::shared_ptr<ArrayModel>> make_rtl_lockstep(const LockstepOptions& options, const PlatformConfig& config,
                                                      const SelectablePool& pool, const Catalogue& catalogue) {
  if (config.array.dataflow == Dataflow::InputStationary)
    return fail("--rtl-...: there is no RTL of an input-stationary array");
  if (pool.encoding != Encoding::SignMagnitude)
    return fail("--rtl-...: the RTL is of encoding sm8, the network's is {}", to_string(pool.encoding));
  const auto selectables = rtl_selectables(pool, catalogue);
  if (!selectables) return forward_error(selectables);
  if (config.array.dataflow == Dataflow::OutputStationary)
    return with_rtl_part(
        make_cycle_os_array(config.array, pool.encoding, pool.tables),
        [&] { return make_rtl_os_array(config.array, *selectables); }, options, pool, *selectables);
  return with_rtl_part(
      make_cycle_ws_array(config.array, pool.encoding, pool.tables),
      [&] { return make_rtl_ws_array(config.array, *selectables); }, options, pool, *selectables);
}
#else
tl::unexpected<Error> no_rtl(const char* option) {
  return fail("{}: this build has no Verilated RTL: configure with -DAXVP_WITH_VERILATOR=ON", option);
}
Result<std::shared_ptr<ArrayModel>> make_rtl(const PlatformConfig& /*config*/, const SelectablePool& /*pool*/,
                                             const Catalogue& /*catalogue*/, ArrayWave* /*wave*/) {
  return no_rtl("--level rtl");
}
Result<std::unique_ptr<WaveFile>> make_fst(const std::filesystem::path& /*path*/) {
  return no_rtl("--wave FILE.fst");
}
Result<std::shared_ptr<LaneModel>> make_lanes_in_rtl(const PlatformConfig& /*config*/, const SelectablePool& /*pool*/,
                                                     const Catalogue& /*catalogue*/) {
  return no_rtl("--level rtl");
}
Result<std::shared_ptr<ArrayModel>> make_rtl_lockstep(const LockstepOptions& /*options*/,
                                                      const PlatformConfig& /*config*/, const SelectablePool& /*pool*/,
                                                      const Catalogue& /*catalogue*/) {
  return no_rtl("--rtl-array, --rtl-pe, --rtl-multiplier");
}
#endif

Cycles closed_form(const Descriptor& d, const ArrayConfig& array, const TimingForms& forms) {
  if (d.opcode != Opcode::Convolution) return 0;
  if (forms.dataflow == array.dataflow && !forms.scalesim) return layer_array_cycles(d, array);
  const ChannelGroup all{0, d.output.channels};
  const std::uint64_t positions = positions_of(d, whole_batch(d));
  if (!forms.scalesim) return run_cycles(d, all, positions, forms.dataflow, array).total;
  Cycles total = 0;
  for (const BlockShape& shape : block_shapes(d, all))
    total += shape.blocks * scalesim_cycles(forms.dataflow, array,
                                            {positions, static_cast<std::uint64_t>(shape.channels),
                                             static_cast<std::uint64_t>(shape.depth)});
  return total;
}

Cycles total_of(const LevelResult::Point& point) {
  return std::accumulate(point.array_cycles.begin(), point.array_cycles.end(), Cycles{0});
}

std::string cycles_csv(const LevelResult& result, const Program& program) {
  std::string csv = csv_line({"operating_point", "operation_name", "macs", "array_cycles"});
  for (const auto& point : result.points) {
    std::uint64_t macs = 0;
    for (std::size_t n = 0; n < program.nodes.size(); ++n) {
      const ProgramNode& node = program.nodes[n];
      if (!node.layer) continue;
      macs += node.macs;
      csv += csv_line({point.name, node.name, std::to_string(node.macs), std::to_string(point.array_cycles[n])});
    }
    csv += csv_line({point.name, "total", std::to_string(macs), std::to_string(total_of(point))});
  }
  return csv;
}

std::string logits_csv(const LevelResult& result) {
  std::string csv = csv_line({"operating_point", "image", "class", "logit"});
  for (const auto& point : result.points)
    for (std::size_t image = 0; image < point.logits.size(); ++image)
      for (std::size_t c = 0; c < point.logits[image].size(); ++c)
        csv += csv_line({point.name, std::to_string(image), std::to_string(c), std::to_string(point.logits[image][c])});
  return csv;
}

}  // namespace

Result<std::shared_ptr<ArrayModel>> make_array(const std::string& level, const PlatformConfig& config,
                                               const SelectablePool& pool, const Catalogue& catalogue,
                                               ArrayWave* wave) {
  if (level == "rtl") return make_rtl(config, pool, catalogue, wave);
  if (level == "cycle" && config.array.dataflow == Dataflow::InputStationary)
    return fail("level cycle: there is no input-stationary array; use level analytic or lt");
  if (level == "cycle")
    return std::shared_ptr<ArrayModel>{
        make_cycle_array(config.array.dataflow, config.array, pool.encoding, pool.tables, wave)};
  return std::shared_ptr<ArrayModel>{};
}

Result<std::unique_ptr<WaveFile>> make_wave_file(const std::filesystem::path& path) {
  if (path.extension() == ".vcd") return make_vcd_file(path);
  if (path.extension() == ".fst") return make_fst(path);
  return fail("--wave {}: expected a file .vcd or .fst", path.string());
}

Result<std::shared_ptr<LaneModel>> make_lanes(const std::string& level, const PlatformConfig& config,
                                              const SelectablePool& pool, const Catalogue& catalogue) {
  if (config.array.lanes() == 0 || (level != "cycle" && level != "rtl")) return std::shared_ptr<LaneModel>{};
  if (level == "rtl") return make_lanes_in_rtl(config, pool, catalogue);
  return std::shared_ptr<LaneModel>{make_cycle_lanes(config.array.lanes(), pool.encoding, pool.tables)};
}

Result<std::shared_ptr<ArrayModel>> make_lockstep(const LockstepOptions& options, const PlatformConfig& config,
                                                  const SelectablePool& pool, const Catalogue& catalogue) {
  return make_rtl_lockstep(options, config, pool, catalogue);
}

Result<LevelResult> run_analytic(const Workload& workload, const Program& program, const PlatformConfig& config,
                                 const TimingForms& forms, ProgressStyle progress) {
  const QuantizedNetwork& network = workload.quantisation.network;
  std::vector<Cycles> cycles;
  for (const Descriptor& descriptor : program.descriptors)
    cycles.push_back(closed_form(descriptor, config.array, forms));
  Progress bar{progress, "simulate", workload.points.size() * workload.data.images.size(), "images"};
  std::uint64_t done = 0;
  LevelResult result;
  for (std::size_t p = 0; p < workload.points.size(); ++p) {
    const auto executor = Int8Executor::create(network, workload.points[p], workload.tables[p]);
    if (!executor) return forward_error(executor);
    LevelResult::Point point{workload.points[p].name, {}, cycles};
    for (const auto& image : workload.data.images) {
      point.logits.push_back(executor->run(quantise_image(network, image)));
      bar.update(++done);
    }
    result.points.push_back(std::move(point));
  }
  bar.finish();
  return result;
}

LevelResult level_result(const Program& program, const std::vector<PlatformResult>& phases) {
  LevelResult result;
  for (std::size_t p = 0; p < program.point_names.size(); ++p) {
    LevelResult::Point point{program.point_names[p], {}, {}};
    for (const InferenceRecord& inference : phases[p].inferences)
      point.logits.insert(point.logits.end(), inference.logits.begin(), inference.logits.end());
    for (const NodeStatistics& node : phases[p].nodes[p])
      point.array_cycles.push_back(node.inferences == 0 ? 0 : node.array_cycles / node.inferences);
    result.points.push_back(std::move(point));
  }
  return result;
}

Result<void> write_level_result(const std::filesystem::path& folder, const LevelResult& result,
                                const Program& program) {
  if (auto written = write_file_atomically(folder / "array_cycles.csv", cycles_csv(result, program)); !written)
    return written;
  return write_file_atomically(folder / "logits.csv", logits_csv(result));
}

std::string to_text(const LevelResult& result, const Workload& workload) {
  std::vector<std::vector<std::string>> rows{{"operating point", "top-1 %", "array cycles/inference"}};
  for (const auto& point : result.points) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < point.logits.size(); ++i)
      right += static_cast<int>(top1(point.logits[i])) == workload.data.images[i].label ? 1 : 0;
    rows.push_back(
        {point.name,
         fmt::format("{:.2f}", 100.0 * static_cast<double>(right) / static_cast<double>(point.logits.size())),
         with_thousands(total_of(point))});
  }
  return format_table(rows);
}

}  // namespace axvp::sim
