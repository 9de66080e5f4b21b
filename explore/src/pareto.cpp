#include "axvp/explore/pareto.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace axvp {

bool dominates(const Objectives& a, const Objectives& b) {
  assert(a.size() == b.size());
  bool is_smaller = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    is_smaller = is_smaller || a[i] < b[i];
  }
  return is_smaller;
}

std::vector<std::size_t> pareto_front(const std::vector<Objectives>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // In lexicographic order no point is dominated by a later one.
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return points[a] != points[b] ? points[a] < points[b] : a < b; });
  std::vector<std::size_t> front;
  for (const std::size_t candidate : order) {
    const auto beats = [&](std::size_t member) { return dominates(points[member], points[candidate]); };
    if (std::none_of(front.rbegin(), front.rend(), beats)) front.push_back(candidate);
  }
  std::sort(front.begin(), front.end());
  return front;
}

}  // namespace axvp
