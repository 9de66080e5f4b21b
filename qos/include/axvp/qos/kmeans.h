#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace axvp {

struct Clustering {
  std::vector<std::vector<double>> centroids;
  std::vector<std::size_t> labels;  ///< Of each point, the nearest centroid.
  double inertia = 0.0;             ///< Sum of squared Euclidean distances to them.
};

/// k-means: Lloyd's iteration to its end from `restarts` k-means++ starts (Arthur and Vassilvitskii 2007); the least
/// inertia wins, the earlier start among equals. At most as many clusters as there are distinct points. Throws
/// std::invalid_argument without points, clusters or restarts.
[[nodiscard]] Clustering kmeans(const std::vector<std::vector<double>>& points, std::size_t clusters,
                                std::size_t restarts, std::uint64_t seed);

}  // namespace axvp
