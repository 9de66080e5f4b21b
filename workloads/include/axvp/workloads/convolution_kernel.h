#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/workloads/arithmetic.h"
#include "axvp/workloads/product_plan.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// Instruction set of the fast kernels. Results are the same in each.
enum class KernelTier { Portable, Avx2, Avx512 };

[[nodiscard]] std::string_view to_string(KernelTier tier);  ///< "portable", "avx2", "avx512".
[[nodiscard]] bool is_available(KernelTier tier);           ///< On this processor.
/// The tier named by the environment's AXVP_KERNELS, or the fastest available one. A name that is unknown or not
/// available is an error.
[[nodiscard]] Result<KernelTier> choose_kernel_tier();
/// choose_kernel_tier(), once per process; the fastest available tier where the environment's choice is an error.
[[nodiscard]] KernelTier default_kernel_tier();

/// Working memory of a thread. Grows to what a kernel needs and keeps it, so that repeated calls do not allocate.
class KernelScratch {
 public:
  KernelScratch();
  ~KernelScratch();
  KernelScratch(KernelScratch&&) noexcept;
  KernelScratch& operator=(KernelScratch&&) noexcept;

  struct Buffers;
  [[nodiscard]] Buffers& buffers() { return *buffers_; }

 private:
  std::unique_ptr<Buffers> buffers_;
};

/// Requantisation of a layer as the kernels read it: one array a field.
class RequantisationTable {
 public:
  explicit RequantisationTable(const std::vector<Requantisation>& set);

  [[nodiscard]] std::size_t channels() const { return channels_; }
  // Padded with zeros to a multiple of 16 channels beyond any start.
  [[nodiscard]] const std::int64_t* multipliers() const { return multipliers_.data(); }
  [[nodiscard]] const std::int64_t* offsets() const { return offsets_.data(); }  ///< bias + 2^(shift - 1).
  [[nodiscard]] const std::int64_t* shifts() const { return shifts_.data(); }

 private:
  std::size_t channels_ = 0;
  std::vector<std::int64_t> multipliers_, offsets_, shifts_;
};

/// Where a requantised layer goes.
struct RequantisedOutput {
  const RequantisationTable* requantisation = nullptr;
  ClampRange range;
  ElementType type = ElementType::Unsigned8;
};

/// Sums that requantise_pixels may read behind the last one; it does not use them.
inline constexpr std::size_t kRequantiseSlack = 16;

/// Requantises sums[pixel][channel] of `form`'s channels into out[pixel * out_channels + channel], elements of the
/// form's type: what follows ConvolutionKernel::accumulate_rows where sums and elements lie in different places.
void requantise_pixels(const std::int32_t* sums, std::size_t pixels, const RequantisedOutput& form, std::uint8_t* out,
                       std::size_t out_channels, KernelTier tier = default_kernel_tier());

/// Part of a feature map: output rows [row_begin, row_end), from input bytes that start at row `input_first_row`.
struct RowWindow {
  int input_first_row = 0;
  int row_begin = 0;
  int row_end = 0;
};

/// Weights of one convolution packed for one table: the same sums as the scalar `accumulate`, bit for bit, for any
/// kernel, stride, padding, dilation and groups. Immutable; threads share it, each with its own scratch.
class ConvolutionKernel {
 public:
  /// `weights`: [output channel][kernel row][kernel column][channel in group], `channels` output channels that form
  /// whole groups or lie in the group that starts at input channel `first_input_channel`.
  struct Description {
    Window window;
    Shape input;
    int channels_of_group = 0;  ///< Output channels that read the same input channels.
    int groups = 1;             ///< Groups computed.
    int group_inputs = 0;       ///< Input channels of a group.
    int first_input_channel = 0;
    const std::int8_t* weights = nullptr;
  };

  ConvolutionKernel(const Description& description, std::shared_ptr<const ProductPlan> plan, KernelTier tier);
  /// The whole layer.
  ConvolutionKernel(const QuantizedConvolution& convolution, const Shape& input,
                    std::shared_ptr<const ProductPlan> plan, KernelTier tier = default_kernel_tier());
  ~ConvolutionKernel();
  ConvolutionKernel(ConvolutionKernel&&) noexcept;
  ConvolutionKernel& operator=(ConvolutionKernel&&) noexcept;

  /// sums[image][row][column][channel] of `count` whole feature maps; `images` are stored tensors (NHWC).
  void accumulate(const std::uint8_t* const* images, std::size_t count, std::int32_t* sums,
                  KernelScratch& scratch) const;
  /// The same for some rows of one image, given from input row `rows.input_first_row` on.
  void accumulate_rows(const std::uint8_t* image, const RowWindow& rows, std::int32_t* sums,
                       KernelScratch& scratch) const;
  /// Convolution and requantisation of `count` whole images into `outputs[image]`.
  void run(const std::uint8_t* const* images, std::size_t count, const RequantisedOutput& form,
           std::uint8_t* const* outputs, KernelScratch& scratch) const;

  /// Output pixels of a call that share the product rows which the call makes: calls with fewer make rows for less. 0
  /// where it makes none.
  [[nodiscard]] int pixels_sharing_rows() const;
  [[nodiscard]] int output_channels() const;
  [[nodiscard]] int output_rows() const;
  [[nodiscard]] int output_columns() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace axvp
