#include "axvp/workloads/match.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/int8_executor.h"
#include "moments.h"
#include "parallel.h"

namespace axvp {
namespace {

using detail::add_accumulators;
using detail::ChannelMoments;
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

constexpr std::size_t kLargestGroup = 64;  // images that a layer's kernel gets at once: it likes many pixels

/// Takes a network through all images node by node and holds only the tensors that are still to be read.
class Pass {
 public:
  Pass(const Int8Executor& executor, const std::vector<StoredTensor>& inputs)
      : executor_(executor),
        network_(executor.network()),
        workers_(detail::worker_count(inputs.size())),
        group_(std::clamp<std::size_t>((inputs.size() + workers_ - 1) / workers_, 1, kLargestGroup)),
        tensors_(inputs.size(), ImageTensors(network_.tensors.size())),
        last_reader_(network_.tensors.size(), 0) {
    for (std::size_t n = 0; n < network_.nodes.size(); ++n)
      for (const TensorId input : network_.nodes[n].inputs) last_reader_[input] = n;
    for (std::size_t i = 0; i < inputs.size(); ++i) tensors_[i][network_.input] = inputs[i];
  }

  /// `set_of(layer, moments)` gives the requantisation of a layer whose accumulators have these moments.
  template <class SetOf>
  void run(const SetOf& set_of, Progress& progress) {
    std::size_t layer = 0;
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      if (std::holds_alternative<QuantizedConvolution>(network_.nodes[n].operation)) {
        const LayerSums sums = sum_layer(n, layer);
        store_layer(n, sums, set_of(layer, sums.moments));
        ++layer;
      } else {
        for_each_image([&](std::size_t i) { executor_.run_node(n, tensors_[i]); });
      }
      drop_tensors_read_last_by(n);
      progress.update(n + 1);
    }
    progress.finish();
  }

 private:
  /// Accumulators of a layer for every image, a group of images in one piece, and their moments.
  struct LayerSums {
    std::vector<std::vector<std::int32_t>> of_group;
    ChannelMoments moments;
  };

  template <class Work>
  void for_each_image(const Work& work) const {
    detail::for_each_parallel(tensors_.size(), workers_, [&](std::size_t /*worker*/, std::size_t i) { work(i); });
  }

  [[nodiscard]] LayerSums sum_layer(std::size_t n, std::size_t layer) const {
    const TensorId input = network_.nodes[n].inputs[0];
    const auto channels = static_cast<std::size_t>(network_.layer(layer).output_channels);
    const std::size_t of_image = network_.tensors[network_.nodes[n].output].shape.size();
    const std::size_t groups = (tensors_.size() + group_ - 1) / group_;
    LayerSums sums{std::vector<std::vector<std::int32_t>>(groups), {}};
    std::vector<ChannelMoments> of_worker(workers_, ChannelMoments(channels));
    std::vector<KernelScratch> scratch(workers_);
    detail::for_each_parallel(groups, workers_, [&](std::size_t worker, std::size_t g) {
      std::vector<const std::uint8_t*> images;
      for (std::size_t i = g * group_; i < std::min((g + 1) * group_, tensors_.size()); ++i)
        images.push_back(tensors_[i][input].data());
      sums.of_group[g].resize(images.size() * of_image);
      executor_.accumulate_layer(layer, images.data(), images.size(), sums.of_group[g].data(), scratch[worker]);
      add_accumulators(sums.of_group[g], of_worker[worker]);
    });
    sums.moments = std::move(of_worker[0]);
    for (std::size_t worker = 1; worker < workers_; ++worker)
      for (std::size_t c = 0; c < channels; ++c) sums.moments[c].merge(of_worker[worker][c]);
    return sums;
  }

  void store_layer(std::size_t n, const LayerSums& sums, const std::vector<Requantisation>& set) {
    const QuantizedNode& node = network_.nodes[n];
    const QuantizedTensor& out = network_.tensors[node.output];
    const ClampRange range = std::get<QuantizedConvolution>(node.operation).range;
    for_each_image([&](std::size_t i) {
      const std::int32_t* accumulators = sums.of_group[i / group_].data() + i % group_ * out.shape.size();
      StoredTensor& bytes = tensors_[i][node.output];
      bytes.resize(stored_bytes(out));
      requantise_tensor(accumulators, out.shape.size() / set.size(), set, range, out.type, bytes.data());
    });
  }

