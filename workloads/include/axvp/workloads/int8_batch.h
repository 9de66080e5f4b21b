#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "axvp/workloads/convolution_kernel.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

/// One thread's working memory for running many images through a network, several at a time: the fast kernels need many
/// output positions to be fast, and small maps have few. Tensors share memory as soon as nobody reads them any more,
/// and nothing is allocated after the first run.
class Int8Batch {
 public:
  /// For up to `capacity` images at a time. The executor must outlive it.
  Int8Batch(const Int8Executor& executor, std::size_t capacity);

  /// Logits [image][output] of `images` <= capacity stored inputs; valid until the next run. The same as
  /// Int8Executor::run's, bit for bit.
  const std::int32_t* run(const std::uint8_t* const* inputs, std::size_t images);

  [[nodiscard]] std::size_t outputs() const { return outputs_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  void place_tensors();

  const Int8Executor* executor_;
  std::size_t capacity_;
  std::size_t outputs_;
  KernelScratch scratch_;
  std::vector<std::vector<std::uint8_t>> slots_;       // memory that tensors take in turn
  std::vector<std::vector<std::uint8_t*>> of_tensor_;  // [tensor][image], into slots_; empty for the input
  std::vector<std::int32_t> logits_;
};

/// Images at a time that fill the kernels without taking more than about 64 MiB.
[[nodiscard]] std::size_t batch_capacity(const QuantizedNetwork& network);

/// Logits of every input, in order, on up to `threads` threads (at least 1). The same for any number of threads.
[[nodiscard]] std::vector<std::vector<std::int32_t>> run_images(const Int8Executor& executor,
                                                                const std::vector<StoredTensor>& inputs,
                                                                std::size_t threads);

}  // namespace axvp
