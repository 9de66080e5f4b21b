#pragma once

#include <verilated.h>

#include <memory>
#include <string_view>

#include "axvp/verilated/verilated_multiplier.h"

namespace axvp {

/// Puts a Verilated class with ports x_i, w_i, p_o and, with several modes, mode_i behind VerilatedMultiplier.
template <class Model, int kModes>
class MultiplierAdapter final : public VerilatedMultiplier {
 public:
  ~MultiplierAdapter() override { model_.final(); }

  int modes() const override { return kModes; }

  std::uint16_t multiply(std::uint8_t x, std::uint8_t w, int mode) override {
    model_.x_i = x;
    model_.w_i = w;
    if constexpr (kModes > 1) model_.mode_i = static_cast<std::uint8_t>(mode);
    static_cast<void>(mode);
    model_.eval();
    return model_.p_o;
  }

 private:
  VerilatedContext context_;  // of its own, so that objects in different threads share nothing
  Model model_{&context_};
};

template <class Model, int kModes>
std::unique_ptr<VerilatedMultiplier> make_multiplier_adapter() {
  return std::make_unique<MultiplierAdapter<Model, kModes>>();
}

struct VerilatedModule {
  std::string_view name;
  std::unique_ptr<VerilatedMultiplier> (*make)();
};

}  // namespace axvp
