#include "axvp/workloads/synth10.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "axvp/common/hash.h"
#include "axvp/common/random.h"
#include "synth10_figures.h"

namespace axvp {
namespace {

using namespace synth10_detail;

// Raise the version whenever a byte of any image changes: it enters Dataset::sha256.
constexpr std::string_view kGeneratorVersion = "synth10-1";
constexpr std::uint64_t kSeed = 0x73796E7468313000u;  // "synth10"

constexpr int kSide = 32;       // pixels
constexpr int kSubpixels = 64;  // position units a pixel
constexpr int kSamples = 4;     // coverage samples a pixel and direction
constexpr int kLevel = 16;      // colour units a step of the 8-bit scale
constexpr int kWhite = 255 * kLevel;

// What makes the set hard. Lengths in position units, colours in steps of the 8-bit scale.
constexpr int kSmallestRadius = 6 * kSubpixels;
constexpr int kLargestRadius = 12 * kSubpixels;
constexpr int kLowestContrast = 32;
constexpr int kHighestContrast = 150;
constexpr int kLargestTexture = 30;
constexpr int kLargestNoise = 19;  // standard deviation
constexpr int kMostClutter = 4;    // small shapes behind the figure

using Colour = std::array<int, 3>;                             // in units of 1/16 step
using Canvas = std::array<std::array<int, kSide * kSide>, 3>;  // planes of the same units

std::size_t at(int row, int column) {
  return static_cast<std::size_t>(row * kSide + column);
}

int clamped(int value) {
  return std::clamp(value, 0, kWhite);
}

class Painter {
 public:
  explicit Painter(std::uint64_t seed) : random_(seed) {}

  Image paint(int label) {
    ground();
    const int clutter = draw(0, kMostClutter);
    for (int i = 0; i < clutter; ++i) {
      const Colour colour = random_colour();
      const int x = draw(0, kSide * kSubpixels);
      const int y = draw(0, kSide * kSubpixels);
      blob(colour, x, y);
    }
    figure(static_cast<Figure>(label));
    const int blurs = draw(0, 2);
    for (int i = 0; i < blurs; ++i) blur();
    noise();
    return develop(label);
  }

 private:
  /// How a shape lies: position units of the image to figure coordinates, a matrix in units of 1/65536.
  struct Placement {
    int centre_x, centre_y;
    int reach;  ///< Beyond this distance in position units nothing is painted.
    std::array<std::int64_t, 4> matrix;
  };

  int draw(int low, int high) { return static_cast<int>(random_.between(low, high)); }

  /// Skewed to the low end: the smaller of two draws.
  int draw_low(int low, int high) {
    const int first = draw(low, high);
    return std::min(first, draw(low, high));
  }

  Colour random_colour() { return {draw(0, kWhite), draw(0, kWhite), draw(0, kWhite)}; }

  static Placement place(int x, int y, int radius_u, int radius_v, int angle) {
    // 16,384 a unit of sine and 1,024 figure units a radius make 65,536 * 256.
    constexpr std::int64_t kScale = std::int64_t{65536} * kFigureUnit / 16384;
    const auto row = [&](int factor, int radius) { return factor * kScale / radius; };
    return {x,
            y,
            2 * std::max(radius_u, radius_v),
            {row(cosine(angle), radius_u), row(sine(angle), radius_u), row(-sine(angle), radius_v),
             row(cosine(angle), radius_v)}};
  }

  /// Blends `colour_at(row, column)` over the canvas by the share of each pixel's samples that lie inside.
  template <class Inside, class ColourAt>
  void fill(const Placement& placement, const Inside& inside, const ColourAt& colour_at) {
    const auto first = [&](int centre) { return std::max(0, (centre - placement.reach) / kSubpixels); };
    const auto last = [&](int centre) { return std::min(kSide - 1, (centre + placement.reach) / kSubpixels); };
    for (int row = first(placement.centre_y); row <= last(placement.centre_y); ++row)
      for (int column = first(placement.centre_x); column <= last(placement.centre_x); ++column) {
        const int covered = coverage(placement, row, column, inside);
        if (covered == 0) continue;
        const Colour colour = colour_at(row, column);
        for (std::size_t c = 0; c < 3; ++c) {
          int& value = canvas_[c][at(row, column)];
          value += (colour[c] - value) * covered / (kSamples * kSamples);
        }
      }
  }

