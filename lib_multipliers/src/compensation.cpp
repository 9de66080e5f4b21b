#include "axvp/multipliers/compensation.h"

#include <algorithm>
#include <cmath>

namespace axvp {
namespace {

constexpr std::int32_t kBaughWooley = 1 << 8;

bool is_empty(const OperandHistogram& counts) {
  return std::all_of(counts.begin(), counts.end(), [](std::uint64_t n) { return n == 0; });
}

/// Constants that keep every product within 16 bits.
struct Range {
  std::int32_t low, high;
};

Range allowed_constants(const TruthTable& without_constant, Encoding encoding) {
  const auto [least, most] =
      std::minmax_element(without_constant.products().begin(), without_constant.products().end());
  if (encoding == Encoding::SignMagnitude) return {0, 65535 - *most};
  return {-32768 - *least, 32767 - *most};
}

}  // namespace

Result<MultiplierDesign> compensated_for(const MultiplierDesign& design, const std::string& id,
                                         const OperandHistogram& x_counts, const OperandHistogram& w_counts,
                                         int lowest_bit) {
  MultiplierDesign compensated = design;
  auto* parameters = std::get_if<DaddaParameters>(&compensated.parameters);
  if (parameters == nullptr || parameters->modes() > 1)
    return fail("{}: only fixed designs of the Dadda family have a constant to choose", design.id);
  if (is_empty(x_counts) || is_empty(w_counts)) return fail("{}: an operand histogram is empty", design.id);
  if (lowest_bit < 0 || lowest_bit > 15)
    return fail("{}: lowest bit {} of the constant, expected 0 to 15", design.id, lowest_bit);

  compensated.id = id;
  parameters->constant = 0;
  const TruthTable table = make_model(compensated)->table(0);
  const double mean = weighted_error_metrics(table, parameters->encoding, x_counts, w_counts).mean;
  const std::int32_t fixed = parameters->encoding == Encoding::TwosComplement ? kBaughWooley : 0;
  const Range allowed = allowed_constants(table, parameters->encoding);
  const std::int32_t step = 1 << lowest_bit;
  auto constant = static_cast<std::int32_t>(std::lround((fixed - mean) / step)) * step - fixed;
  while (constant > allowed.high) constant -= step;
  while (constant < allowed.low) constant += step;
  parameters->constant = constant;
  return compensated;
}

}  // namespace axvp
