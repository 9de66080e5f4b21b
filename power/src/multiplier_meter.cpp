#include "axvp/power/multiplier_meter.h"

#include "axvp/power/activity.h"

namespace axvp {
namespace {

constexpr const char* kWrapperTop = "ax_synthesised_multiplier";

/// A top that offers the operands which occur: in sm8 the weight's top bit is 0.
std::string wrapper(const Selectable& selectable, OperandRange range) {
  const bool has_modes = selectable.id != selectable.multiplier_id;
  const bool ties_weight = range == OperandRange::Encoding && selectable.encoding == Encoding::SignMagnitude;
  return fmt::format(
      "module {} (\n"
      "  input  logic [7:0]  x_i,\n"
      "  input  logic [{}:0]  w_i,\n"
      "{}"
      "  output logic [15:0] p_o\n"
      ");\n"
      "  {} u_mul (.x_i(x_i), .w_i({}), {}.p_o(p_o));\n"
      "endmodule\n",
      kWrapperTop, ties_weight ? 6 : 7, has_modes ? "  input  logic [1:0]  mode_i,\n" : "", selectable.rtl_module,
      ties_weight ? "{1'b0, w_i}" : "w_i", has_modes ? ".mode_i(mode_i), " : "");
}

}  // namespace

SynthesisJob multiplier_job(const Selectable& selectable, const CharacteriseOptions& options) {
  SynthesisJob job{kWrapperTop, {}, wrapper(selectable, options.range), {}};
  for (const auto& file : rtl_sources(selectable)) job.sources.push_back(options.root / file);
  return job;
}

Result<MultiplierMeter> MultiplierMeter::create(const std::vector<Selectable>& selectables,
                                                const Synthesiser& synthesiser, const CharacteriseOptions& options) {
  const Selectable& first = selectables.front();
  auto mapped = synthesiser.run(multiplier_job(first, options));
  if (!mapped) return fail_in(first.multiplier_id, mapped);
  auto design = std::make_unique<const MappedDesign>(std::move(*mapped));
  for (const auto& selectable : selectables)
    if (const auto equal = check_against_table(design->netlist, selectable.table, selectable.mode); !equal)
      return fail_in(selectable.id, equal);
  auto meter = EnergyMeter::create(design->netlist);
  if (!meter) return fail_in(first.multiplier_id, meter);
  return MultiplierMeter{std::move(design), std::move(*meter)};
}

}  // namespace axvp
