#include "axvp/accel/timing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace axvp {
namespace {

/// Moves every weight, activation and result of a run cycle by cycle: weight row r of fold f is written in the cycle
/// after row r - 1, not before the fold in front of it has swapped there; activation row m enters row r of the array m
/// + r cycles after the fold's first one; a result leaves column c after R rows and c columns.
Cycles run_by_stepping(int rows, int columns, int folds, int positions) {
  Cycles last_result = 0;
  Cycles fold_begin = 0;  // cycle in which the fold's weight row 0 is written
  for (int f = 0; f < folds; ++f) {
    const Cycles first_activation = fold_begin + 1;
    for (int m = 0; m < positions; ++m)
      for (int c = 0; c < columns; ++c) {
        const Cycles leaves =
            first_activation + static_cast<Cycles>(m) + static_cast<Cycles>(rows - 1) + static_cast<Cycles>(c);
        last_result = std::max(last_result, leaves + 1);
      }
    // The write port takes one row a cycle, the activation port one position a cycle.
    fold_begin =
        std::max(fold_begin + static_cast<Cycles>(rows), first_activation + static_cast<Cycles>(positions) - 1);
  }
  return last_result;
}

TEST(Timing, ClosedFormEqualsSteppingThroughTheArray) {
  for (const int rows : {1, 2, 5, 16})
    for (const int columns : {1, 3, 16})
      for (const int folds : {1, 2, 7})
        for (const int positions : {1, 4, 15, 16, 17, 100})
          EXPECT_EQ(
              ws_run_cycles({rows, columns}, static_cast<std::uint64_t>(folds), static_cast<std::uint64_t>(positions)),
              run_by_stepping(rows, columns, folds, positions))
              << rows << "x" << columns << ", " << folds << " folds, " << positions << " positions";
}

TEST(Timing, OneFoldOfSixtyFourPositionsOnASixteenBySixteenArrayTakes95Cycles) {
  EXPECT_EQ(ws_run_cycles({16, 16}, 1, 64), 95u);  // 1 + 64 + 16 + 16 - 2
}

TEST(Timing, RunsThatFollowEachOtherTakeAsLongAsOneRunOfAllFolds) {
  const ArrayConfig array{16, 8};
  EXPECT_EQ(ws_issue_cycles(array, 3, 40) + ws_run_cycles(array, 2, 40), ws_run_cycles(array, 5, 40));
}

TEST(Timing, NoFoldsTakeNoTime) {
  EXPECT_EQ(ws_run_cycles({16, 16}, 0, 64), 0u);
}

TEST(Timing, VectorUnitRoundsUpToWholeCyclesOfItsLanes) {
  EXPECT_EQ(vector_cycles({16, 4}, 16), 5u);
  EXPECT_EQ(vector_cycles({16, 4}, 17), 6u);
}

}  // namespace
}  // namespace axvp
