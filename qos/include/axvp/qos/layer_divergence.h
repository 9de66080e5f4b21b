#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

/// A change of one layer of the exact network.
struct LayerTrial {
  std::size_t layer = 0;
  /// Turns the exact sums of `images` images, the first of them number `first_image`, into the trial's:
  /// [image][pixel][channel]. `inputs` are the layer's stored inputs. Called from several threads; must not depend on
  /// how images are put together.
  std::function<void(const std::uint8_t* const* inputs, std::size_t first_image, std::size_t images,
                     std::vector<std::int32_t>& sums)>
      change;
  const std::vector<Requantisation>* requantisation = nullptr;  ///< The exact one if null.
};

/// Mean Kullback-Leibler divergence (nats) of the softmaxed logits from the exact network's, for each trial. Everything
/// behind the trial's layer runs as it is, from the tensors of one exact run. The same for any number of threads.
[[nodiscard]] std::vector<double> layer_divergences(const Int8Executor& exact, const std::vector<StoredTensor>& inputs,
                                                    const std::vector<LayerTrial>& trials, unsigned threads,
                                                    Progress& progress);

}  // namespace axvp
