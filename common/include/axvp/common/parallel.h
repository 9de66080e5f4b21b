#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace axvp {

/// Calls `work(i)` for each i in [0, count), whichever thread is free; `threads` 0 stands for all of the machine's. The
/// results must not depend on the order.
template <class Work>
void for_each_dynamic(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  const unsigned wanted = threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  for (unsigned i = 1; i < wanted && i < count; ++i) others.emplace_back(take);
  take();
  for (auto& thread : others) thread.join();
}

}  // namespace axvp
