#include <algorithm>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/evolve/evolution.h"
#include "axvp/evolve/library_costs.h"
#include "axvp/evolve/simplify.h"
#include "axvp/evolve/structural_verilog.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/rtl_generator.h"
#include "axvp/power/synthesis.h"
#include "mapped_circuit.h"

namespace axvp {
namespace {

/// The RTL of a built-in multiplier of this encoding, or the text of a file.
Result<std::string> rtl_of_seed(const std::string& seed, Encoding encoding) {
  if (std::filesystem::exists(seed)) return read_text_file(seed);
  const auto selectable = Catalogue::built_in().find(seed);
  if (!selectable) return fail("seed '{}' is no file; {}", seed, selectable.error().message);
  if (selectable->encoding != encoding)
    return fail("seed '{}' is an {} multiplier, expected {}", seed, to_string(selectable->encoding),
                to_string(encoding));
  const std::string file = selectable->rtl_module + ".sv";
  for (const GeneratedFile& generated : generate_multiplier_rtl())
    if (generated.path.filename() == file) return generated.content;
  return fail("seed '{}' has no generated RTL", seed);
}

/// Cell for cell what Yosys makes of the circuit.
Result<GateCircuit> mapped(const GateCircuit& circuit, const std::filesystem::path& liberty) {
  SynthesisOptions options;
  options.liberty = liberty;
  const auto synthesiser = Synthesiser::create(options);
  if (!synthesiser) return forward_error(synthesiser);
  const auto design = synthesiser->run({"ax_seed", {}, generate_rtl(circuit, "ax_seed", {}), {}});
  if (!design) return forward_error(design);
  const auto result = circuit_of(design->netlist);
  if (!result) return forward_error(result);
  return simplify(*result);
}

Result<void> check_cells(const GateCircuit& circuit, const CellCosts& cells) {
  for (const Gate& gate : circuit.gates)
    if (!cells.has(gate.kind))
      return fail("library {} has no cell for the gate '{}'; set map_seeds = true", cells.library,
                  to_string(gate.kind));
  return {};
}

Result<GateCircuit> load_seed(const std::string& seed, const OperandDomain& domain) {
  const auto rtl = rtl_of_seed(seed, domain.encoding);
  if (!rtl) return forward_error(rtl);
  const auto circuit = read_structural_verilog(*rtl, seed);
  if (!circuit) return forward_error(circuit);
  return restrict_weight(*circuit, domain.weight_bits);
}

/// `count` of them, evenly spread; all of them in turn where there are fewer.
std::vector<OperandTransition> sample(const std::vector<OperandTransition>& operands, std::size_t count) {
  std::vector<OperandTransition> chosen(count);
  for (std::size_t n = 0; n < count; ++n)
    chosen[n] = operands.size() >= count ? operands[n * operands.size() / count] : operands[n % operands.size()];
  return chosen;
}

nlohmann::json to_json(const CellCosts& costs) {
  nlohmann::json cells = nlohmann::json::array();
  for (const CellCosts::Cell& cell : costs.cells) {
    nlohmann::json outputs = nlohmann::json::array();
    for (const CellCosts::Output& output : cell.outputs)
      outputs.push_back({output.energy_pj, output.delay_ns, output.delay_ns_per_pf});
    cells.push_back({cell.area.value, cell.input_pf, outputs});
  }
  return {{"voltage_v", costs.voltage_v}, {"cells", cells}};
}

}  // namespace

std::string identity_of(const EvolutionTask& task) {
  EvolutionConfig config;  // the plain settings; inputs follow as what they contain
  config.domain = task.domain;
  config.bound = task.bound;
  config.cost = task.cost;
  config.search = task.search;
  config.liberty.clear();
  config.seeds.clear();
  for (const GateCircuit& seed : task.seeds) config.seeds.push_back(to_text(seed));
  std::string transitions;
  for (const OperandTransition& t : task.transitions)
    for (const std::uint8_t code : {t.from.x, t.from.w, t.to.x, t.to.w}) transitions.push_back(static_cast<char>(code));
  const nlohmann::json json{
      {"settings", to_json(config)}, {"cells", to_json(task.cells)}, {"transitions", sha256(transitions)}};
  return sha256(json.dump());
}

Result<EvolutionTask> prepare(const EvolutionConfig& config) {
  EvolutionTask task{config.domain, config.bound, config.cost, {}, {}, {}, config.search, ""};
  const auto library = load_liberty(config.liberty);
  if (!library) return forward_error(library);
  const auto cells = cell_costs_of(*library);
  if (!cells) return forward_error(cells);
  task.cells = *cells;
  for (const std::string& seed : config.seeds) {
    auto circuit = load_seed(seed, config.domain);
    if (circuit && config.map_seeds) circuit = mapped(*circuit, config.liberty);
    if (!circuit) return forward_error(circuit);
    if (const auto good = check_cells(*circuit, task.cells); !good) return fail_in(seed, good);
    task.seeds.push_back(*circuit);
  }
  if (config.operands.empty()) {
    task.transitions = uniform_transitions(config.domain, config.transitions, config.search.seed);
  } else {
    const auto csv = read_text_file(config.operands);
    if (!csv) return forward_error(csv);
    const auto operands = parse_operands(*csv, config.operands.string(), config.domain);
    if (!operands) return forward_error(operands);
    task.transitions = sample(*operands, config.transitions);
    if (!task.bound.usage) task.bound.usage = histograms_of(*operands);
  }
  task.identity = identity_of(task);
  return task;
}

}  // namespace axvp
