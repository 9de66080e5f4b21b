#include "axvp/multipliers/dadda_family.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace axvp {
namespace {

constexpr int kBits = 8;

/// x * w without the partial products of columns below `columns` and of w's bits below `rows`: in row j, x loses the
/// bits below column - j.
std::int32_t truncated_product(int x, int w, int columns, int rows) {
  std::int32_t sum = 0;
  for (int j = rows; j < kBits; ++j) {
    const int lost = std::max(0, columns - j);
    if ((w >> j) & 1) sum += ((x >> lost) << lost) << j;
  }
  return sum;
}

/// Product without carries: bit c is the OR of column c.
std::int32_t or_product(int x, int w) {
  std::int32_t bits = 0;
  for (int j = 0; j < kBits; ++j)
    if ((w >> j) & 1) bits |= x << j;
  return bits;
}

std::int32_t mask_below(int column) {
  return (1 << column) - 1;
}

class DaddaModel final : public MultiplierModel {
 public:
  explicit DaddaModel(const DaddaMultiplier& m) : multiplier_(m), rtl_module_(rtl_module_of(m.id)) {
    const DaddaParameters& p = multiplier_.parameters;
    const auto in_range = [](int value, int limit) { return value >= 0 && value < limit; };
    if (!in_range(p.dropped_columns, 2 * kBits) || !in_range(p.or_columns, 2 * kBits) ||
        !in_range(p.dropped_rows, kBits) || p.constant < 0)
      throw std::invalid_argument(m.id + ": a Dadda parameter is out of range");
    if (p.gate_levels.size() > 3 || !std::is_sorted(p.gate_levels.begin(), p.gate_levels.end()) ||
        !std::all_of(p.gate_levels.begin(), p.gate_levels.end(), [&](int l) { return in_range(l, 2 * kBits); }))
      throw std::invalid_argument(m.id + ": gate levels are at most 3 columns in ascending order");
    if (multiply(255, 255, 0) > 0xffff) throw std::invalid_argument(m.id + ": the product exceeds 16 bits");
  }

  std::string_view id() const override { return multiplier_.id; }
  std::string_view family() const override { return multiplier_.family; }
  std::string_view citation() const override { return multiplier_.citation; }
  Encoding encoding() const override { return Encoding::SignMagnitude; }
  int modes() const override { return 1 + static_cast<int>(multiplier_.parameters.gate_levels.size()); }
  std::string_view rtl_module() const override { return rtl_module_; }

  std::int32_t multiply(std::uint8_t x, std::uint8_t w, int mode) const override {
    const DaddaParameters& p = multiplier_.parameters;
    const int gated = mode == 0 ? 0 : p.gate_levels[static_cast<std::size_t>(mode - 1)];
    const int absent = std::max(p.dropped_columns, gated);
    const int summed_from = std::max(absent, p.or_columns);
    const std::int32_t summed = truncated_product(x, w, summed_from, p.dropped_rows);
    const std::int32_t ored = or_product(x, w >> p.dropped_rows << p.dropped_rows);
    return summed + (ored & mask_below(summed_from) & ~mask_below(absent)) + p.constant;
  }

 private:
  DaddaMultiplier multiplier_;
  std::string rtl_module_;
};

constexpr const char* kDadda = "Dadda 1965";
constexpr const char* kTruncated = "Dadda 1965; Schulte and Swartzlander 1993; Petra et al. 2010";
constexpr const char* kOr = "Dadda 1965; Mahdiani et al. 2010";
constexpr const char* kMixed = "Dadda 1965; Schulte and Swartzlander 1993; Mahdiani et al. 2010";
constexpr const char* kPerforated = "Dadda 1965; Zervakis et al. 2016";
constexpr const char* kGated = "Dadda 1965; de la Guia Solaz et al. 2012";

DaddaMultiplier truncated(int k, bool compensated) {
  DaddaParameters p;
  p.dropped_columns = k;
  if (compensated) p.constant = compensation_constant(k, 0);
  return {fmt::format("dadda_trunc-k{}{}", k, compensated ? "c" : ""), "dadda_trunc", kTruncated, p};
}

DaddaMultiplier or_ed(int v, bool compensated) {
  DaddaParameters p;
  p.or_columns = v;
  if (compensated) p.constant = compensation_constant(0, v);
  return {fmt::format("dadda_or-v{}{}", v, compensated ? "c" : ""), "dadda_or", kOr, p};
}

DaddaMultiplier mixed(int u, int v) {
  DaddaParameters p;
  p.dropped_columns = u;
  p.or_columns = v;
  p.constant = compensation_constant(u, v);
  return {fmt::format("dadda_mix-u{}v{}c", u, v), "dadda_mix", kMixed, p};
}

DaddaMultiplier perforated(int rows) {
  DaddaParameters p;
  p.dropped_rows = rows;
  return {fmt::format("dadda_perf-w{}", rows), "dadda_perf", kPerforated, p};
}

DaddaMultiplier gated(const std::vector<int>& levels) {
  DaddaParameters p;
  p.gate_levels = levels;
  return {fmt::format("gated_dadda-{}", fmt::join(levels, "")), "gated_dadda", kGated, p};
}

std::vector<DaddaMultiplier> make_built_in() {
  std::vector<DaddaMultiplier> list{{"dadda-exact", "dadda", kDadda, {}}};
  for (int k = 4; k <= 10; ++k) list.push_back(truncated(k, true));
  for (int k = 6; k <= 8; ++k) list.push_back(truncated(k, false));
  for (int v = 5; v <= 9; ++v) list.push_back(or_ed(v, false));
  for (int v = 5; v <= 9; ++v) list.push_back(or_ed(v, true));
  for (const auto& [u, v] : {std::pair{4, 6}, {5, 7}, {6, 8}, {6, 9}, {7, 10}}) list.push_back(mixed(u, v));
  list.push_back(perforated(2));
  list.push_back(gated({4, 6, 8}));
  list.push_back(gated({5, 7, 9}));
  return list;
}

}  // namespace

std::int32_t compensation_constant(int dropped_columns, int or_columns) {
  const int columns = std::max(dropped_columns, or_columns);
  if (columns == 0) return 0;
  double mean_loss = 0;  // of uniform operands: each partial product is 1 with probability 1/4, independent in a column
  for (int c = 0; c < columns; ++c) {
    const int height = std::min(c, 2 * kBits - 2 - c) + 1;
    const double kept = c < dropped_columns ? 0.0 : 1.0 - std::pow(0.75, height);
    mean_loss += (height * 0.25 - kept) * std::ldexp(1.0, c);
  }
  const double step = std::ldexp(1.0, (dropped_columns > 0 ? dropped_columns : or_columns) - 1);
  return static_cast<std::int32_t>(std::lround(mean_loss / step) * std::lround(step));
}

std::string rtl_module_of(std::string_view multiplier_id) {
  std::string name = "ax_mul_" + std::string{multiplier_id};
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::shared_ptr<const MultiplierModel> make_dadda_model(const DaddaMultiplier& multiplier) {
  return std::make_shared<DaddaModel>(multiplier);
}

const std::vector<DaddaMultiplier>& built_in_dadda_multipliers() {
  static const std::vector<DaddaMultiplier> list = make_built_in();
  return list;
}

}  // namespace axvp
