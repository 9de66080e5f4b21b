#pragma once

#include <verilated.h>
#include <verilated_sym_props.h>
#include <verilated_syms.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "axvp/verilated/verilated_array.h"

namespace axvp {

inline constexpr int kPoolActivations = 256;
inline constexpr int kPoolWeights = 128;

/// `count` bytes into a port; Verilator's type depends on the width.
template <std::size_t kWords, class Byte>
void put(VlWide<kWords>& port, const Byte* bytes, int count) {
  for (std::size_t word = 0; word < kWords; ++word) port.m_storage[word] = 0;
  if (bytes == nullptr) return;
  for (int i = 0; i < count; ++i)
    port.m_storage[i / 4] |= static_cast<EData>(static_cast<std::uint8_t>(bytes[i])) << (8 * (i % 4));
}
template <class Integer, class Byte, class = std::enable_if_t<std::is_integral_v<Integer>>>
void put(Integer& port, const Byte* bytes, int count) {
  port = 0;
  if (bytes == nullptr) return;
  for (int i = 0; i < count; ++i)
    port |= static_cast<Integer>(static_cast<Integer>(static_cast<std::uint8_t>(bytes[i])) << (8 * i));
}

template <class Model, class = void>
struct HasTable : std::false_type {};
template <class Model>
struct HasTable<Model, std::void_t<decltype(std::declval<Model&>().__PVT__ax_pool_products)>> : std::true_type {};

template <class Model>
void clock_model(Model& model) {
  model.clk_i = 0;
  model.eval();
  model.clk_i = 1;
  model.eval();
}

/// Reset, pool and outputs, `kWords` sums at a time.
template <class Model, class Interface, int kWords>
class ModelAdapter : public Interface {
 public:
  ModelAdapter() { reset(); }
  ~ModelAdapter() override {
    Verilated::threadContextp(&context_);  // a public table's scope takes its leave from the thread's context
    model_.final();
  }

  void set_products(int select, const PoolProducts& products) override {
    if (!HasTable<Model>::value || select < 0 || select >= kPoolSelections ||
        products.size() != std::size_t{kPoolActivations} * kPoolWeights)
      throw std::invalid_argument("set_products: no table view, selection out of range, or not 256 x 128 products");
    if constexpr (HasTable<Model>::value)
      for (std::size_t i = 0; i < products.size(); ++i)
        model_.__PVT__ax_pool_products->products[static_cast<std::size_t>(select) * products.size() + i] = products[i];
  }

  void reset() final {
    model_.rst_ni = 1;
    model_.clk_i = 0;
    model_.eval();
    model_.rst_ni = 0;  // asynchronous: the falling edge counts
    model_.eval();
    model_.rst_ni = 1;
    model_.eval();
  }

 protected:
  const std::int32_t* edge() {
    clock_model(model_);
    if (model_.sum_valid_o == 0) return nullptr;
    for (int i = 0; i < kWords; ++i) sums_[i] = static_cast<std::int32_t>(model_.sum_o.m_storage[i]);
    return sums_;
  }

  VerilatedContext context_;  // of its own, so that objects in different threads share nothing
  Model model_{&context_};

 private:
  std::int32_t sums_[kWords] = {};
};

/// What does not depend on the array's dataflow.
template <class Model, class Interface, int kRows, int kColumns>
class ArrayAdapter : public ModelAdapter<Model, Interface, kColumns> {
 public:
  ArrayAdapter() { find_partial_sums(); }

  VerilatedArrayShape shape() const override {
    return {kRows, kColumns, HasTable<Model>::value ? PoolView::Table : PoolView::Gates};
  }

  std::int32_t partial_sum(int row, int column) const final {
    return *partial_sums_[static_cast<std::size_t>(row) * kColumns + static_cast<std::size_t>(column)];
  }

 private:
  /// Registers that verilated/probes.vlt makes readable, by the scopes of the elements.
  void find_partial_sums() {
    constexpr bool kWs = std::is_same_v<Interface, VerilatedWsArray>;
    for (int r = 0; r < kRows; ++r)
      for (int c = 0; c < kColumns; ++c) {
        const std::string scope = std::string{this->model_.name()} + (kWs ? ".ax_ws_array" : ".ax_os_array") +
                                  ".gen_pe_row[" + std::to_string(r) + "].gen_pe[" + std::to_string(c) +
                                  "].u_tile.u_pe";
        const VerilatedScope* element = this->context_.scopeFind(scope.c_str());
        const VerilatedVar* sum = element == nullptr ? nullptr : element->varFind(kWs ? "psum_q" : "sum_q");
        if (sum == nullptr) throw std::logic_error("no register to probe in " + scope);
        partial_sums_.push_back(static_cast<const std::int32_t*>(sum->datap()));
      }
  }

  std::vector<const std::int32_t*> partial_sums_;
};

template <class Model, int kRows, int kColumns>
class WsAdapter : public ArrayAdapter<Model, VerilatedWsArray, kRows, kColumns> {
 public:
  const std::int32_t* clock(const WsArrayPorts& ports) override {
    Model& model = this->model_;
    model.act_valid_i = ports.activations != nullptr;
    model.act_signed_i = ports.activations_signed;
    put(model.act_i, ports.activations, kRows);
    model.swap_i = ports.swap;
    model.select_i = ports.select;
    model.weight_valid_i = ports.weights != nullptr;
    model.weight_row_i = static_cast<SData>(ports.weight_row);
    put(model.weight_i, ports.weights, kColumns);
    return this->edge();
  }
};

template <class Model, int kRows, int kColumns>
class OsAdapter : public ArrayAdapter<Model, VerilatedOsArray, kRows, kColumns> {
 public:
  const std::int32_t* clock(const OsArrayPorts& ports) override {
    Model& model = this->model_;
    model.first_i = ports.first;
    model.last_i = ports.last;
    model.select_i = ports.select;
    model.act_signed_i = ports.activations_signed;
    put(model.act_i, ports.activations, kRows);
    put(model.weight_i, ports.weights, kColumns);
    return this->edge();
  }
};

template <class Model, int kLanes>
class LanesAdapter : public ModelAdapter<Model, VerilatedLanes, kLanes> {
 public:
  int lanes() const override { return kLanes; }
  const std::int32_t* clock(const OsArrayPorts& ports) override {
    Model& model = this->model_;
    model.first_i = ports.first;
    model.last_i = ports.last;
    model.select_i = ports.select;
    model.act_signed_i = ports.activations_signed;
    put(model.act_i, ports.activations, kLanes);
    put(model.weight_i, ports.weights, kLanes);
    return this->edge();
  }
};

}  // namespace axvp
