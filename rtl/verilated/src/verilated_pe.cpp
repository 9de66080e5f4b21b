#include "axvp/verilated/verilated_pe.h"

#include <verilated.h>

#include <type_traits>
#include <utility>

#include "Vax_pe.h"
#include "Vax_pe_gated_dadda_468.h"
#include "Vax_pe_s8.h"

namespace axvp {
namespace {

template <class Model>
class PeAdapter final : public VerilatedPe {
 public:
  explicit PeAdapter(PePool pool) : pool_(std::move(pool)) { reset(); }
  ~PeAdapter() override { model_.final(); }

  void reset() override {
    drive({});
    model_.rst_ni = 1;
    model_.clk_i = 0;
    model_.eval();
    model_.rst_ni = 0;  // asynchronous: the falling edge counts
    model_.eval();
    model_.rst_ni = 1;
    model_.eval();
    answer_pool();
  }

  PeOutputs clock(const PeInputs& inputs) override {
    drive(inputs);
    model_.clk_i = 0;
    model_.eval();
    model_.clk_i = 1;
    model_.eval();
    answer_pool();
    PeOutputs outputs;
    if constexpr (kIsTwosComplement) {
      outputs.act_mag = model_.act_o;
    } else {
      outputs.act_sign = model_.act_sign_o != 0;
      outputs.act_mag = model_.act_mag_o;
    }
    outputs.swap = model_.swap_o != 0;
    outputs.select = model_.select_o;
    outputs.psum = static_cast<std::int32_t>(model_.psum_o);
    return outputs;
  }

 private:
  static constexpr bool kIsTwosComplement = std::is_same_v<Model, Vax_pe_s8>;

  void drive(const PeInputs& inputs) {
    if constexpr (kIsTwosComplement) {
      model_.act_i = inputs.act_mag;
      model_.weight_i = inputs.weight_mag;
    } else {
      model_.act_sign_i = inputs.act_sign;
      model_.act_mag_i = inputs.act_mag;
      model_.weight_sign_i = inputs.weight_sign;
      model_.weight_mag_i = inputs.weight_mag;
    }
    model_.swap_i = inputs.swap;
    model_.select_i = inputs.select;
    model_.weight_we_i = inputs.weight_we;
    model_.psum_i = static_cast<std::uint32_t>(inputs.psum);
  }

  void answer_pool() {
    if constexpr (!std::is_same_v<Model, Vax_pe_gated_dadda_468>) {
      model_.mul_p_i = pool_(model_.mul_x_o, model_.mul_w_o, model_.mul_select_o);
      model_.eval();
    }
  }

  PePool pool_;
  VerilatedContext context_;
  Model model_{&context_};
};

}  // namespace

std::unique_ptr<VerilatedPe> make_verilated_pe(PePool pool) {
  return std::make_unique<PeAdapter<Vax_pe>>(std::move(pool));
}

std::unique_ptr<VerilatedPe> make_verilated_pe_s8(PePool pool) {
  return std::make_unique<PeAdapter<Vax_pe_s8>>(std::move(pool));
}

std::unique_ptr<VerilatedPe> make_verilated_pe_gated_dadda_468() {
  return std::make_unique<PeAdapter<Vax_pe_gated_dadda_468>>(PePool{});
}

}  // namespace axvp
