#include "axvp/multipliers/catalogue.h"

#include <algorithm>
#include <cctype>

#include "axvp/common/text.h"
#include "axvp/multipliers/dadda_family.h"

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

}  // namespace

const Catalogue& Catalogue::built_in() {
  static const Catalogue catalogue = [] {
    Catalogue c;
    for (const DaddaMultiplier& multiplier : built_in_dadda_multipliers()) {
      const auto model = make_dadda_model(multiplier);
      c.models_.push_back(model);
      for (int mode = 0; mode < model->modes(); ++mode)
        c.selectables_.push_back({selectable_id(*model, mode), std::string{model->id()}, mode, model->encoding(),
                                  tabulate(*model, mode), std::string{model->rtl_module()},
                                  std::string{model->family()}, std::string{model->citation()}});
    }
    return c;
  }();
  return catalogue;
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
  selectables_.push_back({id, id, 0, encoding, std::move(table), "", "table", origin});
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
