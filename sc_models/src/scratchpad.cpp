#include "axvp/sc_models/scratchpad.h"

#include "axvp/workloads/convolution_kernel.h"

namespace axvp {

Scratchpad::Scratchpad(const sc_core::sc_module_name& name, Bytes capacity)
    : sc_module(name), capacity_(capacity), words_((capacity + 3) / 4 + kRequantiseSlack) {
  port.bind(*this);
}

}  // namespace axvp
