#include "axvp/qos/parameter_count.h"

#include "qos_fixture.h"

namespace axvp {
namespace {

using ParameterCountTest = test::SmallNetworkTest;

TEST_F(ParameterCountTest, CountsWeightsScalesAndOffsetsByHand) {
  const ParameterCount count = count_parameters(q_.network);
  // Weights 3x3 of 3->4, 4->4, 4->4, 4->8, 8->8 and 8->5; 28 channels in front of the classifier.
  EXPECT_EQ(count.shared, 108u + 144 + 144 + 288 + 576 + 40 + 2 * 28 + 5);
  EXPECT_EQ(count.per_point, 56u);
  EXPECT_DOUBLE_EQ(count.overhead(3), 112.0 / 1361.0);
  EXPECT_EQ(count.overhead(1), 0.0);
}

}  // namespace
}  // namespace axvp
