#include "axvp/evolve/evolved_selection.h"

#include <gmock/gmock.h>

namespace axvp {
namespace {

using ::testing::ElementsAre;

FrontMember member(const char* search, std::size_t position, double std, double cost, const char* comparable = "a") {
  FrontMember m;
  m.search = search;
  m.position = position;
  m.comparable = comparable;
  m.std = std;
  m.cost = cost;
  return m;
}

std::vector<std::string> names(const std::vector<FrontMember>& members) {
  std::vector<std::string> list;
  for (const FrontMember& m : members) list.push_back(m.search + "-" + std::to_string(m.position));
  return list;
}

TEST(EvolvedSelection, KeepsWhatNoOtherCircuitBeats) {
  EXPECT_THAT(names(best_of({member("far", 1, 100, 2.0), member("far", 2, 60, 3.0), member("near", 1, 50, 2.9),
                             member("near", 2, 40, 4.0)},
                            1.0)),
              ElementsAre("far-1", "near-1", "near-2"));
}

TEST(EvolvedSelection, LeavesOutWhatIsHardlyMoreAccurate) {
  EXPECT_THAT(names(best_of({member("a", 1, 100, 1.0), member("a", 2, 97, 1.1), member("a", 3, 95, 1.2),
                             member("a", 4, 91, 1.3), member("a", 5, 90.25, 1.4)},
                            0.95)),
              ElementsAre("a-1", "a-3", "a-5"));
}

TEST(EvolvedSelection, ComparesOnlyWhatCostsTheSameWay) {
  EXPECT_THAT(names(best_of({member("a", 1, 10, 5.0, "s8"), member("b", 1, 5, 1.0, "sm8")}, 0.95)),
              ElementsAre("a-1", "b-1"));
}

}  // namespace
}  // namespace axvp
