#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

/// How integers differ from a reference. Sums are exact: they do not depend on the order of adding.
class DifferenceStatistics {
 public:
  void add(std::int64_t value, std::int64_t reference);
  void add(const DifferenceStatistics& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double mean() const;  ///< Of the difference, value minus reference.
  [[nodiscard]] double standard_deviation() const;
  /// Root mean square of the difference by that of the reference; 0 where nothing differs.
  [[nodiscard]] double relative() const;

 private:
  __extension__ using Wide = __int128;
  std::uint64_t count_ = 0;
  Wide sum_ = 0, squares_ = 0, reference_squares_ = 0;
};

/// What an operating point does to one layer.
struct LayerErrors {
  std::string layer;
  std::string selectable;
  double output_scale = 0.0;          ///< Real value of one step of the output.
  DifferenceStatistics accumulators;  ///< On the exact network's inputs: this layer's multiplier alone. Steps.
  DifferenceStatistics outputs;       ///< Of the network at this point, errors of earlier layers contained. Steps.
};

/// Errors [executor][layer] against `executors[0]`, the network with exact products, over all elements of the layers on
/// all images, with `threads` threads; the result does not depend on their number. One pass over the images.
[[nodiscard]] std::vector<std::vector<LayerErrors>> measure_layer_errors(const std::vector<Int8Executor>& executors,
                                                                         const Dataset& data, std::size_t threads,
                                                                         ProgressStyle progress);

}  // namespace axvp
