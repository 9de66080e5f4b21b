#include <verilated.h>

#include "Vax_mutant_ax_os_array.h"
#include "Vax_mutant_ax_os_array_ax_mutant.h"
#include "Vax_mutant_ax_requantise.h"
#include "Vax_mutant_ax_requantise_ax_mutant.h"
#include "Vax_mutant_ax_ws_array.h"
#include "Vax_mutant_ax_ws_array_ax_mutant.h"
#include "array_adapter.h"
#include "axvp/verilated/verilated_mutants.h"
#include "requantiser_adapter.h"

namespace axvp {
namespace {

class MutantWsArray final : public WsAdapter<Vax_mutant_ax_ws_array, 4, 4> {
 public:
  explicit MutantWsArray(int number) {
    model_.__PVT__ax_mutant->number = static_cast<SData>(number);
    reset();
  }
};

class MutantOsArray final : public OsAdapter<Vax_mutant_ax_os_array, 4, 4> {
 public:
  explicit MutantOsArray(int number) {
    model_.__PVT__ax_mutant->number = static_cast<SData>(number);
    reset();
  }
};

class MutantRequantiser final : public RequantiserAdapter<Vax_mutant_ax_requantise> {
 public:
  explicit MutantRequantiser(int number) { model_.__PVT__ax_mutant->number = static_cast<SData>(number); }
};

}  // namespace

const std::vector<RtlMutant>& rtl_mutants() {
  static const std::vector<RtlMutant> mutants{
#include "mutants.inc"
  };
  return mutants;
}

std::unique_ptr<VerilatedWsArray> make_mutant_ws_array(int number) {
  return std::make_unique<MutantWsArray>(number);
}
std::unique_ptr<VerilatedOsArray> make_mutant_os_array(int number) {
  return std::make_unique<MutantOsArray>(number);
}
std::unique_ptr<VerilatedRequantiser> make_mutant_requantiser(int number) {
  return std::make_unique<MutantRequantiser>(number);
}

}  // namespace axvp
