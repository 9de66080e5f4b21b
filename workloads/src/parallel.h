#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace axvp::detail {

/// Threads worth starting for `count` independent pieces of work on this machine.
[[nodiscard]] inline std::size_t worker_count(std::size_t count) {
  return std::max<std::size_t>(1, std::min<std::size_t>(count, std::thread::hardware_concurrency()));
}

/// Calls `work(worker, i)` once for each i in [0, count): worker t takes i = t, t + workers, ... The calls must not
/// depend on one another; what they add up must be integers (or a slot for each i), so that the result is the same for
/// any number of workers.
template <class Work>
void for_each_parallel(std::size_t count, std::size_t workers, const Work& work) {
  const auto stride_through = [&](std::size_t worker) {
    for (std::size_t i = worker; i < count; i += workers) work(worker, i);
  };
  std::vector<std::thread> threads;
  for (std::size_t worker = 1; worker < workers; ++worker) threads.emplace_back(stride_through, worker);
  stride_through(0);
  for (auto& thread : threads) thread.join();
}

}  // namespace axvp::detail
