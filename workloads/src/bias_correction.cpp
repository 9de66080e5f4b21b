#include "bias_correction.h"

#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/int8_executor.h"
#include "moments.h"
#include "parallel.h"

namespace axvp::detail {
namespace {

using Means = std::vector<std::vector<double>>;  ///< [layer][channel]

/// Of the float network in front of the clamps. Sums of single images are added in the images' order.
Means float_means(const Network& network, const std::vector<TensorId>& layers, const Dataset& data,
                  std::size_t images) {
  std::vector<Means> sums_of_image(images);
  for_each_parallel(images, worker_count(images), [&](std::size_t /*worker*/, std::size_t i) {
    const auto tensors = run_float(network, preprocess(data.images[i], network.preprocessing));
    for (const TensorId tensor : layers) {
      const std::vector<float>& values = tensors[tensor];
      std::vector<double> sums(static_cast<std::size_t>(network.tensors[tensor].shape.channels), 0.0);
      const std::size_t plane = values.size() / sums.size();
      for (std::size_t k = 0; k < values.size(); ++k) sums[k / plane] += values[k];
      sums_of_image[i].push_back(std::move(sums));
    }
  });
  Means means;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const Shape& shape = network.tensors[layers[l]].shape;
    means.emplace_back(shape.channels, 0.0);
    for (const Means& sums : sums_of_image)
      for (std::size_t c = 0; c < means[l].size(); ++c) means[l][c] += sums[l][c];
    for (double& mean : means[l]) mean /= static_cast<double>(images) * shape.height * shape.width;
  }
  return means;
}

/// Takes the int8 network through all images, node by node.
class Corrector {
 public:
  Corrector(const Int8Executor& executor, const Dataset& data, std::size_t images)
      : executor_(executor),
        network_(executor.network()),
        workers_(worker_count(images)),
        tensors_(images, std::vector<StoredTensor>(network_.tensors.size())),
        last_reader_(network_.tensors.size(), 0) {
    for (std::size_t n = 0; n < network_.nodes.size(); ++n)
      for (const TensorId input : network_.nodes[n].inputs) last_reader_[input] = n;
    for (std::size_t i = 0; i < images; ++i) tensors_[i][network_.input] = quantise_image(network_, data.images[i]);
  }

  std::vector<std::vector<Requantisation>> run(const Means& targets) {
    std::vector<std::vector<Requantisation>> sets;
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      if (std::holds_alternative<QuantizedConvolution>(network_.nodes[n].operation))
        sets.push_back(correct_layer(n, sets.size(), targets[sets.size()]));
      else
        for_each_image([&](std::size_t /*worker*/, std::size_t i) { executor_.run_node(n, tensors_[i]); });
      drop_tensors_read_last_by(n);
    }
    return sets;
  }

 private:
  template <class Work>
  void for_each_image(const Work& work) const {
    for_each_parallel(tensors_.size(), workers_, work);
  }

  std::vector<Requantisation> correct_layer(std::size_t n, std::size_t layer, const std::vector<double>& targets) {
    const QuantizedNode& node = network_.nodes[n];
    const auto& convolution = std::get<QuantizedConvolution>(node.operation);
    const QuantizedTensor& out = network_.tensors[node.output];
    const std::size_t channels = targets.size();
    std::vector<ChannelMoments> moments(workers_, ChannelMoments(channels));
    for_each_image([&](std::size_t worker, std::size_t i) {
      add_accumulators(executor_.accumulators_of_layer(layer, tensors_[i][node.inputs[0]]), moments[worker]);
    });
    std::vector<Requantisation> set = executor_.operating_point().requantisation[layer];
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t w = 1; w < workers_; ++w) moments[0][c].merge(moments[w][c]);
      if (set[c].multiplier == 0) continue;  // a constant, exact as it is
      const double steps = (out.channel_factors.empty() ? 1.0 : out.channel_factors[c]) / out.scale;
      const double scale = to_real(set[c]).scale;
      set[c] = make_requantisation(scale, targets[c] * steps - scale * moments[0][c].mean());
    }
    // A second time: all images' accumulators of a 224 x 224 network would take a gigabyte.
    for_each_image([&](std::size_t /*worker*/, std::size_t i) {
      const auto sums = executor_.accumulators_of_layer(layer, tensors_[i][node.inputs[0]]);
      StoredTensor& bytes = tensors_[i][node.output];
      bytes.resize(stored_bytes(out));
      requantise_tensor(sums.data(), sums.size() / channels, set, convolution.range, out.type, bytes.data());
    });
    return set;
  }

  void drop_tensors_read_last_by(std::size_t n) {
    for (const TensorId input : network_.nodes[n].inputs)
      if (last_reader_[input] == n)
        for (auto& of_image : tensors_) of_image[input] = {};
  }

  const Int8Executor& executor_;
  const QuantizedNetwork& network_;
  std::size_t workers_;
  std::vector<std::vector<StoredTensor>> tensors_;  ///< [image][tensor]
  std::vector<std::size_t> last_reader_;
};

}  // namespace

Result<std::vector<std::vector<Requantisation>>> correct_means(const Network& network, const FusedNetwork& fused,
                                                               const Quantisation& quantisation,
                                                               const Dataset& calibration, std::size_t images) {
  const auto layers = quantisation.network.layers();
  std::vector<TensorId> linear;
  for (const std::size_t n : layers) linear.push_back(fused.nodes[n].linear);
  const auto executor = exact_executor(quantisation);
  if (!executor) return forward_error(executor);
  return Corrector{*executor, calibration, images}.run(float_means(network, linear, calibration, images));
}

}  // namespace axvp::detail
