#include "axvp/accel/events.h"

#include <gtest/gtest.h>

#include "axvp/common/random.h"

namespace axvp {
namespace {

TEST(Energy, HoldsPicojoulesAsWholeAttojoules) {
  EXPECT_TRUE(to_energy(Picojoules{1.5}) == Energy{1'500'000});
  EXPECT_DOUBLE_EQ(Energy{2'000'000}.to_picojoules().value, 2.0);
}

TEST(Energy, SumsBeyondSixtyFourBitsStayExact) {
  const Energy large = Energy{1'000'000'000'000'000'000} * 1'000'000;  // a megajoule in attojoules does not fit 64 bits
  EXPECT_TRUE(large + Energy{1} != large);
  EXPECT_TRUE((large + Energy{1}) - large == Energy{1});
}

TEST(EventCounts, MacsAreExecutedAndGatedOnes) {
  EventCounts counts;
  counts.macs_executed[0] = 5;
  counts.macs_executed[31] = 7;
  counts.add(Event::MacZeroActivation, 10);
  counts.add(Event::MacZeroWeight, 20);
  counts.add(Event::MacPadding, 30);
  counts.add(Event::SlotUnused, 100);
  EXPECT_EQ(counts.macs(), 72u);
  EXPECT_EQ(counts.slots(), 172u);
}

EventCounts random_counts(Random& random) {
  EventCounts counts;
  for (auto& count : counts.of) count = random.below(1'000'000);
  for (auto& count : counts.macs_executed) count = random.below(1'000'000);
  return counts;
}

TEST(EventPrices, EnergyOfASumIsTheSumOfTheEnergiesExactly) {
  Random random{3};
  EventPrices prices;
  for (auto& price : prices.of) price = to_energy(Picojoules{random.uniform()});
  for (auto& price : prices.multiplication) price = to_energy(Picojoules{3.0 * random.uniform()});
  prices.executed_mac = to_energy(Picojoules{random.uniform()});
  EventCounts sum;
  Energy parts;
  for (int i = 0; i < 100; ++i) {
    const EventCounts counts = random_counts(random);
    sum += counts;
    parts += prices.price(counts).total();
  }
  EXPECT_TRUE(prices.price(sum).total() == parts);
}

TEST(EventPrices, EachEventIsPricedOnce) {
  EventPrices prices;
  for (auto& price : prices.of) price = Energy{1};
  for (auto& price : prices.multiplication) price = Energy{1};
  EventCounts counts;
  counts.of.fill(1);
  counts.macs_executed.fill(1);
  EXPECT_TRUE(prices.price(counts).total() == Energy{kEvents + kMaxSelectables});
}

}  // namespace
}  // namespace axvp
