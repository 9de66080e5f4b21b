#include "axvp/accel/cycle_ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "axvp/common/random.h"

namespace axvp {
namespace {

TEST(CycleLedger, EveryCycleGoesToTheFirstOwnerInPrecedence) {
  CycleLedger ledger;
  ledger.record(CycleOwner::WriteBack, 0, 100);
  ledger.record(CycleOwner::Array, 20, 50);
  ledger.record(CycleOwner::VectorUnit, 40, 60);
  const auto settled = ledger.settle(0, 100);
  EXPECT_EQ(settled.owned[CycleOwner::Array], 30u);
  EXPECT_EQ(settled.owned[CycleOwner::VectorUnit], 10u);
  EXPECT_EQ(settled.owned[CycleOwner::WriteBack], 60u);
  EXPECT_EQ(settled.unowned, 0u);
}

TEST(CycleLedger, CycleWithoutAnOwnerStaysUnowned) {
  CycleLedger ledger;
  ledger.record(CycleOwner::Array, 10, 20);
  EXPECT_EQ(ledger.settle(0, 25).unowned, 15u);
}

TEST(CycleLedger, ForgetsWhatWasSettled) {
  CycleLedger ledger;
  ledger.record(CycleOwner::Array, 0, 10);
  (void)ledger.settle(0, 10);
  EXPECT_EQ(ledger.settle(0, 10).unowned, 10u);
}

TEST(CycleLedger, EqualsPaintingCycleByCycle) {
  Random random{7};
  for (int round = 0; round < 200; ++round) {
    constexpr std::size_t kCycles = 60;
    CycleLedger ledger;
    std::vector<int> owner_of(kCycles, -1);
    for (int i = 0; i < 12; ++i) {
      const auto owner = static_cast<int>(random.below(kCycleOwners));
      const auto begin = random.below(kCycles + 10);
      const auto end = begin + random.below(25);
      ledger.record(static_cast<CycleOwner>(owner), begin, end);
      for (auto c = begin; c < end && c < kCycles; ++c)
        if (owner_of[c] < 0 || owner < owner_of[c]) owner_of[c] = owner;
    }
    OwnedCycles expected;
    Cycles unowned = 0;
    for (const int owner : owner_of) {
      if (owner < 0)
        ++unowned;
      else
        ++expected.of[static_cast<std::size_t>(owner)];
    }
    const auto settled = ledger.settle(0, kCycles);
    ASSERT_EQ(settled.owned.of, expected.of) << "round " << round;
    ASSERT_EQ(settled.unowned, unowned) << "round " << round;
  }
}

TEST(CycleLedger, StandstillIsWhatLiesBetweenRunsAndAtTheEnds) {
  CycleLedger ledger;
  ledger.record_run(CycleLedger::Engine::Array, 5, 10, 40);
  ledger.record_run(CycleLedger::Engine::Array, 15, 3, 33);  // follows without a gap
  ledger.record_run(CycleLedger::Engine::Array, 25, 5, 35);
  const auto settled = ledger.settle(2, 60);
  EXPECT_EQ(settled.array_standstill, 3u + 7u + 30u);
  EXPECT_EQ(settled.array_chain, 10u + 3u + 35u);
  EXPECT_EQ(ledger.settle(60, 70).array_standstill, 10u) << "what was settled is forgotten";
}

TEST(CycleLedger, StandstillEqualsPaintingCycleByCycle) {
  Random random{8};
  for (int round = 0; round < 200; ++round) {
    CycleLedger ledger;
    constexpr Cycles kEnd = 200;
    std::vector<bool> is_fed(kEnd, false);
    for (Cycles at = random.below(20); at < 150;) {
      const Cycles issue = 1 + random.below(20);
      ledger.record_run(CycleLedger::Engine::Array, at, issue, issue + 7);
      for (Cycles c = at; c < at + issue; ++c) is_fed[c] = true;
      at += issue + random.below(3) * random.below(10);
    }
    const auto expected = static_cast<Cycles>(std::count(is_fed.begin(), is_fed.end(), false));
    ASSERT_EQ(ledger.settle(0, kEnd).array_standstill, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace axvp