  template <class Inside>
  static int coverage(const Placement& placement, int row, int column, const Inside& inside) {
    constexpr int kStep = kSubpixels / kSamples;
    int covered = 0;
    for (int i = 0; i < kSamples; ++i)
      for (int j = 0; j < kSamples; ++j) {
        const std::int64_t y = row * kSubpixels + i * kStep + kStep / 2 - placement.centre_y;
        const std::int64_t x = column * kSubpixels + j * kStep + kStep / 2 - placement.centre_x;
        const auto& m = placement.matrix;
        covered += inside(static_cast<int>((x * m[0] + y * m[1]) >> 16), static_cast<int>((x * m[2] + y * m[3]) >> 16));
      }
    return covered;
  }

  /// A base colour, a linear gradient and a texture, the same in all channels or not.
  void ground() {
    for (int& component : ground_) component = draw(20 * kLevel, 140 * kLevel);
    Colour slope_x{};
    Colour slope_y{};
    for (std::size_t c = 0; c < 3; ++c) {
      slope_x[c] = draw(-2 * kLevel, 2 * kLevel);
      slope_y[c] = draw(-2 * kLevel, 2 * kLevel);
    }
    for (std::size_t c = 0; c < 3; ++c)
      for (int row = 0; row < kSide; ++row)
        for (int column = 0; column < kSide; ++column)
          canvas_[c][at(row, column)] =
              ground_[c] + (slope_x[c] * (2 * column - kSide) + slope_y[c] * (2 * row - kSide)) / 2;
    switch (draw(0, 3)) {
      case 0:
        break;
      case 1:
        value_noise(8);
        break;
      case 2:
        value_noise(4);
        break;
      default:
        waves();
        break;
    }
    for (auto& plane : canvas_)
      for (int& value : plane) value = clamped(value);
  }

  Colour texture_amplitude() {
    const int amplitude = draw(0, kLargestTexture) * kLevel;
    Colour result{};
    for (int& component : result) component = amplitude * draw(64, 256) / 256;
    return result;
  }

  /// Random values on a lattice of `cell` pixels, interpolated linearly between (Perlin 1985, without gradients).
  void value_noise(int cell) {
    const Colour amplitude = texture_amplitude();
    const int points = kSide / cell + 1;
    std::vector<int> lattice(static_cast<std::size_t>(points * points));
    for (int& value : lattice) value = draw(-256, 256);
    const auto lattice_at = [&](int i, int j) { return lattice[static_cast<std::size_t>(i * points + j)]; };
    for (int row = 0; row < kSide; ++row)
      for (int column = 0; column < kSide; ++column) {
        const int i = row / cell, j = column / cell, y = row % cell, x = column % cell;
        const int upper = lattice_at(i, j) * (cell - x) + lattice_at(i, j + 1) * x;
        const int lower = lattice_at(i + 1, j) * (cell - x) + lattice_at(i + 1, j + 1) * x;
        const int value = (upper * (cell - y) + lower * y) / (cell * cell);
        for (std::size_t c = 0; c < 3; ++c) canvas_[c][at(row, column)] += amplitude[c] * value / 256;
      }
  }

  /// Plane waves across the whole image, 2 to 6 periods.
  void waves() {
    const Colour amplitude = texture_amplitude();
    const int angle = draw(0, kTurn - 1);
    const int phase = draw(0, kTurn - 1);
    const int steps = draw(2, 6) * kTurn / kSide;  // of the sine a pixel
    for (int row = 0; row < kSide; ++row)
      for (int column = 0; column < kSide; ++column) {
        const int along = (column * cosine(angle) + row * sine(angle)) / 64 * steps / 256;
        for (std::size_t c = 0; c < 3; ++c)
          canvas_[c][at(row, column)] += amplitude[c] * (sine(along + phase) / 64) / 256;
      }
  }

  /// Lighter than the ground by up to `contrast`, less in some channels. Were figures lighter or darker at random, a
  /// small network would not begin to learn within a few epochs.
  Colour figure_colour(int contrast) {
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) colour[c] = clamped(ground_[c] + contrast * draw(64, 256) / 256);
    return colour;
  }

  /// The figure, in a colour with a slight gradient, then with some luck a blob of the ground's colour that hides a
  /// part of its rim.
  void figure(Figure figure) {
    const int radius = draw(kSmallestRadius, kLargestRadius);
    const int margin = radius * 7 / 8;
    const int x = draw(margin, kSide * kSubpixels - margin);
    const int y = draw(margin, kSide * kSubpixels - margin);
    const int stretch = draw(220, 292);  // of 256
    const Placement placement = place(x, y, radius * stretch / 256, radius * 256 / stretch, draw(0, kTurn - 1));
    const int thickness = draw(0, 255);
    const Colour colour = figure_colour(draw_low(kLowestContrast, kHighestContrast) * kLevel);
    const int slope_x = draw(-kLevel, kLevel);
    const int slope_y = draw(-kLevel, kLevel);
    fill(
        placement, [&](int u, int v) { return contains(figure, thickness, u, v); },
        [&](int row, int column) {
          const int shade = slope_x * (column - x / kSubpixels) + slope_y * (row - y / kSubpixels);
          return Colour{clamped(colour[0] + shade), clamped(colour[1] + shade), clamped(colour[2] + shade)};
        });
    if (draw(0, 2) == 0) occlude(x, y, radius);
  }

