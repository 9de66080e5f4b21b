#include "axvp/verilated/verilated_multiplier.h"

#include "verilated_multipliers.h"

namespace axvp {

std::vector<std::string_view> verilated_multiplier_modules() {
  std::vector<std::string_view> names;
  for (const VerilatedModule& module : kVerilatedMultipliers) names.push_back(module.name);
  return names;
}

std::unique_ptr<VerilatedMultiplier> make_verilated_multiplier(std::string_view rtl_module) {
  for (const VerilatedModule& module : kVerilatedMultipliers)
    if (module.name == rtl_module) return module.make();
  return nullptr;
}

}  // namespace axvp
