#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/workloads/network.h"

namespace axvp {

/// One 8-bit RGB image, rows of pixels of three bytes (HWC), and its class.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;  ///< height * width * 3 bytes.
  int label = 0;
};

/// Images in memory.
struct Dataset {
  std::string name;    ///< As reports show it, e.g. "synth10:test".
  std::string sha256;  ///< Of the file, or of the generator's arguments and version.
  int classes = 0;
  std::vector<Image> images;
};

/// Opens "KIND:ARGUMENT": `cifar10:FILE.bin` (records of 1 label and 3,072 bytes), `synth10:train|validation|test`.
/// `limit` > 0 keeps the first `limit` images. Errors: unknown kind, truncated file, label out of range, empty set.
[[nodiscard]] Result<Dataset> open_dataset(std::string_view specification, std::size_t limit = 0);

/// Fails if there are no images or one does not have the shape that a network reads.
[[nodiscard]] Result<void> check_images(const Dataset& images, const Shape& input);

/// (value / divisor - mean) / deviation, as channels x height x width.
[[nodiscard]] std::vector<float> preprocess(const Image& image, const Preprocessing& preprocessing);

}  // namespace axvp
