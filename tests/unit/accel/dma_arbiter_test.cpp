#include "axvp/accel/dma_arbiter.h"

#include <gtest/gtest.h>

namespace axvp {
namespace {

TEST(DmaArbiter, SplitsAtMultiplesOfTheBurstSize) {
  DmaArbiter arbiter{256};
  arbiter.add(DmaChannel::Weights, 1, 200, 400);
  const auto first = arbiter.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->address, 200u);
  EXPECT_EQ(first->bytes, 56u);
  EXPECT_TRUE(first->first);
  EXPECT_FALSE(first->last);
  const auto second = arbiter.next();
  EXPECT_EQ(second->address, 256u);
  EXPECT_EQ(second->offset, 56u);
  EXPECT_EQ(second->bytes, 256u);
  const auto third = arbiter.next();
  EXPECT_EQ(third->bytes, 88u);
  EXPECT_TRUE(third->last);
  EXPECT_FALSE(arbiter.next());
}

TEST(DmaArbiter, HigherChannelGetsTheNextBurst) {
  DmaArbiter arbiter{256};
  arbiter.add(DmaChannel::WriteBack, 1, 0, 512);
  arbiter.add(DmaChannel::Activations, 2, 4096, 256);
  EXPECT_EQ(arbiter.next()->transfer, 2u);
  EXPECT_EQ(arbiter.next()->transfer, 1u);
  arbiter.add(DmaChannel::Weights, 3, 8192, 256);
  arbiter.add(DmaChannel::Command, 4, 9000, 16);
  EXPECT_EQ(arbiter.next()->transfer, 4u);
  EXPECT_EQ(arbiter.next()->transfer, 3u);
  const auto rest = arbiter.next();
  EXPECT_EQ(rest->transfer, 1u);
  EXPECT_EQ(rest->offset, 256u);
  EXPECT_TRUE(arbiter.empty());
}

TEST(DmaArbiter, ServesOneChannelInOrder) {
  DmaArbiter arbiter{64};
  arbiter.add(DmaChannel::Weights, 1, 0, 64);
  arbiter.add(DmaChannel::Weights, 2, 64, 64);
  EXPECT_EQ(arbiter.next()->transfer, 1u);
  EXPECT_EQ(arbiter.next()->transfer, 2u);
}

TEST(DmaArbiter, ClearForgetsEverything) {
  DmaArbiter arbiter{64};
  arbiter.add(DmaChannel::Weights, 1, 0, 640);
  (void)arbiter.next();
  arbiter.clear();
  EXPECT_TRUE(arbiter.empty());
  EXPECT_FALSE(arbiter.next());
}

}  // namespace
}  // namespace axvp
