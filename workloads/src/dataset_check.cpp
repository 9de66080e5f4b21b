#include "axvp/workloads/dataset.h"

namespace axvp {

Result<void> check_images(const Dataset& images, const Shape& input) {
  if (images.images.empty()) return fail("{}: no images", images.name);
  constexpr int kRgb = 3;
  for (std::size_t i = 0; i < images.images.size(); ++i) {
    const Image& image = images.images[i];
    if (image.height != input.height || image.width != input.width || input.channels != kRgb)
      return fail("{}: image {} is {}x{}x{}, the network reads {}x{}x{} (channels x height x width)", images.name, i,
                  kRgb, image.height, image.width, input.channels, input.height, input.width);
  }
  return {};
}

Result<void> check_classes(const Dataset& data, int outputs) {
  if (data.classes == outputs || (data.labels_are_numbers && data.classes < outputs)) return {};
  return fail("{}: images of {} classes, but the network tells {} apart: their labels mean something else to it",
              data.name, data.classes, outputs);
}

}  // namespace axvp
