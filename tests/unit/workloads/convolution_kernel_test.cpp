#include "axvp/workloads/convolution_kernel.h"

#include <gtest/gtest.h>

#include "axvp/multipliers/catalogue.h"
#include "axvp/workloads/int8_executor.h"
#include "kernel_cases.h"

namespace axvp::test {
namespace {

GatedProducts products_of(const std::string& id, bool x_is_signed = false) {
  return GatedProducts{Catalogue::built_in().find(id)->table, Encoding::SignMagnitude, x_is_signed};
}

/// One table of every kind of plan, named after it.
std::vector<PlannedTable> one_of_each_plan() {
  const auto s8_noise = noise_table(Encoding::TwosComplement, 32767, 1);
  const auto odd_noise = noise_table(Encoding::SignMagnitude, 32767, 3);
  const auto sm8_noise = noise_table(Encoding::SignMagnitude, 65535, 2);
  const auto zero = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return 0; });
  const auto high = TruthTable::from_function(
      [](std::uint8_t x, std::uint8_t w) { return std::int32_t{x} * w + 30000 * (x * w / 32 & 1); });
  return {
      {"zero", GatedProducts{zero, Encoding::SignMagnitude, false}},
      {"factors 1", products_of("dadda-exact")},
      {"factors 1", products_of("dadda-exact", true)},
      {"factors 5", products_of("gated_dadda-468/m1")},
      {"factors 8", products_of("dadda_trunc-k7")},
      {"product and rows", GatedProducts{high, Encoding::SignMagnitude, false}},  // entries take 16 bits, products 17
      {"rows", products_of("dadda_or-v9", true)},
      {"rows", GatedProducts{noise_table(Encoding::SignMagnitude, 2047, 4), Encoding::SignMagnitude, false}},  // 16 fit
      {"rows", GatedProducts{noise_table(Encoding::SignMagnitude, 4095, 5), Encoding::SignMagnitude, false}},  // 8 do
      {"rows", GatedProducts{odd_noise, Encoding::SignMagnitude, false}},
      {"rows", GatedProducts{s8_noise, Encoding::TwosComplement, true}},
      {"wide rows", GatedProducts{sm8_noise, Encoding::SignMagnitude, false}}};
}

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kTableStep = 8;  // it is the memory that counts there: each plan occurs many times over
#else
constexpr std::size_t kTableStep = 1;
#endif

TEST(ConvolutionKernelTest, EqualsTheReferenceForEveryTableOfTheCatalogue) {
  Random random{20260101};
  const KernelCase c = matrix_case(37, 53, 19, random);
  const auto& selectables = Catalogue::built_in().selectables();
  for (std::size_t i = 0; i < selectables.size(); i += kTableStep)
    for (const bool x_is_signed : {false, true})
      expect_equal_on_all_tiers(c, {selectables[i].id, {selectables[i].table, selectables[i].encoding, x_is_signed}});
}

TEST(ConvolutionKernelTest, EqualsTheReferenceForOddSizes) {
  Random random{7};
  for (const PlannedTable& table : one_of_each_plan())
    for (const int m : {1, 15, 16, 17, 31, 32, 33, 64, 65, 97})
      for (const int k : {1, 2, 3, 15, 16, 17, 33, 131})
        for (const int n : {1, 13}) expect_equal_on_all_tiers(matrix_case(m, k, n, random), table);
}

TEST(ConvolutionKernelTest, EqualsTheReferenceForManyPixelsAndALargeFanIn) {
  Random random{8};
  for (const PlannedTable& table : one_of_each_plan()) {
    expect_equal_on_all_tiers(matrix_case(5, 21, 4099, random), table);
    expect_equal_on_all_tiers(matrix_case(33, 1153, 67, random), table);
  }
}

