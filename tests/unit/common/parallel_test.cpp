#include "axvp/common/parallel.h"

#include <gtest/gtest.h>

#include <numeric>

namespace axvp {
namespace {

TEST(ForEachDynamic, DoesEveryPieceOnceWithAnyNumberOfThreads) {
  for (const unsigned threads : {0u, 1u, 2u, 7u}) {
    std::vector<int> done(100, 0);
    for_each_dynamic(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    EXPECT_EQ(done, std::vector<int>(100, 1)) << threads;
  }
}

TEST(ForEachDynamic, NothingToDoCallsNothing) {
  for_each_dynamic(0, 2, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace axvp