  void occlude(int x, int y, int radius) {
    const int angle = draw(0, kTurn - 1);
    const int distance = radius * draw(50, 100) / 100;
    const Colour colour = draw(0, 1) == 0 ? ground_ : random_colour();
    blob(colour, x + distance * cosine(angle) / 16384, y + distance * sine(angle) / 16384);
  }

  /// A small ellipse or rod.
  void blob(const Colour& colour, int x, int y) {
    const bool rod = draw(0, 1) == 0;
    const int length = rod ? draw(2 * kSubpixels, 7 * kSubpixels) : draw(kSubpixels, 3 * kSubpixels);
    const int width = rod ? draw(kSubpixels / 2, kSubpixels) : draw(kSubpixels, 3 * kSubpixels);
    const Figure shape = rod ? Figure::Square : Figure::Disc;
    fill(
        place(x, y, length, width, draw(0, kTurn - 1)), [&](int u, int v) { return contains(shape, 0, u, v); },
        [&](int /*row*/, int /*column*/) { return colour; });
  }

  /// Binomial filter (1 2 1) in both directions; the border repeats.
  void blur() {
    for (auto& plane : canvas_) {
      blur_lines(plane, kSide, 1);
      blur_lines(plane, 1, kSide);
    }
  }

  static void blur_lines(std::array<int, kSide * kSide>& plane, int line_step, int step) {
    for (int line = 0; line < kSide; ++line) {
      const auto value = [&](int i) -> int& { return plane[static_cast<std::size_t>(line * line_step + i * step)]; };
      int before = value(0);
      for (int i = 0; i < kSide; ++i) {
        const int here = value(i);
        const int after = value(std::min(i + 1, kSide - 1));
        value(i) = (before + 2 * here + after + 2) / 4;
        before = here;
      }
    }
  }

  /// Nearly normal: sums of four uniform bytes, whose standard deviation is 147.8.
  void noise() {
    const int deviation = draw_low(2, kLargestNoise) * kLevel;
    for (auto& plane : canvas_)
      for (std::size_t i = 0; i < plane.size(); i += 2) {
        std::uint64_t word = random_.word();
        for (std::size_t k = i; k < i + 2; ++k) {
          int sum = -510;
          for (int byte = 0; byte < 4; ++byte, word >>= 8) sum += static_cast<int>(word & 255);
          plane[k] += sum * deviation / 148;
        }
      }
  }

  [[nodiscard]] Image develop(int label) const {
    Image image;
    image.height = kSide;
    image.width = kSide;
    image.label = label;
    image.pixels.resize(kSide * kSide * 3);
    for (std::size_t i = 0; i < kSide * kSide; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        image.pixels[3 * i + c] = static_cast<std::uint8_t>((clamped(canvas_[c][i]) + kLevel / 2) / kLevel);
    return image;
  }

  Random random_;
  Canvas canvas_{};
  Colour ground_{};
};

std::string_view name_of(Synth10Split split) {
  switch (split) {
    case Synth10Split::Train:
      return "train";
    case Synth10Split::Validation:
      return "validation";
    case Synth10Split::Test:
      return "test";
  }
  return "";
}

std::size_t size_of(Synth10Split split) {
  switch (split) {
    case Synth10Split::Train:
      return kSynth10TrainImages;
    case Synth10Split::Validation:
      return kSynth10ValidationImages;
    case Synth10Split::Test:
      return kSynth10TestImages;
  }
  return 0;
}

}  // namespace

Image synth10_image(Synth10Split split, std::size_t index) {
  const std::uint64_t seed = derive_seed(derive_seed(kSeed, static_cast<std::uint64_t>(split)), index);
  return Painter{seed}.paint(static_cast<int>(index % kFigures));
}

Dataset synth10(Synth10Split split, std::size_t limit) {
  const std::size_t count = limit > 0 ? std::min(limit, size_of(split)) : size_of(split);
  Dataset dataset;
  dataset.name = fmt::format("synth10:{}", name_of(split));
  dataset.sha256 = sha256(fmt::format("{}:{}:{}", kGeneratorVersion, name_of(split), count));
  dataset.classes = kFigures;
  dataset.images.reserve(count);
  for (std::size_t i = 0; i < count; ++i) dataset.images.push_back(synth10_image(split, i));
  return dataset;
}

}  // namespace axvp
