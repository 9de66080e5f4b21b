#include "axvp/workloads/int8_batch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "axvp/multipliers/catalogue.h"
#include "drawn_networks.h"
#include "small_network.h"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Counts what the code under test allocates.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}
// Not inlined: the compiler would see free() on what operator new returned and not see that it came from malloc().
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace axvp::testing {
namespace {

Int8Executor executor_for(const DrawnNetwork& drawn, const std::string& multiplier) {
  const TruthTable table = Catalogue::built_in().find(multiplier)->table;
  auto executor =
      Int8Executor::create(drawn.network, drawn.point, std::vector<TruthTable>(drawn.network.layers().size(), table));
  if (!executor) throw std::runtime_error(executor.error().message);
  return *std::move(executor);
}

TEST(Int8BatchTest, EqualsOneImageAtATimeForAnyNumberOfThreads) {
  const DrawnNetwork drawn{small_residual_network(), make_point(small_residual_network(), "p", {"exact"}, 5)};
  const auto inputs = drawn_inputs(drawn.network, 7, 3);
  for (const std::string multiplier : {"dadda-exact", "dadda_or-v7c", "dadda_trunc-k6"}) {
    const Int8Executor executor = executor_for(drawn, multiplier);
    std::vector<std::vector<std::int32_t>> expected;
    for (const StoredTensor& input : inputs) expected.push_back(executor.run(input));
    for (const std::size_t threads : {1, 2, 3, 20})
      EXPECT_EQ(run_images(executor, inputs, threads), expected) << multiplier << ", " << threads << " threads";
  }
}

TEST(Int8BatchTest, ResNetImagesDoNotDependOnTheirCompany) {
  const DrawnNetwork drawn = drawn_resnet(1, 1);
  const Int8Executor executor = executor_for(drawn, "dadda_or-v7c");
  const auto inputs = drawn_inputs(drawn.network, 5, 4);
  const auto together = run_images(executor, inputs, 1);
  for (std::size_t i = 0; i < inputs.size(); ++i) EXPECT_EQ(together[i], executor.run(inputs[i])) << "image " << i;
}

TEST(Int8BatchTest, MobileNetImagesDoNotDependOnTheirCompany) {
  const DrawnNetwork drawn = drawn_mobilenet_v2(32, 1);
  const Int8Executor executor = executor_for(drawn, "dadda_trunc-k7c");
  const auto inputs = drawn_inputs(drawn.network, 3, 5);
  const auto together = run_images(executor, inputs, 2);
  for (std::size_t i = 0; i < inputs.size(); ++i) EXPECT_EQ(together[i], executor.run(inputs[i])) << "image " << i;
}

TEST(Int8BatchTest, NoImagesGiveNoLogits) {
  const DrawnNetwork drawn = drawn_resnet(1, 1);
  EXPECT_TRUE(run_images(executor_for(drawn, "dadda-exact"), {}, 2).empty());
}

TEST(Int8BatchTest, DoesNotAllocateAfterTheFirstRun) {
  const DrawnNetwork drawn = drawn_resnet(1, 2);
  const auto inputs = drawn_inputs(drawn.network, 6, 6);
  std::vector<const std::uint8_t*> pointers;
  for (const StoredTensor& input : inputs) pointers.push_back(input.data());
  for (const std::string multiplier : {"dadda-exact", "dadda_or-v7c"}) {
    const Int8Executor executor = executor_for(drawn, multiplier);
    Int8Batch batch{executor, pointers.size()};
    const std::size_t at_start = allocations;
    batch.run(pointers.data(), pointers.size());
    const std::size_t before = allocations;
    EXPECT_GT(before, at_start) << "the first run allocates, or the counter does not count";
    batch.run(pointers.data(), pointers.size());
    batch.run(pointers.data(), 2);
    EXPECT_EQ(allocations - before, 0u) << multiplier;
  }
}

}  // namespace
}  // namespace axvp::testing
