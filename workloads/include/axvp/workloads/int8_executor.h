#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "axvp/multipliers/gated_products.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/convolution_kernel.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/operating_point.h"
#include "axvp/workloads/product_plan.h"
#include "axvp/workloads/quantized_network.h"

namespace axvp {

/// A stored tensor: bytes for 8-bit elements, four little-endian bytes an element for Signed32.
using StoredTensor = std::vector<std::uint8_t>;

/// A Signed32 element from its four stored bytes.
[[nodiscard]] std::int32_t stored_word(const std::uint8_t* bytes);

/// The bytes that a data set's image has at the network's input: preprocessing, then round-half-up to steps of the
/// input's scale, clamped. Computed through a table of 256 x 3 entries, so it is the same on every machine.
[[nodiscard]] StoredTensor quantise_image(const QuantizedNetwork& network, const Image& image);

/// Operands of one output position and channel range; the specification of every convolution kernel and of the array.
struct ConvolutionTile {
  const QuantizedConvolution* convolution = nullptr;
  Shape input_shape;
  const std::uint8_t* input = nullptr;  ///< NHWC, starting at input row `input_first_row`.
  int input_first_row = 0;
  const std::int8_t* weights = nullptr;    ///< [channel_end - channel_begin][fan-in].
  int row_begin = 0, row_end = 0;          ///< Output rows.
  int channel_begin = 0, channel_end = 0;  ///< Output channels; within one group if groups > 1, or any whole groups.
};

/// The specification: acc[(row, column, channel)] = sum over k of products(x, w), int32, rows and channels of the tile
/// only; padding adds 0.
void accumulate(const ConvolutionTile& tile, const GatedProducts& products, std::int32_t* accumulators);

/// The same sums, bit for bit, by the fast kernels of the tile's plan (convolution_kernel.h). Packs the tile's weights
/// on every call: for whole layers, ConvolutionKernel packs them once.
void accumulate(const ConvolutionTile& tile, const std::shared_ptr<const ProductPlan>& plan,
                std::int32_t* accumulators);

/// Non-convolution nodes on whole stored tensors; also what the vector unit computes.
void run_add(const QuantizedAdd& add, const QuantizedTensor& a, const std::uint8_t* bytes_a, const QuantizedTensor& b,
             const std::uint8_t* bytes_b, const QuantizedTensor& out, std::uint8_t* bytes_out);
void run_average_pool(const QuantizedAveragePool& pool, const QuantizedTensor& in, const std::uint8_t* bytes_in,
                      const QuantizedTensor& out, std::uint8_t* bytes_out);
void run_max_pool(const QuantizedMaxPool& pool, const QuantizedTensor& in, const std::uint8_t* bytes_in,
                  const QuantizedTensor& out, std::uint8_t* bytes_out);
void run_resample(const Resample& resample, const QuantizedTensor& in, const std::uint8_t* bytes_in,
                  const QuantizedTensor& out, std::uint8_t* bytes_out);

/// Requantises `pixels` x channels accumulators into stored elements.
void requantise_tensor(const std::int32_t* accumulators, std::size_t pixels, const std::vector<Requantisation>& set,
                       ClampRange range, ElementType type, std::uint8_t* bytes_out);

/// Stored bytes of a node's operands and of its result, an image each; `second` for additions only.
struct NodeBatch {
  const std::uint8_t* const* first = nullptr;
  const std::uint8_t* const* second = nullptr;
  std::uint8_t* const* results = nullptr;
  std::size_t images = 0;
};

/// Runs an int8 network at one operating point, bit for bit by docs/arithmetic.md. Immutable; the network must outlive
/// it.
class Int8Executor {
 public:
  /// `tables[layer]` is the truth table of the point's selectable. Errors: sizes that do not fit; an accumulator that
  /// could overflow (K * max|product| > 2^31 - 1), naming layer, operating point and selectable.
  [[nodiscard]] static Result<Int8Executor> create(const QuantizedNetwork& network, const OperatingPoint& point,
                                                   const std::vector<TruthTable>& tables);

  /// The network's output: logits as int32.
  [[nodiscard]] std::vector<std::int32_t> run(const StoredTensor& input) const;

  /// Stored bytes of every tensor, indexed by TensorId.
  [[nodiscard]] std::vector<StoredTensor> run_all(const StoredTensor& input) const;

  /// Accumulators of layer `index`, [pixel][channel], from the stored bytes of its input.
  [[nodiscard]] std::vector<std::int32_t> accumulators_of_layer(std::size_t index, const StoredTensor& input) const;

  /// The same of several images at once, [image][pixel][channel]: faster on small maps.
  void accumulate_layer(std::size_t index, const std::uint8_t* const* inputs, std::size_t images,
                        std::int32_t* accumulators, KernelScratch& scratch) const;

  /// Computes node `node` (an index into nodes) from the tensors present in `tensors`.
  void run_node(std::size_t node, std::vector<StoredTensor>& tensors) const;
  /// Computes node `node` of several images at once. Does not allocate beyond the scratch's growth.
  void run_node(std::size_t node, const NodeBatch& batch, KernelScratch& scratch) const;

  [[nodiscard]] const QuantizedNetwork& network() const { return *network_; }
  [[nodiscard]] const OperatingPoint& operating_point() const { return point_; }

 private:
  /// Prepared once, shared by copies.
  struct Layer {
    std::shared_ptr<const ConvolutionKernel> kernel;
    std::shared_ptr<const RequantisationTable> requantisation;
  };

  Int8Executor(const QuantizedNetwork& network, OperatingPoint point) : network_(&network), point_(std::move(point)) {}

  const QuantizedNetwork* network_;
  OperatingPoint point_;
  std::vector<std::size_t> layer_of_node_;  // npos for other nodes
  std::vector<Layer> layers_;
};

/// Index of the largest logit; the lowest index wins a tie.
[[nodiscard]] std::size_t top1(const std::vector<std::int32_t>& logits);

}  // namespace axvp
