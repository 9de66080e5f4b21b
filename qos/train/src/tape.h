#pragma once

#include <torch/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "axvp/common/random.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp::detail {

/// A layer as the tape sees it.
struct TapeLayer {
  const Int8Executor* executor = nullptr;
  std::size_t index = 0;
  const QuantizedConvolution* convolution = nullptr;
  Shape input, output;
  bool is_signed = false;
  std::shared_ptr<const ProductPlan> plan;
  at::Tensor weights;        ///< Stored integers as [output channel][channel in group][row][column].
  at::Tensor scale, offset;  ///< Of the executor's point, by channel.
  at::Tensor deviation;      ///< Of scale * sums by channel, on the first batch.
  at::Tensor gain, shift;    ///< Learned: scale * gain, offset + deviation * shift.
  at::Tensor latent;         ///< Learned, where weights are: weights / 127, rounded for the products.
  at::Tensor sigma;          ///< Learned, where noise is: its deviation relative to the layer's output.
};

/// An int8 network with approximate products on torch's tape. Forward runs the executor's kernels and rounds as the
/// hardware does; backward takes products for exact and rounding for nothing (straight through), clamps stop the
/// gradient.
class Tape {
 public:
  /// `executor` must outlive it; `tables` are those of its layers.
  Tape(const Int8Executor& executor, const std::vector<TruthTable>& tables);

  /// Weights are learned, too.
  void learn_weights();
  /// Gaussian noise of sigma times the layer's deviation within channels, equally strong in each accumulator, is added
  /// to every layer's sums, and sigma is learned (AGN, arXiv 2208.07265).
  void add_noise(double first_sigma, std::uint64_t seed);

  /// Logits in the float network's units, [image][class].
  [[nodiscard]] at::Tensor forward(const std::vector<StoredTensor>& images);

  /// Gains, shifts and what else was asked for, but for sigmas.
  [[nodiscard]] std::vector<at::Tensor> parameters() const;
  [[nodiscard]] std::vector<at::Tensor> sigmas() const;

  [[nodiscard]] std::vector<std::vector<Requantisation>> requantisation() const;
  /// By layer in the order of QuantizedConvolution::weights; empty where they are not learned.
  [[nodiscard]] std::vector<std::vector<std::int8_t>> weights() const;

 private:
  void create_layer(std::size_t l, const QuantizedNode& node, const TruthTable& table);
  [[nodiscard]] at::Tensor input_tensor(const std::vector<StoredTensor>& images) const;
  at::Tensor run(std::size_t n, const QuantizedNode& node, const std::vector<at::Tensor>& tensors);
  at::Tensor run_layer(TapeLayer& layer, const at::Tensor& x, const QuantizedNode& node);
  [[nodiscard]] at::Tensor noise(const TapeLayer& layer, const at::Tensor& scaled) const;

  const Int8Executor& executor_;
  const QuantizedNetwork& network_;
  std::vector<TapeLayer> layers_;
  std::vector<std::size_t> layer_of_node_;
  std::optional<at::Generator> generator_;
};

/// Images of a batch, stored, and their labels.
struct TapeBatch {
  std::vector<StoredTensor> images;
  std::vector<std::int64_t> labels;
};

/// Batches in an order drawn anew for every pass; half of the images are mirrored, all are moved by up to `shift`
/// pixels each way, the border repeats.
class TapeBatches {
 public:
  TapeBatches(const QuantizedNetwork& network, const Dataset& images, int batch, int shift, std::uint64_t seed)
      : network_(network), images_(images), batch_(batch), shift_(shift), random_(seed) {}

  [[nodiscard]] TapeBatch next();

 private:
  [[nodiscard]] Image augmented(const Image& image);

  const QuantizedNetwork& network_;
  const Dataset& images_;
  int batch_, shift_;
  Random random_;
  std::vector<std::size_t> order_;
};

}  // namespace axvp::detail
