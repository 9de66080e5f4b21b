#include <algorithm>

#include "axvp/power/liberty.h"

namespace axvp {
namespace {

/// Position on an axis: the interval's lower index and the share of the way to the next point, outside [0, 1] beyond
/// the ends.
struct Position {
  std::size_t low = 0;
  double share = 0.0;
};

Position locate(const std::vector<double>& axis, double value) {
  if (axis.size() < 2) return {};
  const auto above = std::upper_bound(axis.begin() + 1, axis.end() - 1, value);
  const auto low = static_cast<std::size_t>(above - axis.begin()) - 1;
  return {low, (value - axis[low]) / (axis[low + 1] - axis[low])};
}

}  // namespace

NldmTable::NldmTable(std::vector<double> transitions_ns, std::vector<double> loads_pf, std::vector<double> values)
    : transitions_ns_(std::move(transitions_ns)), loads_pf_(std::move(loads_pf)), values_(std::move(values)) {
  if (values_.size() != std::max<std::size_t>(transitions_ns_.size(), 1) * std::max<std::size_t>(loads_pf_.size(), 1))
    throw std::invalid_argument("NldmTable: values do not fit the axes");
}

double NldmTable::at(double transition_ns, double load_pf) const {
  const Position row = locate(transitions_ns_, transition_ns);
  const Position column = locate(loads_pf_, load_pf);
  const std::size_t columns = std::max<std::size_t>(loads_pf_.size(), 1);
  const auto along_row = [&](std::size_t r) {
    const double* values = values_.data() + r * columns + column.low;
    return loads_pf_.size() < 2 ? values[0] : values[0] + column.share * (values[1] - values[0]);
  };
  const double low = along_row(row.low);
  return transitions_ns_.size() < 2 ? low : low + row.share * (along_row(row.low + 1) - low);
}

}  // namespace axvp
