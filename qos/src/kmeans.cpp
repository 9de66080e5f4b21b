#include "axvp/qos/kmeans.h"

#include <cmath>
#include <stdexcept>

#include "axvp/common/random.h"

namespace axvp {
namespace {

using Points = std::vector<std::vector<double>>;

double squared_distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/// Each next centre is drawn with a probability that grows with the squared distance to those before.
Points plus_plus_start(const Points& points, std::size_t clusters, Random& random) {
  Points centres{points[random.below(points.size())]};
  std::vector<double> nearest(points.size(), INFINITY);
  while (centres.size() < clusters) {
    double sum = 0.0;
    for (std::size_t p = 0; p < points.size(); ++p) {
      nearest[p] = std::min(nearest[p], squared_distance(points[p], centres.back()));
      sum += nearest[p];
    }
    if (sum == 0.0) break;  // every point is a centre already
    double left = random.uniform() * sum;
    std::size_t chosen = points.size();
    for (std::size_t p = 0; p < points.size(); ++p) {
      if (nearest[p] == 0.0) continue;
      chosen = p;
      left -= nearest[p];
      if (left < 0.0) break;
    }
    centres.push_back(points[chosen]);
  }
  return centres;
}

/// Labels and inertia for the centroids; whether a label changed.
bool label(const Points& points, Clustering& clustering) {
  bool changed = false;
  clustering.inertia = 0.0;
  for (std::size_t p = 0; p < points.size(); ++p) {
    double least = INFINITY;
    std::size_t nearest = 0;
    for (std::size_t c = 0; c < clustering.centroids.size(); ++c) {
      const double distance = squared_distance(points[p], clustering.centroids[c]);
      if (distance >= least) continue;
      least = distance;
      nearest = c;
    }
    clustering.inertia += least;
    changed |= clustering.labels[p] != nearest;
    clustering.labels[p] = nearest;
  }
  return changed;
}

/// Means of the members; a centroid without any stays where it is.
void move_centroids(const Points& points, Clustering& clustering) {
  for (std::size_t c = 0; c < clustering.centroids.size(); ++c) {
    std::vector<double> sum(points[0].size(), 0.0);
    double members = 0.0;
    for (std::size_t p = 0; p < points.size(); ++p) {
      if (clustering.labels[p] != c) continue;
      members += 1.0;
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += points[p][i];
    }
    if (members == 0.0) continue;
    for (double& value : sum) value /= members;
    clustering.centroids[c] = std::move(sum);
  }
}

}  // namespace

Clustering kmeans(const Points& points, std::size_t clusters, std::size_t restarts, std::uint64_t seed) {
  if (points.empty() || clusters == 0 || restarts == 0)
    throw std::invalid_argument{"k-means needs points, clusters and restarts"};
  Clustering best;
  best.inertia = INFINITY;
  for (std::size_t restart = 0; restart < restarts; ++restart) {
    Random random{derive_seed(seed, restart)};
    Clustering own{plus_plus_start(points, clusters, random), std::vector<std::size_t>(points.size(), clusters), 0.0};
    while (label(points, own)) move_centroids(points, own);
    if (own.inertia < best.inertia) best = std::move(own);
  }
  return best;
}

}  // namespace axvp
