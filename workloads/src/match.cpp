#include "axvp/workloads/match.h"

#include <algorithm>
#include <cmath>

#include "axvp/workloads/int8_executor.h"
#include "moments.h"
#include "parallel.h"

namespace axvp {
namespace {

using detail::add_accumulators;
using detail::ChannelMoments;
using detail::exact_products;
using detail::Int128;
using detail::Moments;

/// scale' * mean + offset' and |scale'| * deviation of an accumulator equal what `exact` makes of the target's.
Requantisation brought_to(const Requantisation& exact, double target_mean, double gain, double mean) {
  const RealAffine real = to_real(exact);
  const double scale = real.scale * gain;
  return make_requantisation(scale, real.offset + real.scale * target_mean - scale * mean);
}

/// A constant approximate accumulator has nothing to stretch: only its mean is moved.
Requantisation matched(const Requantisation& exact, const Moments& of_exact, const Moments& of_approximate) {
  if (of_exact == of_approximate || exact.multiplier == 0) return exact;
  const Int128 variance = of_approximate.scaled_variance();
  const double gain =
      variance == 0 ? 1.0 : std::sqrt(static_cast<double>(of_exact.scaled_variance()) / static_cast<double>(variance));
  return brought_to(exact, of_exact.mean(), gain, of_approximate.mean());
}

Requantisation reestimated(const Requantisation& exact, const AccumulatorMoments& trained, const Moments& found) {
  const double deviation = std::sqrt(static_cast<double>(found.scaled_variance())) / static_cast<double>(found.count);
  if (exact.multiplier == 0 || deviation == 0.0) return exact;
  return brought_to(exact, trained.mean, trained.deviation / deviation, found.mean());
}

/// Tensors of one image, indexed by TensorId; empty where not computed yet or not needed any more.
using ImageTensors = std::vector<StoredTensor>;

/// Takes the exact and the approximate network through all images side by side, node by node, and holds only the
/// tensors that are still to be read. As long as everything before a tensor was exact, both networks hold the same
/// bytes and only the exact one is computed.
class Matcher {
 public:
  /// `trained`: what to bring layers to instead of the exact network, where there is something.
  Matcher(Int8Executor exact, Int8Executor approximate, std::vector<bool> keeps_set, const Dataset& images,
          const std::vector<std::vector<AccumulatorMoments>>* trained)
      : network_(exact.network()),
        trained_(trained),
        exact_(std::move(exact)),
        approximate_(std::move(approximate)),
        keeps_set_(std::move(keeps_set)),
        workers_(detail::worker_count(images.images.size())),
        exact_tensors_(images.images.size(), ImageTensors(network_.tensors.size())),
        approximate_tensors_(exact_tensors_),
        is_same_(network_.tensors.size(), false),
        last_reader_(network_.tensors.size(), 0) {
    for (std::size_t n = 0; n < network_.nodes.size(); ++n)
      for (const TensorId input : network_.nodes[n].inputs) last_reader_[input] = n;
    for (std::size_t i = 0; i < images.images.size(); ++i)
      exact_tensors_[i][network_.input] = quantise_image(network_, images.images[i]);
    is_same_[network_.input] = true;
  }

  std::vector<std::vector<Requantisation>> run(Progress& progress) {
    std::vector<std::vector<Requantisation>> matched_sets;
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      const bool is_layer = std::holds_alternative<QuantizedConvolution>(network_.nodes[n].operation);
      const std::size_t layer = matched_sets.size();
      const bool stays_same = inputs_are_same(n) && (!is_layer || keeps_set_[layer]);
      is_same_[network_.nodes[n].output] = stays_same;
      if (stays_same) {
        run_node(n, exact_, exact_tensors_);
        if (is_layer) matched_sets.push_back(exact_.operating_point().requantisation[layer]);
      } else {
        separate_inputs(n);
        if (is_layer) {
          matched_sets.push_back(match_layer(n, layer));
        } else {
          run_node(n, exact_, exact_tensors_);
          run_node(n, approximate_, approximate_tensors_);
        }
      }
      drop_tensors_read_last_by(n);
      progress.update(n + 1);
    }
    progress.finish();
    return matched_sets;
  }

 private:
  [[nodiscard]] bool inputs_are_same(std::size_t n) const {
    const auto& inputs = network_.nodes[n].inputs;
    return std::all_of(inputs.begin(), inputs.end(), [&](TensorId input) { return is_same_[input]; });
  }

  template <class Work>
  void for_each_image(const Work& work) const {
    detail::for_each_parallel(exact_tensors_.size(), workers_, work);
  }

  void run_node(std::size_t n, const Int8Executor& executor, std::vector<ImageTensors>& tensors) const {
    for_each_image([&](std::size_t /*worker*/, std::size_t i) { executor.run_node(n, tensors[i]); });
  }

  /// Gives the approximate network its own copy of what it shared with the exact one so far.
  void separate_inputs(std::size_t n) {
    for (const TensorId input : network_.nodes[n].inputs) {
      if (!is_same_[input]) continue;
      for (std::size_t i = 0; i < exact_tensors_.size(); ++i) approximate_tensors_[i][input] = exact_tensors_[i][input];
      is_same_[input] = false;
    }
  }

  /// Accumulators of a layer for every image, and their moments.
  struct LayerSums {
    std::vector<std::vector<std::int32_t>> accumulators;
    ChannelMoments moments;
  };

