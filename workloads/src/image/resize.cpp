// Pillow's two-pass resampling (libImaging/Resample.c): coefficients of 22 fractional bits, sums of 32 bits.
#include <algorithm>
#include <cmath>

#include "decoders.h"

namespace axvp {
namespace {

constexpr int kChannels = 3;
constexpr int kFractionBits = 32 - 8 - 2;

/// What one output position reads: `weights` of input positions from `first` on.
struct Tap {
  int first = 0;
  std::vector<std::int32_t> weights;
};

double triangle(double x) {
  return std::max(0.0, 1.0 - std::abs(x));
}

std::int32_t to_fixed(double weight) {
  return static_cast<std::int32_t>(std::floor(weight * (1 << kFractionBits) + 0.5));
}

std::vector<Tap> make_taps(int size, int result) {
  const double scale = static_cast<double>(size) / result;
  const double support = std::max(scale, 1.0);
  std::vector<Tap> taps;
  taps.reserve(static_cast<std::size_t>(result));
  for (int position = 0; position < result; ++position) {
    const double centre = (position + 0.5) * scale;
    Tap tap;
    tap.first = std::max(0, static_cast<int>(centre - support + 0.5));
    const int end = std::min(size, static_cast<int>(centre + support + 0.5));
    std::vector<double> weights;
    double sum = 0.0;
    for (int i = tap.first; i < end; ++i) {
      weights.push_back(triangle((i - centre + 0.5) * (1.0 / support)));
      sum += weights.back();
    }
    for (const double weight : weights) tap.weights.push_back(to_fixed(weight * (1.0 / sum)));
    taps.push_back(std::move(tap));
  }
  return taps;
}

/// Weighted sum of bytes `step` apart, rounded and clamped to a byte.
std::uint8_t apply(const Tap& tap, const std::uint8_t* first, std::size_t step) {
  std::int32_t sum = 1 << (kFractionBits - 1);
  for (const std::int32_t weight : tap.weights) {
    sum += *first * weight;
    first += step;
  }
  return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

Image resize_rows(const Image& image, int width) {
  if (width == image.width) return image;
  Image result{image.height, width, {}, image.label};
  result.pixels.reserve(static_cast<std::size_t>(image.height) * static_cast<std::size_t>(width) * kChannels);
  const std::vector<Tap> taps = make_taps(image.width, width);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * kChannels;
  for (int row = 0; row < image.height; ++row) {
    const std::uint8_t* bytes = image.pixels.data() + static_cast<std::size_t>(row) * row_bytes;
    for (const Tap& tap : taps)
      for (int c = 0; c < kChannels; ++c)
        result.pixels.push_back(apply(tap, bytes + tap.first * kChannels + c, kChannels));
  }
  return result;
}

Image resize_columns(const Image& image, int height) {
  if (height == image.height) return image;
  Image result{height, image.width, {}, image.label};
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * kChannels;
  result.pixels.reserve(static_cast<std::size_t>(height) * row_bytes);
  for (const Tap& tap : make_taps(image.height, height)) {
    const std::uint8_t* bytes = image.pixels.data() + static_cast<std::size_t>(tap.first) * row_bytes;
    for (std::size_t i = 0; i < row_bytes; ++i) result.pixels.push_back(apply(tap, bytes + i, row_bytes));
  }
  return result;
}

Image cut_out(const Image& image, int top, int left, int height, int width) {
  Image result{height, width, {}, image.label};
  const auto row_bytes = static_cast<std::ptrdiff_t>(width) * kChannels;
  for (int row = top; row < top + height; ++row) {
    const auto first = image.pixels.begin() + (static_cast<std::ptrdiff_t>(row) * image.width + left) * kChannels;
    result.pixels.insert(result.pixels.end(), first, first + row_bytes);
  }
  return result;
}

}  // namespace

Image resize_bilinear(const Image& image, int height, int width) {
  return resize_columns(resize_rows(image, width), height);
}

Result<Image> fit_image(Image image, const ImageFitting& fitting) {
  if (fitting.shorter_side == 0) {
    if (image.height == fitting.height && image.width == fitting.width) return image;
    return resize_bilinear(image, fitting.height, fitting.width);
  }
  const int shorter = std::min(image.height, image.width);
  const auto scaled = [&](int side) {
    return std::uint64_t(fitting.shorter_side) * std::uint64_t(side) / std::uint64_t(shorter);  // as torchvision rounds
  };
  if (const auto size = detail::check_pixels(scaled(image.height), scaled(image.width)); !size)
    return fail_in("resized", size);
  image = resize_bilinear(image, static_cast<int>(scaled(image.height)), static_cast<int>(scaled(image.width)));
  if (image.height < fitting.height || image.width < fitting.width)
    return fail("a centre of {}x{} does not fit into {}x{} (shorter side {})", fitting.height, fitting.width,
                image.height, image.width, fitting.shorter_side);
  const auto middle = [](int spare) { return static_cast<int>(std::nearbyint(spare / 2.0)); };
  return cut_out(image, middle(image.height - fitting.height), middle(image.width - fitting.width), fitting.height,
                 fitting.width);
}

}  // namespace axvp
