#include "axvp/qos/kmeans.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace axvp {
namespace {

TEST(KMeansTest, FindsThreeSeparateGroups) {
  const std::vector<std::vector<double>> points{{0, 0}, {0, 1}, {10, 0}, {10, 1}, {0, 20}, {1, 20}};
  const Clustering found = kmeans(points, 3, 20, 1);
  EXPECT_EQ(found.labels[0], found.labels[1]);
  EXPECT_EQ(found.labels[2], found.labels[3]);
  EXPECT_EQ(found.labels[4], found.labels[5]);
  EXPECT_NE(found.labels[0], found.labels[2]);
  EXPECT_NE(found.labels[0], found.labels[4]);
  EXPECT_DOUBLE_EQ(found.inertia, 6 * 0.25);  // each point lies half a unit from its centroid
}

TEST(KMeansTest, SameSeedGivesTheSameClusters) {
  std::vector<std::vector<double>> points;
  for (int i = 0; i < 50; ++i) points.push_back({std::sin(i * 1.7), std::cos(i * 2.3), std::sin(i * 0.9)});
  const Clustering a = kmeans(points, 4, 5, 7), b = kmeans(points, 4, 5, 7);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.centroids, b.centroids);
  EXPECT_LE(kmeans(points, 4, 20, 7).inertia, a.inertia);  // the first starts are the same
}

TEST(KMeansTest, NeverHasMoreClustersThanDistinctPoints) {
  const Clustering found = kmeans({{1.0}, {1.0}, {2.0}}, 5, 3, 1);
  EXPECT_EQ(found.centroids.size(), 2u);
  EXPECT_EQ(found.inertia, 0.0);
}

TEST(KMeansTest, RefusesNothingToCluster) {
  EXPECT_THROW((void)kmeans({}, 2, 1, 1), std::invalid_argument);
  EXPECT_THROW((void)kmeans({{1.0}}, 0, 1, 1), std::invalid_argument);
}

}  // namespace
}  // namespace axvp
