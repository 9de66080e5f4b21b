#include "axvp/verilated/verilated_pe.h"

#include <verilated.h>
#include <verilated_sym_props.h>
#include <verilated_syms.h>

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "Vax_pe.h"
#include "Vax_pe_gated_dadda_468.h"
#include "Vax_pe_os.h"
#include "Vax_pe_s8.h"

namespace axvp {
namespace {

template <class Model>
void reset_model(Model& model) {
  model.rst_ni = 1;
  model.clk_i = 0;
  model.eval();
  model.rst_ni = 0;  // asynchronous: the falling edge counts
  model.eval();
  model.rst_ni = 1;
  model.eval();
}

template <class Model>
void clock_model(Model& model) {
  model.clk_i = 0;
  model.eval();
  model.clk_i = 1;
  model.eval();
}

template <class Model>
class PeAdapter final : public VerilatedPe {
 public:
  explicit PeAdapter(PePool pool) : pool_(std::move(pool)) { reset(); }
  ~PeAdapter() override { model_.final(); }

  void reset() override {
    drive({});
    reset_model(model_);
    answer_pool();
  }

  PeOutputs clock(const PeInputs& inputs) override {
    drive(inputs);
    clock_model(model_);
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

class OsPeAdapter final : public VerilatedOsPe {
 public:
  explicit OsPeAdapter(PePool pool) : pool_(std::move(pool)) {
    reset_model(model_);
    answer_pool();
    const VerilatedScope* scope = context_.scopeFind((std::string{model_.name()} + ".ax_pe_os").c_str());
    const VerilatedVar* sum = scope == nullptr ? nullptr : scope->varFind("sum_q");
    if (sum == nullptr) throw std::logic_error("no register to probe in ax_pe_os");
    sum_ = static_cast<const std::int32_t*>(sum->datap());
  }
  ~OsPeAdapter() override {
    Verilated::threadContextp(&context_);  // a public register's scope takes its leave from the thread's context
    model_.final();
  }

  OsPeOutputs clock(const OsPeInputs& inputs) override {
    model_.act_sign_i = inputs.act_sign;
    model_.act_mag_i = inputs.act_mag;
    model_.first_i = inputs.first;
    model_.last_i = inputs.last;
    model_.select_i = inputs.select;
    model_.weight_sign_i = inputs.weight_sign;
    model_.weight_mag_i = inputs.weight_mag;
    clock_model(model_);
    answer_pool();
    return {*sum_, static_cast<std::int32_t>(model_.drain_o)};
  }

 private:
  void answer_pool() {
    model_.mul_p_i = pool_(model_.mul_x_o, model_.mul_w_o, model_.mul_select_o);
    model_.eval();
  }

  PePool pool_;
  VerilatedContext context_;
  Vax_pe_os model_{&context_};
  const std::int32_t* sum_ = nullptr;  ///< verilated/probes.vlt makes it readable.
};

}  // namespace

std::unique_ptr<VerilatedOsPe> make_verilated_os_pe(PePool pool) {
  return std::make_unique<OsPeAdapter>(std::move(pool));
}

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
