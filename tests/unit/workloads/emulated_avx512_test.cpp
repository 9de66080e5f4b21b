#include <gtest/gtest.h>

#include "axvp/workloads/convolution_kernel.h"

namespace axvp::test {
namespace {

TEST(EmulatedAvx512Test, IsAmongTheTiersOfThisBinary) {
  EXPECT_TRUE(is_available(KernelTier::Avx512));
}

}  // namespace
}  // namespace axvp::test
