#pragma once

#include <verilated.h>

#include "axvp/verilated/verilated_requantiser.h"

namespace axvp {

template <class Model>
class RequantiserAdapter : public VerilatedRequantiser {
 public:
  ~RequantiserAdapter() override {
    Verilated::threadContextp(&context_);
    model_.final();
  }

  std::int32_t clock(const RequantiserPorts& ports) override {
    model_.acc_i = static_cast<IData>(ports.accumulator);
    model_.m0_i = static_cast<SData>(ports.multiplier);
    model_.b_i = static_cast<QData>(ports.bias) & ((QData{1} << 48) - 1);
    model_.s_i = ports.shift;
    model_.lo_i = static_cast<IData>(ports.low);
    model_.hi_i = static_cast<IData>(ports.high);
    model_.clk_i = 0;
    model_.eval();
    model_.clk_i = 1;
    model_.eval();
    return static_cast<std::int32_t>(model_.y_o);
  }

 protected:
  VerilatedContext context_;
  Model model_{&context_};
};

}  // namespace axvp