TEST(ConvolutionKernelTest, EqualsTheReferenceForRandomConvolutions) {
  const std::uint64_t seed = 20260701;
  RecordProperty("seed", std::to_string(seed));
  const auto tables = one_of_each_plan();
  for (std::uint64_t i = 0; i < 120; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", case " + std::to_string(i));
    Random random{derive_seed(seed, i)};
    const PlannedTable& table = tables[i % tables.size()];
    expect_equal_on_all_tiers(random_case(random), table);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(ConvolutionKernelTest, EachKindOfTableGetsThePlanNamedForIt) {
  for (const PlannedTable& table : one_of_each_plan()) EXPECT_EQ(table.plan->name(), table.name);
}

TEST(ConvolutionKernelTest, RequantisesAsTheSpecificationDoes) {
  Random random{11};
  for (const ElementType type : {ElementType::Unsigned8, ElementType::Signed8, ElementType::Signed32})
    for (int i = 0; i < 6; ++i) {
      const KernelCase c = random_case(random);
      const GatedProducts products = products_of("dadda_trunc-k7c", true);
      const auto plan = std::make_shared<const ProductPlan>(products);
      std::vector<Requantisation> set(static_cast<std::size_t>(c.convolution.output_channels));
      for (auto& r : set) r = make_requantisation(random.uniform(-0.02, 0.02), random.uniform(-90.0, 90.0));
      if (set.size() > 1) set[1] = make_requantisation(0.0, 3.5);
      const ClampRange range = full_range(type, Encoding::SignMagnitude);
      const RequantisationTable table{set};
      const std::size_t bytes = c.output_size() * (type == ElementType::Signed32 ? 4 : 1);
      const auto sums = reference_sums(c, products);
      for (const KernelTier tier : available_tiers()) {
        const ConvolutionKernel kernel{c.convolution, c.input, plan, tier};
        KernelScratch scratch;
        std::vector<std::vector<std::uint8_t>> outputs(c.images.size(), std::vector<std::uint8_t>(bytes));
        std::vector<std::uint8_t*> pointers;
        for (auto& output : outputs) pointers.push_back(output.data());
        kernel.run(c.image_pointers().data(), c.images.size(), {&table, range, type}, pointers.data(), scratch);
        for (std::size_t image = 0; image < outputs.size(); ++image) {
          std::vector<std::uint8_t> expected(bytes);
          requantise_tensor(sums.data() + image * c.output_size(), c.output_size() / set.size(), set, range, type,
                            expected.data());
          ASSERT_EQ(outputs[image], expected) << to_string(tier) << ", " << c.description() << ", image " << image;
        }
      }
    }
}

TEST(ConvolutionKernelTest, ComputesSomeRowsFromPartOfTheInput) {
  Random random{12};
  QuantizedConvolution convolution;
  convolution.window = {3, 3, 2, 1, 1, 1, 1, 1, 1, 1};
  convolution.output_channels = 21;
  const KernelCase c = drawn_operands(convolution, {6, 17, 9}, 1, random);
  const GatedProducts products = products_of("dadda_or-v7");
  const auto plan = std::make_shared<const ProductPlan>(products);
  const auto whole = reference_sums(c, products);
  const std::size_t row_size = 9 * 21;
  for (const KernelTier tier : available_tiers()) {
    const ConvolutionKernel kernel{c.convolution, c.input, plan, tier};
    KernelScratch scratch;
    std::vector<std::int32_t> sums(3 * row_size);
    // Output rows 4..6 read input rows 7..13.
    kernel.accumulate_rows(c.images[0].data() + 7 * 9 * 6, {7, 4, 7}, sums.data(), scratch);
    EXPECT_TRUE(std::equal(sums.begin(), sums.end(), whole.begin() + 4 * row_size)) << to_string(tier);
  }
}

TEST(ConvolutionKernelTest, ATileOfChannelsEqualsThoseChannelsOfTheWhole) {
  Random random{13};
  for (const int groups : {1, 2, 6}) {
    QuantizedConvolution convolution;
    convolution.window = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
    convolution.groups = groups;
    convolution.output_channels = groups == 6 ? 6 : 24;
    const KernelCase c = drawn_operands(convolution, {6, 7, 5}, 1, random);
    const GatedProducts products = products_of("dadda_or-v7");
    const auto plan = std::make_shared<const ProductPlan>(products);
    const int channels_of_group = convolution.output_channels / groups;
    for (const int channels : {1, channels_of_group, convolution.output_channels}) {
      const int begin = convolution.output_channels - channels;
      const std::int8_t* weights = c.convolution.weights.data() + begin * c.convolution.fan_in(c.input);
      const ConvolutionTile tile{
          &c.convolution, c.input, c.images[0].data(), 0, weights, 1, 6, begin, convolution.output_channels};
      std::vector<std::int32_t> expected(static_cast<std::size_t>(5 * 5 * channels));
      accumulate(tile, products, expected.data());
      std::vector<std::int32_t> sums(expected.size());
      accumulate(tile, plan, sums.data());
      EXPECT_EQ(sums, expected) << groups << " groups, " << channels << " channels";
    }
  }
}

TEST(KernelTierTest, PortableIsAlwaysThereAndTheChoiceIsNamed) {
  EXPECT_TRUE(is_available(KernelTier::Portable));
  EXPECT_EQ(to_string(KernelTier::Portable), "portable");
  EXPECT_TRUE(is_available(default_kernel_tier()));
}

TEST(KernelTierTest, TheEnvironmentChoosesAndMistakesAreNamed) {
  ASSERT_EQ(setenv("AXVP_KERNELS", "portable", 1), 0);
  EXPECT_EQ(choose_kernel_tier().value(), KernelTier::Portable);
  ASSERT_EQ(setenv("AXVP_KERNELS", "sse9", 1), 0);
  const auto choice = choose_kernel_tier();
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().message, "AXVP_KERNELS: sse9 is unknown; use portable, avx2 or avx512");
  unsetenv("AXVP_KERNELS");
}

}  // namespace
}  // namespace axvp::test
