#pragma once

#include <cstdint>

// The ten figures of synth10 in their own coordinates, in integers only: the same bytes on every machine.
namespace axvp::synth10_detail {

/// Radius of the circle that encloses about every figure, in figure coordinates.
inline constexpr int kFigureUnit = 1024;

/// Steps of a full turn.
inline constexpr int kTurn = 256;

/// sin(2 pi step / kTurn) in units of 1/16384, rounded to nearest.
[[nodiscard]] int sine(int step);
[[nodiscard]] inline int cosine(int step) {
  return sine(step + kTurn / 4);
}

enum class Figure { Disc, Square, Triangle, Cross, Ring, Frame, Star, Crescent, Bars, Checker };
inline constexpr int kFigures = 10;

/// Whether the point (u, v) belongs to `figure`. `thickness` in [0, 255] widens strokes (cross, ring, frame) and the
/// body of the crescent; the other figures ignore it.
[[nodiscard]] bool contains(Figure figure, int thickness, int u, int v);

}  // namespace axvp::synth10_detail