  void drop_tensors_read_last_by(std::size_t n) {
    for (TensorId t = 0; t < last_reader_.size(); ++t)
      if (last_reader_[t] == n)
        for (ImageTensors& tensors : tensors_) tensors[t] = {};
  }

  const Int8Executor& executor_;
  const QuantizedNetwork& network_;
  std::size_t workers_, group_;
  std::vector<ImageTensors> tensors_;  // [image][tensor]
  std::vector<std::size_t> last_reader_;
};

}  // namespace

/// Its moments are found when a point first needs them: points of exact products alone do not.
struct MomentMatcher::Exact {
  Exact(Int8Executor exact, Encoding encoding) : executor(std::move(exact)), table(exact_table(encoding)) {}

  /// [layer][channel]
  const std::vector<ChannelMoments>& moments(const Quantisation& quantisation, const std::vector<StoredTensor>& images,
                                             ProgressStyle progress_style) const {
    std::call_once(once, [&] {
      Progress progress{progress_style, "exact moments", quantisation.network.nodes.size(), "nodes"};
      Pass{executor, images}.run(
          [&](std::size_t layer, const ChannelMoments& of_layer) {
            found.push_back(of_layer);
            return quantisation.exact_requantisation[layer];
          },
          progress);
    });
    return found;
  }

  Int8Executor executor;
  TruthTable table;
  mutable std::once_flag once;
  mutable std::vector<ChannelMoments> found;
};

MomentMatcher::MomentMatcher(const Quantisation& quantisation, std::vector<StoredTensor> images)
    : quantisation_(&quantisation), images_(std::move(images)) {}

Result<MomentMatcher> MomentMatcher::create(const Quantisation& quantisation, const Dataset& images) {
  auto stored = stored_images(quantisation.network, images);
  if (!stored) return forward_error(stored);
  MomentMatcher matcher{quantisation, std::move(*stored)};
  auto executor = exact_executor(quantisation);
  if (!executor) return forward_error(executor);
  matcher.exact_ = std::make_shared<const Exact>(std::move(*executor), quantisation.network.encoding);
  return matcher;
}

Result<OperatingPoint> MomentMatcher::match(const std::string& name,
                                            const std::vector<std::string>& selectable_of_layer,
                                            const std::vector<TruthTable>& tables, ProgressStyle progress_style,
                                            MomentTarget target) const {
  const QuantizedNetwork& network = quantisation_->network;
  OperatingPoint point{name, selectable_of_layer, quantisation_->exact_requantisation};
  const auto executor = Int8Executor::create(network, point, tables);
  if (!executor) return forward_error(executor);
  const auto is_trained = [&](std::size_t layer) {
    return target == MomentTarget::Training && !quantisation_->trained_moments[layer].empty();
  };
  bool changes = false;
  for (std::size_t l = 0; l < tables.size(); ++l) changes |= is_trained(l) || !(tables[l] == exact_->table);
  if (!changes) return point;
  const auto& exact_moments = exact_->moments(*quantisation_, images_, progress_style);
  Progress progress{progress_style, "match " + name, network.nodes.size(), "nodes"};
  Pass{*executor, images_}.run(
      [&](std::size_t layer, const ChannelMoments& moments) {
        std::vector<Requantisation>& set = point.requantisation[layer];
        for (std::size_t c = 0; c < set.size(); ++c)
          set[c] = is_trained(layer) ? reestimated(set[c], quantisation_->trained_moments[layer][c], moments[c])
                                     : matched(set[c], exact_moments[layer][c], moments[c]);
        return set;
      },
      progress);
  return point;
}

Result<OperatingPoint> match_moments(const Quantisation& quantisation, const std::string& name,
                                     const std::vector<std::string>& selectable_of_layer,
                                     const std::vector<TruthTable>& tables, const Dataset& images,
                                     ProgressStyle progress, MomentTarget target) {
  const auto matcher = MomentMatcher::create(quantisation, images);
  if (!matcher) return forward_error(matcher);
  return matcher->match(name, selectable_of_layer, tables, progress, target);
}

}  // namespace axvp
