#include "batch.h"

#include <algorithm>
#include <array>

#include "axvp/common/random.h"

namespace axvp {
namespace {

/// Float value of each byte, per channel.
using Levels = std::array<std::array<float, 256>, 3>;

Levels levels_of(const Preprocessing& preprocessing) {
  Levels levels{};
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t byte = 0; byte < 256; ++byte)
      levels[c][byte] = static_cast<float>((static_cast<double>(byte) / preprocessing.divisor - preprocessing.mean[c]) /
                                           preprocessing.deviation[c]);
  return levels;
}

struct Change {
  bool flip = false;
  int down = 0;
  int right = 0;
};

Change random_change(const Augmentation& augmentation, std::uint64_t seed) {
  Random random{seed};
  Change change;
  if (augmentation.flip) change.flip = random.below(2) == 1;
  change.down = static_cast<int>(random.between(-augmentation.shift_pixels, augmentation.shift_pixels));
  change.right = static_cast<int>(random.between(-augmentation.shift_pixels, augmentation.shift_pixels));
  return change;
}

void write_image(const Image& image, const Levels& levels, const Change& change, float* output) {
  for (std::size_t c = 0; c < 3; ++c)
    for (int row = 0; row < image.height; ++row)
      for (int column = 0; column < image.width; ++column) {
        const int y = std::clamp(row - change.down, 0, image.height - 1);
        const int shifted = std::clamp(column - change.right, 0, image.width - 1);
        const int x = change.flip ? image.width - 1 - shifted : shifted;
        *output++ = levels[c][image.pixels[static_cast<std::size_t>(y * image.width + x) * 3 + c]];
      }
}

}  // namespace

Batch make_batch(const Dataset& data, const Preprocessing& preprocessing, const std::vector<std::size_t>& order,
                 std::size_t first, std::size_t count, const Augmentation& augmentation, std::uint64_t seed) {
  const Levels levels = levels_of(preprocessing);
  Batch batch;
  batch.shape = {3, data.images.front().height, data.images.front().width};
  batch.pixels.resize(count * batch.shape.size());
  batch.labels.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Image& image = data.images[order[first + i]];
    const Change change = random_change(augmentation, derive_seed(seed, first + i));
    write_image(image, levels, change, batch.pixels.data() + i * batch.shape.size());
    batch.labels.push_back(image.label);
  }
  return batch;
}

}  // namespace axvp
