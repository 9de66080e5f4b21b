#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "axvp/common/random.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/gated_products.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/convolution_kernel.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp::test {

/// A convolution with operands drawn over all 256 codes, or over those of the contract: |w| <= 127, activations 0..127.
struct KernelCase {
  QuantizedConvolution convolution;
  Shape input;
  std::vector<std::vector<std::uint8_t>> images;

  [[nodiscard]] std::vector<const std::uint8_t*> image_pointers() const;
  [[nodiscard]] std::size_t output_size() const;
  [[nodiscard]] std::string description() const;
};

/// A matrix product of M output channels, K inputs and N pixels as a pointwise convolution.
[[nodiscard]] KernelCase matrix_case(int m, int k, int n, Random& random);
/// Window, strides, dilation, padding, groups and sizes drawn; at most a few hundred thousand products.
[[nodiscard]] KernelCase random_case(Random& random);
[[nodiscard]] KernelCase drawn_operands(QuantizedConvolution convolution, const Shape& input, int images,
                                        Random& random);

/// The scalar specification: sums of all images.
[[nodiscard]] std::vector<std::int32_t> reference_sums(const KernelCase& c, const GatedProducts& products);

/// Every tier that this processor has; portable is always among them.
[[nodiscard]] std::vector<KernelTier> available_tiers();

/// A table with its plan; `name` is for messages.
struct PlannedTable {
  PlannedTable(std::string table_name, const GatedProducts& table_products)
      : name(std::move(table_name)),
        products(table_products),
        plan(std::make_shared<const ProductPlan>(table_products)) {}

  std::string name;
  GatedProducts products;
  std::shared_ptr<const ProductPlan> plan;
};

/// Compares the kernel of each tier with the reference.
void expect_equal_on_all_tiers(const KernelCase& c, const PlannedTable& table);

/// A table without structure: every product drawn from the 16 bits of the port.
[[nodiscard]] TruthTable noise_table(Encoding encoding, std::int32_t largest, std::uint64_t seed);

}  // namespace axvp::test
