#include "axvp/verilated/verilated_requantiser.h"

#include "Vax_requantise.h"
#include "requantiser_adapter.h"

namespace axvp {

std::unique_ptr<VerilatedRequantiser> make_verilated_requantiser() {
  return std::make_unique<RequantiserAdapter<Vax_requantise>>();
}

}  // namespace axvp
