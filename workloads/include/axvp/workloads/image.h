#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

/// One 8-bit RGB image, rows of pixels of three bytes (HWC), and its class.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;  ///< height * width * 3 bytes.
  int label = 0;
};

/// How an image of any size becomes a network's input.
struct ImageFitting {
  int height = 0, width = 0;  ///< Of the result.
  /// 0: the whole image is resized to height x width. Otherwise its shorter side is resized to so many pixels, the
  /// aspect kept, and the centre cut out (ImageNet's customary 256 for a result of 224).
  int shorter_side = 0;
};

/// Decodes a JPEG (1 or 3 components, baseline or progressive) or PNG (any kind) file. Grey becomes three equal
/// channels, an alpha channel is dropped, 16-bit samples keep their upper byte. `name` stands in messages. Errors:
/// another format, CMYK, more than 2^26 pixels (checked before anything is allocated), data that are corrupt or end
/// early.
[[nodiscard]] Result<Image> decode_image(std::string_view bytes, const std::string& name);

/// Bilinear, byte for byte as Pillow's Image.resize(BILINEAR): half-pixel centres, edges clamped, a triangle as wide as
/// the step when it shrinks (antialias), rows first, then columns, each rounded to a byte. height, width >= 1.
[[nodiscard]] Image resize_bilinear(const Image& image, int height, int width);

/// The image in the fitting's size, class kept. An error if the centre to cut out is larger than the resized image.
[[nodiscard]] Result<Image> fit_image(Image image, const ImageFitting& fitting);

}  // namespace axvp
