#include <fmt/format.h>

#include "axvp/multipliers/catalogue.h"
#include "command.h"
#ifdef AXVP_HAS_VERILATED
#include "axvp/verilated/verilated_multiplier.h"
#endif

namespace axvp::sim {
namespace {

#ifdef AXVP_HAS_VERILATED
/// Compares the Verilated RTL of one selectable with its model on all pairs; the first mismatch is the error.
Result<void> verify(const Selectable& selectable) {
  const auto rtl = make_verilated_multiplier(selectable.rtl_module);
  if (rtl == nullptr) return fail("{}: no Verilated module `{}`", selectable.id, selectable.rtl_module);
  for (int x = 0; x < TruthTable::kSide; ++x)
    for (int w = 0; w < TruthTable::kSide; ++w) {
      const auto bx = static_cast<std::uint8_t>(x), bw = static_cast<std::uint8_t>(w);
      const auto model = static_cast<std::uint16_t>(selectable.table(bx, bw));  // as at the port
      const std::uint16_t product = rtl->multiply(bx, bw, selectable.mode);
      if (model != product)
        return fail("{}: x = {}, w = {}, mode {}: RTL {}, model {}", selectable.id, x, w, selectable.mode, product,
                    model);
    }
  return {};
}

int run(const std::string& id) {
  const Catalogue& catalogue = Catalogue::built_in();
  std::vector<Selectable> chosen = catalogue.selectables();
  if (!id.empty()) {
    const auto selectable = catalogue.find(id);
    if (!selectable) return report(selectable.error());
    chosen = {*selectable};
  }
  int mismatches = 0;
  for (const auto& selectable : chosen) {
    const auto equal = verify(selectable);
    if (!equal) {
      report(equal.error(), kRunFailed);
      ++mismatches;
    } else {
      fmt::print("{:<24} equal on all 65,536 pairs\n", selectable.id);
    }
  }
  fmt::print("{} of {} selectables: Verilated RTL equals the model\n",
             chosen.size() - static_cast<std::size_t>(mismatches), chosen.size());
  return mismatches == 0 ? kDone : kRunFailed;
}
#else
int run(const std::string& /*id*/) {
  return report(Error{"this build has no Verilated RTL: configure with -DAXVP_WITH_VERILATOR=ON"});
}
#endif

}  // namespace

void add_verify(CLI::App& app, const GlobalOptions& /*global*/, Command& command) {
  auto id = std::make_shared<std::string>();
  CLI::App* sub = app.add_subcommand("verify", "Prove the Verilated RTL equal to the models on all operand pairs");
  sub->add_option("id", *id, "One selectable; all of them without it");
  sub->footer("Example: axvp verify gated_dadda-468/m2");
  sub->callback([id, &command] { command = [id] { return run(*id); }; });
}

}  // namespace axvp::sim
