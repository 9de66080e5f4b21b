#include "kernel_cases.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "axvp/workloads/int8_executor.h"

namespace axvp::test {
namespace {

int draw(Random& random, int low, int high) {
  return static_cast<int>(random.between(low, high));
}

}  // namespace

std::vector<const std::uint8_t*> KernelCase::image_pointers() const {
  std::vector<const std::uint8_t*> pointers;
  for (const auto& image : images) pointers.push_back(image.data());
  return pointers;
}

std::size_t KernelCase::output_size() const {
  const Window& w = convolution.window;
  return static_cast<std::size_t>(w.output_height(input.height)) *
         static_cast<std::size_t>(w.output_width(input.width)) * static_cast<std::size_t>(convolution.output_channels);
}

std::string KernelCase::description() const {
  const Window& w = convolution.window;
  return fmt::format(
      "{} image(s) {}x{}x{} -> {} channels, {} group(s), kernel {}x{}, stride {}x{}, dilation {}x{}, pads {} {} {} {}",
      images.size(), input.height, input.width, input.channels, convolution.output_channels, convolution.groups,
      w.kernel_height, w.kernel_width, w.stride_height, w.stride_width, w.dilation_height, w.dilation_width, w.pad_top,
      w.pad_left, w.pad_bottom, w.pad_right);
}

KernelCase drawn_operands(QuantizedConvolution convolution, const Shape& input, int images, Random& random) {
  KernelCase c;
  convolution.weights.resize(static_cast<std::size_t>(convolution.output_channels) *
                             static_cast<std::size_t>(convolution.fan_in(input)));
  const std::int64_t lowest_weight = random.below(2) == 0 ? -128 : -127;
  const std::uint64_t codes = random.below(2) == 0 ? 256 : 128;
  for (auto& weight : convolution.weights) weight = static_cast<std::int8_t>(random.between(lowest_weight, 127));
  c.convolution = std::move(convolution);
  c.input = input;
  c.images.assign(static_cast<std::size_t>(images), std::vector<std::uint8_t>(input.size()));
  for (auto& image : c.images)
    for (auto& code : image) code = static_cast<std::uint8_t>(random.below(codes));
  return c;
}

KernelCase matrix_case(int m, int k, int n, Random& random) {
  QuantizedConvolution convolution;
  convolution.output_channels = m;
  return drawn_operands(std::move(convolution), {k, 1, n}, 1, random);
}

KernelCase random_case(Random& random) {
  QuantizedConvolution convolution;
  Window& w = convolution.window;
  w.kernel_height = draw(random, 1, 4);
  w.kernel_width = draw(random, 1, 4);
  w.stride_height = draw(random, 1, 3);
  w.stride_width = draw(random, 1, 3);
  w.dilation_height = draw(random, 1, 2);
  w.dilation_width = draw(random, 1, 2);
  w.pad_top = draw(random, 0, 2);
  w.pad_left = draw(random, 0, 2);
  w.pad_bottom = draw(random, 0, 2);
  w.pad_right = draw(random, 0, 2);
  convolution.groups = draw(random, 0, 2) == 0 ? draw(random, 2, 5) : 1;
  const bool depthwise = draw(random, 0, 3) == 0;
  if (depthwise) convolution.groups = draw(random, 2, 70);
  const int inputs = depthwise ? 1 : draw(random, 1, 37);
  const int outputs = depthwise ? 1 : draw(random, 1, 70 / convolution.groups);
  convolution.output_channels = outputs * convolution.groups;
  const Shape input{inputs * convolution.groups, draw(random, 8, 12), draw(random, 8, 12)};
  return drawn_operands(std::move(convolution), input, draw(random, 1, 3), random);
}

std::vector<std::int32_t> reference_sums(const KernelCase& c, const GatedProducts& products) {
  std::vector<std::int32_t> sums(c.images.size() * c.output_size());
  for (std::size_t i = 0; i < c.images.size(); ++i) {
    const ConvolutionTile tile{&c.convolution,
                               c.input,
                               c.images[i].data(),
                               0,
                               c.convolution.weights.data(),
                               0,
                               c.convolution.window.output_height(c.input.height),
                               0,
                               c.convolution.output_channels};
    accumulate(tile, products, sums.data() + i * c.output_size());
  }
  return sums;
}

std::vector<KernelTier> available_tiers() {
  std::vector<KernelTier> tiers;
  for (const KernelTier tier : {KernelTier::Portable, KernelTier::Avx2, KernelTier::Avx512})
    if (is_available(tier)) tiers.push_back(tier);
  return tiers;
}

void expect_equal_on_all_tiers(const KernelCase& c, const PlannedTable& table) {
  const auto expected = reference_sums(c, table.products);
  for (const KernelTier tier : available_tiers()) {
    const ConvolutionKernel kernel{c.convolution, c.input, table.plan, tier};
    KernelScratch scratch;
    std::vector<std::int32_t> sums(expected.size(), 0x5a5a5a5a);
    kernel.accumulate(c.image_pointers().data(), c.images.size(), sums.data(), scratch);
    for (std::size_t i = 0; i < sums.size(); ++i)
      ASSERT_EQ(sums[i], expected[i]) << table.name << ", plan " << table.plan->name() << ", " << to_string(tier)
                                      << ", " << c.description() << ", output " << i;
  }
}

TruthTable noise_table(Encoding encoding, std::int32_t largest, std::uint64_t seed) {
  Random random{seed};
  return TruthTable::from_function([&](std::uint8_t, std::uint8_t) {
    const auto low = encoding == Encoding::SignMagnitude ? 0 : -static_cast<std::int64_t>(largest) - 1;
    return static_cast<std::int32_t>(random.between(low, largest));
  });
}

}  // namespace axvp::test
