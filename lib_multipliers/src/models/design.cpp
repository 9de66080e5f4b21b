#include "axvp/multipliers/design.h"

#include <algorithm>
#include <stdexcept>

#include "design_functions.h"

namespace axvp {
namespace {

constexpr std::string_view kExchangedSuffix = ".swap";

Encoding encoding_of(const MultiplierParameters& parameters) {
  if (const auto* dadda = std::get_if<DaddaParameters>(&parameters)) return dadda->encoding;
  if (const auto* evolved = std::get_if<CircuitParameters>(&parameters)) return evolved->circuit->encoding();
  return std::holds_alternative<BoothParameters>(parameters) ? Encoding::TwosComplement : Encoding::SignMagnitude;
}

/// The parameters of a multiplier with that mode alone.
template <class Parameters>
const Parameters& in_mode(const Parameters& parameters, int /*mode*/) {
  return parameters;
}
DaddaParameters in_mode(const DaddaParameters& parameters, int mode) {
  return parameters_of_mode(parameters, mode);
}

class DesignModel final : public MultiplierModel {
 public:
  explicit DesignModel(const MultiplierDesign& design) : design_(design), rtl_module_(rtl_module_of(design.id)) {
    try {
      std::visit([](const auto& p) { check_parameters(p); }, design_.parameters);
    } catch (const std::invalid_argument& problem) {
      throw std::invalid_argument(design.id + ": " + problem.what());
    }
  }

  std::string_view id() const override { return design_.id; }
  std::string_view family() const override { return design_.family; }
  std::string_view citation() const override { return design_.citation; }
  Encoding encoding() const override { return encoding_of(design_.parameters); }
  int modes() const override {
    const auto* dadda = std::get_if<DaddaParameters>(&design_.parameters);
    return dadda == nullptr ? 1 : dadda->modes();
  }
  std::string_view rtl_module() const override { return rtl_module_; }

  std::int32_t multiply(std::uint8_t x, std::uint8_t w, int mode) const override {
    if (design_.is_exchanged) std::swap(x, w);
    return std::visit([x, w, mode](const auto& p) { return product_of(in_mode(p, mode), x, w); }, design_.parameters);
  }
  TruthTable table(int mode) const override {
    return std::visit(
        [mode, is_exchanged = design_.is_exchanged](const auto& all_modes) {
          const auto& p = in_mode(all_modes, mode);
          return TruthTable::from_function([&p, is_exchanged](std::uint8_t x, std::uint8_t w) {
            return is_exchanged ? product_of(p, w, x) : product_of(p, x, w);
          });
        },
        design_.parameters);
  }

 private:
  MultiplierDesign design_;
  std::string rtl_module_;
};

}  // namespace

std::string rtl_module_of(std::string_view multiplier_id) {
  std::string name = "ax_mul_" + std::string{multiplier_id};
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

std::shared_ptr<const MultiplierModel> make_model(const MultiplierDesign& design) {
  return std::make_shared<DesignModel>(design);
}

MultiplierDesign exchanged(const MultiplierDesign& design) {
  MultiplierDesign swapped = design;
  swapped.id += kExchangedSuffix;
  swapped.is_exchanged = true;
  return swapped;
}

std::string_view base_id(const MultiplierDesign& design) {
  const std::string_view id = design.id;
  return design.is_exchanged ? id.substr(0, id.size() - kExchangedSuffix.size()) : id;
}

}  // namespace axvp
