#include "axvp/evolve/evolved_selection.h"

#include <algorithm>
#include <tuple>

namespace axvp {

std::vector<FrontMember> best_of(std::vector<FrontMember> members, double spacing) {
  std::sort(members.begin(), members.end(), [](const FrontMember& a, const FrontMember& b) {
    return std::tie(a.comparable, a.cost, a.std, a.search, a.position) <
           std::tie(b.comparable, b.cost, b.std, b.search, b.position);
  });
  std::vector<FrontMember> kept;
  for (FrontMember& member : members) {  // by rising cost, so that only what lowers the error is on the front
    const bool is_first = kept.empty() || kept.back().comparable != member.comparable;
    if (is_first || member.std <= spacing * kept.back().std) kept.push_back(std::move(member));
  }
  std::sort(kept.begin(), kept.end(), [](const FrontMember& a, const FrontMember& b) {
    return std::tie(a.search, a.position) < std::tie(b.search, b.position);
  });
  return kept;
}

}  // namespace axvp
