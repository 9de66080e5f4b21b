#include "synth10_figures.h"

#include <gtest/gtest.h>

#include <cmath>

namespace axvp::synth10_detail {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// Share of the square [-1200, 1200)^2 that a figure covers, times the square's area, from a lattice of step 4.
double counted_area(Figure figure, int thickness) {
  int inside = 0;
  for (int u = -1198; u < 1200; u += 4)
    for (int v = -1198; v < 1200; v += 4) inside += contains(figure, thickness, u, v);
  return 16.0 * inside;
}

/// Area common to circles of radius a and b whose centres are d apart (two circular segments).
double lens(double a, double b, double d) {
  const double alpha = std::acos((d * d + a * a - b * b) / (2 * d * a));
  const double beta = std::acos((d * d + b * b - a * a) / (2 * d * b));
  return a * a * (alpha - std::sin(2 * alpha) / 2) + b * b * (beta - std::sin(2 * beta) / 2);
}

TEST(Synth10FiguresTest, SineTableIsTheRoundedSine) {
  for (int step = -kTurn; step <= 2 * kTurn; ++step) {
    EXPECT_EQ(sine(step), std::lround(16384.0 * std::sin(2.0 * kPi * step / kTurn))) << step;
    EXPECT_EQ(cosine(step), std::lround(16384.0 * std::cos(2.0 * kPi * step / kTurn))) << step;
  }
}

TEST(Synth10FiguresTest, AreasAreThoseOfGeometry) {
  // The lattice is off by about its step times a fraction of the outline's length: 1 % covers every figure.
  const auto expect_area = [](Figure figure, int thickness, double expected) {
    EXPECT_NEAR(counted_area(figure, thickness), expected, 0.01 * expected) << static_cast<int>(figure);
  };
  expect_area(Figure::Disc, 0, kPi * 920 * 920);
  expect_area(Figure::Square, 0, 1600.0 * 1600.0);
  expect_area(Figure::Triangle, 0, 0.75 * std::sqrt(3.0) * 1150 * 1150);
  for (const int thickness : {0, 100, 255}) {
    const double arm = 2.0 * (200 + thickness / 2);
    expect_area(Figure::Cross, thickness, 2 * 2000.0 * arm - arm * arm);
    const double inner_radius = 680.0 - thickness;
    expect_area(Figure::Ring, thickness, kPi * (960.0 * 960.0 - inner_radius * inner_radius));
    const double inner_side = 2.0 * (580 - thickness * 3 / 4);
    expect_area(Figure::Frame, thickness, 1680.0 * 1680.0 - inner_side * inner_side);
    expect_area(Figure::Crescent, thickness, kPi * 1000 * 1000 - lens(1000, 800, 400 + thickness));
  }
  // Five kites: ten triangles between the centre, an outer and an inner corner 36 degrees apart.
  expect_area(Figure::Star, 0, 10 * 0.5 * 1150 * 500 * std::sin(kPi / 5));
  expect_area(Figure::Bars, 0, 0.6 * 1720.0 * 1720.0);
  expect_area(Figure::Checker, 0, 0.5 * 1800.0 * 1800.0);
}

TEST(Synth10FiguresTest, NothingLiesFarOut) {
  for (int figure = 0; figure < kFigures; ++figure)
    for (const int far : {1201, 2049, 1 << 20, -(1 << 20)}) {
      EXPECT_FALSE(contains(static_cast<Figure>(figure), 128, far, 0));
      EXPECT_FALSE(contains(static_cast<Figure>(figure), 128, 0, far));
    }
}

}  // namespace
}  // namespace axvp::synth10_detail
