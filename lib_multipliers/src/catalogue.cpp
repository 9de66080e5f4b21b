#include "axvp/multipliers/catalogue.h"

#include <algorithm>
#include <cctype>

#include "axvp/common/text.h"
#include "axvp/multipliers/design.h"

namespace axvp {
namespace {

struct ProductRange {
  std::int32_t low, high;
};

ProductRange product_range(Encoding encoding) {
  return encoding == Encoding::SignMagnitude ? ProductRange{0, 65535} : ProductRange{-32768, 32767};
}

bool is_id_character(unsigned char c) {
  return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
}

std::string selectable_id(const MultiplierModel& model, int mode) {
  return model.modes() == 1 ? std::string{model.id()} : fmt::format("{}/m{}", model.id(), mode);
}

Selectable selectable_of(const MultiplierDesign& design, const std::shared_ptr<const MultiplierModel>& model,
                         int mode) {
  return {selectable_id(*model, mode),
          design.id,
          mode,
          model->encoding(),
          TruthTable::deferred([model, mode] { return model->table(mode); }),
          std::string{model->rtl_module()},
          design.family,
          design.citation,
          design.is_baseline,
          design.is_exchanged ? rtl_module_of(base_id(design)) : ""};
}

}  // namespace

const Catalogue& Catalogue::built_in() {
  static const Catalogue catalogue = [] {
    Catalogue c;
    for (const MultiplierDesign& design : built_in_designs()) {
      const auto model = make_model(design);
      c.models_.push_back(model);
      for (int mode = 0; mode < model->modes(); ++mode) c.selectables_.push_back(selectable_of(design, model, mode));
    }
    return c;
  }();
  return catalogue;
}

std::vector<std::filesystem::path> rtl_sources(const Selectable& selectable) {
  if (selectable.rtl_module.empty()) return {};
  const std::filesystem::path folder = std::filesystem::path{"rtl"} / "multipliers";
  std::vector<std::filesystem::path> files{folder / "ax_fa.sv", folder / "ax_ha.sv"};
  if (selectable.family.find("_operands") != std::string::npos) files.push_back(folder / "ax_isolate.sv");
  if (!selectable.inner_module.empty()) files.push_back(folder / (selectable.inner_module + ".sv"));
  files.push_back(folder / (selectable.rtl_module + ".sv"));
  return files;
}

Result<void> Catalogue::add_table(const std::string& id, Encoding encoding, TruthTable table,
                                  const std::string& origin) {
  if (id.empty() || !std::all_of(id.begin(), id.end(), is_id_character))
    return fail("multiplier id '{}': expected letters, digits and _ - . only", id);
  const auto taken = [&id](const Selectable& s) { return s.id == id || s.multiplier_id == id; };
  if (std::any_of(selectables_.begin(), selectables_.end(), taken))
    return fail("multiplier id '{}' is taken; choose another", id);
  const ProductRange range = product_range(encoding);
  const auto& products = table.products();
  const auto bad = std::find_if(products.begin(), products.end(),
                                [range](std::int32_t p) { return p < range.low || p > range.high; });
  if (bad != products.end()) {
    const auto index = bad - products.begin();
    return fail("multiplier '{}' ({}): the product of the bytes x = {}, w = {} is {}, expected {} to {} (16 bits)", id,
                origin, index / TruthTable::kSide, index % TruthTable::kSide, *bad, range.low, range.high);
  }
  selectables_.push_back({id, id, 0, encoding, std::move(table), "", "table", origin, false, ""});
  return {};
}

Result<Selectable> Catalogue::find(std::string_view id) const {
  std::vector<std::string> known;
  for (const Selectable& s : selectables_) {
    if (s.id == id) return s;
    if (s.multiplier_id == id) return fail("multiplier '{}' has several modes; choose one, e.g. '{}'", id, s.id);
    known.push_back(s.id);
  }
  return fail("unknown multiplier '{}'{}", id, suggestion(id, known));
}

}  // namespace axvp
