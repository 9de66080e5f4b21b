#include "axvp/explore/result_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/explore/design_space.h"
#include "temporary_folder.h"

namespace axvp {
namespace {

class ResultStoreFile : public testing::TemporaryFolder {};

ExploredResult result(std::uint64_t configuration, std::uint32_t network, double latency) {
  ExploredResult r;
  r.configuration = configuration;
  r.network = network;
  r.status = "ok";
  r.cycles = 17;
  r.latency_ms = latency;
  return r;
}

TEST_F(ResultStoreFile, GivesBackTheSameDoublesInOrder) {
  const std::vector<std::string> parameters(kAxes, "16");
  {
    auto store = ResultStore::open(path("r.sqlite"), "abc");
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(store->add({result(9, 1, 0.1 + 0.2), result(9, 0, 1.0 / 3.0), result(2, 0, 1e-300)},
                           {parameters, parameters, parameters}));
  }
  const auto store = ResultStore::open(path("r.sqlite"), "abc");
  ASSERT_TRUE(store);
  const auto all = store->all();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[0].configuration, 2u);
  EXPECT_EQ((*all)[0].latency_ms, 1e-300);
  EXPECT_EQ((*all)[1].latency_ms, 1.0 / 3.0);
  EXPECT_EQ((*all)[2].latency_ms, 0.1 + 0.2);
  EXPECT_EQ((*all)[2].network, 1u);
  EXPECT_FALSE((*all)[0].top1_fraction);
  EXPECT_EQ(store->configurations()->size(), 2u);
}

TEST_F(ResultStoreFile, RefusesTheResultsOfAnotherSweep) {
  ASSERT_TRUE(ResultStore::open(path("r.sqlite"), "abc"));
  const auto other = ResultStore::open(path("r.sqlite"), "xyz");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, ::testing::HasSubstr("results of another sweep"));
  file("text.sqlite", std::string(8192, 'x'));
  EXPECT_FALSE(ResultStore::open(path("text.sqlite"), "abc"));
}

}  // namespace
}  // namespace axvp
