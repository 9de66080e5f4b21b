#include "axvp/qos/layer_divergence.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "axvp/common/parallel.h"
#include "axvp/workloads/divergence.h"

namespace axvp {
namespace {

constexpr std::size_t kImagesAtATime = 16;

/// All tensors of a few images, [tensor][image].
class TensorBatch {
 public:
  TensorBatch(const QuantizedNetwork& network, std::size_t images) : network_(network), images_(images) {
    for (const QuantizedTensor& tensor : network.tensors) {
      bytes_.emplace_back(stored_bytes(tensor) * images);
      auto& pointers = pointers_.emplace_back();
      for (std::size_t i = 0; i < images; ++i) pointers.push_back(bytes_.back().data() + i * stored_bytes(tensor));
    }
  }
  [[nodiscard]] std::uint8_t* const* of(TensorId tensor) const { return pointers_[tensor].data(); }
  [[nodiscard]] std::vector<double> logits(std::size_t image) const {
    const QuantizedTensor& output = network_.tensors[network_.output];
    std::vector<double> result;
    for (std::size_t i = 0; i < output.shape.size(); ++i)
      result.push_back(output.scale * stored_word(pointers_[network_.output][image] + 4 * i));
    return result;
  }
  [[nodiscard]] std::size_t images() const { return images_; }

 private:
  const QuantizedNetwork& network_;
  std::size_t images_;
  std::vector<std::vector<std::uint8_t>> bytes_;
  std::vector<std::vector<std::uint8_t*>> pointers_;
};

/// The nodes that a change of `node`'s output reaches, in order, and for each tensor whether it is changed.
struct Downstream {
  std::vector<std::size_t> nodes;
  std::vector<bool> is_changed;
};

Downstream downstream_of(const QuantizedNetwork& network, std::size_t node) {
  Downstream result{{}, std::vector<bool>(network.tensors.size(), false)};
  result.is_changed[network.nodes[node].output] = true;
  for (std::size_t n = node + 1; n < network.nodes.size(); ++n) {
    const auto& inputs = network.nodes[n].inputs;
    if (std::none_of(inputs.begin(), inputs.end(), [&](TensorId t) { return result.is_changed[t]; })) continue;
    result.nodes.push_back(n);
    result.is_changed[network.nodes[n].output] = true;
  }
  return result;
}

/// One thread's work on one batch of images.
class BatchTrials {
 public:
  BatchTrials(const Int8Executor& exact, std::size_t images)
      : exact_(exact), network_(exact.network()), own_(network_, images), changed_(network_, images) {}

  void run_exact(const std::vector<StoredTensor>& inputs, std::size_t first) {
    first_ = first;
    for (std::size_t i = 0; i < own_.images(); ++i)
      std::copy(inputs[first + i].begin(), inputs[first + i].end(), own_.of(network_.input)[i]);
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) run_node(n, own_, std::vector<bool>());
  }

  /// Divergences of the images.
  std::vector<double> run(const LayerTrial& trial) {
    const std::size_t node = network_.layers()[trial.layer];
    const Downstream downstream = downstream_of(network_, node);
    change_layer(trial, node);
    for (const std::size_t n : downstream.nodes) run_node(n, changed_, downstream.is_changed);
    std::vector<double> divergences;
    for (std::size_t i = 0; i < own_.images(); ++i)
      divergences.push_back(kl_divergence(own_.logits(i), changed_.logits(i)));
    return divergences;
  }

 private:
  void run_node(std::size_t n, TensorBatch& results, const std::vector<bool>& is_changed) {
    const QuantizedNode& node = network_.nodes[n];
    const auto operand = [&](std::size_t i) {
      const TensorId tensor = node.inputs[i];
      return !is_changed.empty() && is_changed[tensor] ? changed_.of(tensor) : own_.of(tensor);
    };
    exact_.run_node(n,
                    {operand(0), node.inputs.size() > 1 ? operand(1) : nullptr, results.of(node.output), own_.images()},
                    scratch_);
  }

  void change_layer(const LayerTrial& trial, std::size_t n) {
    const QuantizedNode& node = network_.nodes[n];
    const QuantizedTensor& out = network_.tensors[node.output];
    const auto* inputs = own_.of(node.inputs[0]);
    sums_.resize(out.shape.size() * own_.images());
    exact_.accumulate_layer(trial.layer, inputs, own_.images(), sums_.data(), scratch_);
    trial.change(inputs, first_, own_.images(), sums_);
    const auto& set =
        trial.requantisation != nullptr ? *trial.requantisation : exact_.operating_point().requantisation[trial.layer];
    for (std::size_t i = 0; i < own_.images(); ++i)
      requantise_tensor(sums_.data() + i * out.shape.size(), out.shape.size() / set.size(), set,
                        network_.layer(trial.layer).range, out.type, changed_.of(node.output)[i]);
  }

  const Int8Executor& exact_;
  const QuantizedNetwork& network_;
  TensorBatch own_, changed_;
  std::size_t first_ = 0;
  KernelScratch scratch_;
  std::vector<std::int32_t> sums_;
};

}  // namespace

std::vector<double> layer_divergences(const Int8Executor& exact, const std::vector<StoredTensor>& inputs,
                                      const std::vector<LayerTrial>& trials, unsigned threads, Progress& progress) {
  std::vector<std::vector<double>> of_trial(trials.size(), std::vector<double>(inputs.size()));
  const std::size_t batches = (inputs.size() + kImagesAtATime - 1) / kImagesAtATime;
  std::mutex mutex;
  std::size_t done = 0;
  for_each_dynamic(batches, threads, [&](std::size_t batch) {
    const std::size_t first = batch * kImagesAtATime;
    BatchTrials work{exact, std::min(kImagesAtATime, inputs.size() - first)};
    work.run_exact(inputs, first);
    for (std::size_t t = 0; t < trials.size(); ++t) {
      const auto divergences = work.run(trials[t]);
      std::copy(divergences.begin(), divergences.end(), of_trial[t].begin() + static_cast<std::ptrdiff_t>(first));
    }
    const std::lock_guard lock{mutex};
    progress.update(++done);
  });
  progress.finish();
  std::vector<double> means;
  for (const auto& divergences : of_trial) {
    double sum = 0.0;
    for (const double d : divergences) sum += d;
    means.push_back(sum / static_cast<double>(inputs.size()));
  }
  return means;
}

}  // namespace axvp
