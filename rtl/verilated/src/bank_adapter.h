#pragma once

#include <verilated.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>

#include "axvp/verilated/verilated_multiplier.h"

namespace axvp {

/// Product k of a bank's output; Verilator's type depends on the width.
template <std::size_t kWords>
std::uint16_t product_at(const VlWide<kWords>& products, std::size_t k) {
  return static_cast<std::uint16_t>(products.m_storage[k / 2] >> (16 * (k % 2)));
}
template <class Integer>
std::enable_if_t<std::is_integral_v<Integer>, std::uint16_t> product_at(Integer products, std::size_t k) {
  return static_cast<std::uint16_t>(static_cast<std::uint64_t>(products) >> (16 * k));
}

template <class Bank, class = void>
struct HasModes : std::false_type {};
template <class Bank>
struct HasModes<Bank, std::void_t<decltype(std::declval<Bank&>().mode_i)>> : std::true_type {};

/// Puts member kMember of a Verilated bank (ports x_i, w_i, p_o and, where a member has several modes, mode_i) behind
/// VerilatedMultiplier.
template <class Bank, std::size_t kMember, int kModes>
class BankAdapter final : public VerilatedMultiplier {
 public:
  ~BankAdapter() override { bank_.final(); }

  int modes() const override { return kModes; }

  std::uint16_t multiply(std::uint8_t x, std::uint8_t w, int mode) override {
    bank_.x_i = x;
    bank_.w_i = w;
    if constexpr (HasModes<Bank>::value) bank_.mode_i = static_cast<std::uint8_t>(mode);
    static_cast<void>(mode);
    bank_.eval();
    return product_at(bank_.p_o, kMember);
  }

 private:
  VerilatedContext context_;  // of its own, so that objects in different threads share nothing
  Bank bank_{&context_};
};

template <class Bank, std::size_t kMember, int kModes>
std::unique_ptr<VerilatedMultiplier> make_bank_adapter() {
  return std::make_unique<BankAdapter<Bank, kMember, kModes>>();
}

struct VerilatedModule {
  std::string_view name;
  std::unique_ptr<VerilatedMultiplier> (*make)();
};

}  // namespace axvp