  [[nodiscard]] LayerSums sum_layer(std::size_t n, std::size_t layer, const Int8Executor& executor,
                                    const std::vector<ImageTensors>& tensors) const {
    const TensorId input = network_.nodes[n].inputs[0];
    const auto channels = static_cast<std::size_t>(network_.layer(layer).output_channels);
    LayerSums sums{std::vector<std::vector<std::int32_t>>(tensors.size()), {}};
    std::vector<ChannelMoments> of_worker(workers_, ChannelMoments(channels));
    for_each_image([&](std::size_t worker, std::size_t i) {
      sums.accumulators[i] = executor.accumulators_of_layer(layer, tensors[i][input]);
      add_accumulators(sums.accumulators[i], of_worker[worker]);
    });
    sums.moments = std::move(of_worker[0]);
    for (std::size_t worker = 1; worker < workers_; ++worker)
      for (std::size_t c = 0; c < channels; ++c) sums.moments[c].merge(of_worker[worker][c]);
    return sums;
  }

  void store_layer(std::size_t n, const LayerSums& sums, const std::vector<Requantisation>& set,
                   std::vector<ImageTensors>& tensors) const {
    const QuantizedNode& node = network_.nodes[n];
    const QuantizedTensor& out = network_.tensors[node.output];
    const ClampRange range = std::get<QuantizedConvolution>(node.operation).range;
    for_each_image([&](std::size_t /*worker*/, std::size_t i) {
      const auto& accumulators = sums.accumulators[i];
      StoredTensor& bytes = tensors[i][node.output];
      bytes.resize(stored_bytes(out));
      requantise_tensor(accumulators.data(), accumulators.size() / set.size(), set, range, out.type, bytes.data());
    });
  }

  std::vector<Requantisation> match_layer(std::size_t n, std::size_t layer) {
    const auto& exact_set = exact_.operating_point().requantisation[layer];
    ChannelMoments exact_moments;
    {
      const LayerSums sums = sum_layer(n, layer, exact_, exact_tensors_);
      store_layer(n, sums, exact_set, exact_tensors_);
      exact_moments = sums.moments;
    }
    const LayerSums sums = sum_layer(n, layer, approximate_, approximate_tensors_);
    std::vector<Requantisation> set;
    set.reserve(exact_set.size());
    for (std::size_t c = 0; c < exact_set.size(); ++c)
      set.push_back(trained_ != nullptr && !(*trained_)[layer].empty()
                        ? reestimated(exact_set[c], (*trained_)[layer][c], sums.moments[c])
                        : matched(exact_set[c], exact_moments[c], sums.moments[c]));
    store_layer(n, sums, set, approximate_tensors_);
    return set;
  }

  void drop_tensors_read_last_by(std::size_t n) {
    for (TensorId t = 0; t < last_reader_.size(); ++t) {
      if (last_reader_[t] != n) continue;
      for (std::size_t i = 0; i < exact_tensors_.size(); ++i) {
        exact_tensors_[i][t] = {};
        approximate_tensors_[i][t] = {};
      }
    }
  }

  const QuantizedNetwork& network_;
  const std::vector<std::vector<AccumulatorMoments>>* trained_;
  Int8Executor exact_;
  Int8Executor approximate_;
  std::vector<bool> keeps_set_;
  std::size_t workers_;
  std::vector<ImageTensors> exact_tensors_;        // [image][tensor]
  std::vector<ImageTensors> approximate_tensors_;  // [image][tensor]
  std::vector<bool> is_same_;                      // The exact network's bytes stand for both.
  std::vector<std::size_t> last_reader_;
};

}  // namespace

Result<OperatingPoint> match_moments(const Quantisation& quantisation, const std::string& name,
                                     const std::vector<std::string>& selectable_of_layer,
                                     const std::vector<TruthTable>& tables, const Dataset& images,
                                     ProgressStyle progress_style, MomentTarget target) {
  const QuantizedNetwork& network = quantisation.network;
  if (const auto fits = check_images(images, network.tensors[network.input].shape); !fits) return forward_error(fits);
  OperatingPoint point{name, selectable_of_layer, quantisation.exact_requantisation};
  auto approximate = Int8Executor::create(network, point, tables);
  if (!approximate) return forward_error(approximate);
  const TruthTable exact_table = exact_products(network.encoding);
  auto exact = Int8Executor::create(network, point, std::vector<TruthTable>(tables.size(), exact_table));
  if (!exact) return forward_error(exact);
  // Layers that keep their sets as long as what feeds them is exact.
  std::vector<bool> keeps_set;
  keeps_set.reserve(tables.size());
  for (std::size_t l = 0; l < tables.size(); ++l)
    keeps_set.push_back(tables[l] == exact_table &&
                        (target == MomentTarget::ExactNetwork || quantisation.trained_moments[l].empty()));
  if (std::all_of(keeps_set.begin(), keeps_set.end(), [](bool keeps) { return keeps; })) return point;
  Progress progress{progress_style, "match " + name, network.nodes.size(), "nodes"};
  Matcher matcher{*std::move(exact), *std::move(approximate), std::move(keeps_set), images,
                  target == MomentTarget::Training ? &quantisation.trained_moments : nullptr};
  point.requantisation = matcher.run(progress);
  return point;
}

}  // namespace axvp
