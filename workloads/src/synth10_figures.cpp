#include "synth10_figures.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

namespace axvp::synth10_detail {
namespace {

constexpr std::array<int, 65> kQuarterSine{0,     402,   804,   1205,  1606,  2006,  2404,  2801,  3196,  3590,  3981,
                                           4370,  4756,  5139,  5520,  5897,  6270,  6639,  7005,  7366,  7723,  8076,
                                           8423,  8765,  9102,  9434,  9760,  10080, 10394, 10702, 11003, 11297, 11585,
                                           11866, 12140, 12406, 12665, 12916, 13160, 13395, 13623, 13842, 14053, 14256,
                                           14449, 14635, 14811, 14978, 15137, 15286, 15426, 15557, 15679, 15791, 15893,
                                           15986, 16069, 16143, 16207, 16261, 16305, 16340, 16364, 16379, 16384};

struct Point {
  int u;
  int v;
};

// Corners at radius 1150 and, between those of the star, 500.
constexpr std::array<Point, 3> kTriangle{{{0, -1150}, {996, 575}, {-996, 575}}};
constexpr std::array<Point, 10> kStar{{{0, -1150},
                                       {294, -405},
                                       {1094, -355},
                                       {476, 155},
                                       {676, 930},
                                       {0, 500},
                                       {-676, 930},
                                       {-476, 155},
                                       {-1094, -355},
                                       {-294, -405}}};

/// Even-odd rule (Shimrat 1962), with the division multiplied out.
template <std::size_t N>
bool in_polygon(const std::array<Point, N>& corners, int u, int v) {
  bool inside = false;
  for (std::size_t i = 0, j = N - 1; i < N; j = i++) {
    const Point a = corners[i];
    const Point b = corners[j];
    if ((a.v > v) == (b.v > v)) continue;
    const int left = (u - a.u) * (b.v - a.v);
    const int right = (b.u - a.u) * (v - a.v);
    if (b.v > a.v ? left < right : left > right) inside = !inside;
  }
  return inside;
}

int squared(int value) {
  return value * value;
}

bool in_bars(int u, int v) {
  constexpr int kHalf = 860;
  constexpr int kStripes = 5;  // three bars and two gaps
  if (std::max(std::abs(u), std::abs(v)) >= kHalf) return false;
  return (v + kHalf) * kStripes / (2 * kHalf) % 2 == 0;
}

bool in_checker(int u, int v) {
  constexpr int kHalf = 900;
  constexpr int kCell = 2 * kHalf / 4;
  if (std::max(std::abs(u), std::abs(v)) >= kHalf) return false;
  return ((u + kHalf) / kCell + (v + kHalf) / kCell) % 2 == 0;
}

}  // namespace

int sine(int step) {
  const int phase = ((step % kTurn) + kTurn) % kTurn;
  const int folded = phase % (kTurn / 2);
  const int quarter = folded <= kTurn / 4 ? folded : kTurn / 2 - folded;
  const int value = kQuarterSine[static_cast<std::size_t>(quarter)];
  return phase < kTurn / 2 ? value : -value;
}

bool contains(Figure figure, int thickness, int u, int v) {
  // Far points first: the squares below stay within 32 bits.
  if (std::max(std::abs(u), std::abs(v)) > 2 * kFigureUnit) return false;
  const int radius2 = squared(u) + squared(v);
  const int chessboard = std::max(std::abs(u), std::abs(v));
  switch (figure) {
    case Figure::Disc:
      return radius2 < squared(920);
    case Figure::Square:
      return chessboard < 800;
    case Figure::Triangle:
      return in_polygon(kTriangle, u, v);
    case Figure::Cross:
      return chessboard < 1000 && std::min(std::abs(u), std::abs(v)) < 200 + thickness / 2;
    case Figure::Ring:
      return radius2 < squared(960) && radius2 >= squared(680 - thickness);
    case Figure::Frame:
      return chessboard < 840 && chessboard >= 580 - thickness * 3 / 4;
    case Figure::Star:
      return in_polygon(kStar, u, v);
    case Figure::Crescent:
      return radius2 < squared(1000) && squared(u - 400 - thickness) + squared(v) >= squared(800);
    case Figure::Bars:
      return in_bars(u, v);
    case Figure::Checker:
      return in_checker(u, v);
  }
  return false;
}

}  // namespace axvp::synth10_detail
