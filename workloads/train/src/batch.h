#pragma once

#include <cstdint>
#include <vector>

#include "axvp/training/recipe.h"
#include "axvp/workloads/dataset.h"

namespace axvp {

/// Preprocessed images, NCHW, and their classes.
struct Batch {
  Shape shape;  ///< Of one image.
  std::vector<float> pixels;
  std::vector<std::int64_t> labels;
};

/// The images `order[first]` to `order[first + count - 1]`, changed at random; what happens to an image depends on
/// `seed` and its place in the order alone. All images must have the size of the first.
[[nodiscard]] Batch make_batch(const Dataset& data, const Preprocessing& preprocessing,
                               const std::vector<std::size_t>& order, std::size_t first, std::size_t count,
                               const Augmentation& augmentation, std::uint64_t seed);

}  // namespace axvp
