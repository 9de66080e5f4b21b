#include "axvp/accel/cycle_ledger.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace axvp
