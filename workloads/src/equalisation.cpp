#include "equalisation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace axvp::detail {
namespace {

/// Channels that hold next to nothing are not stretched further than this.
constexpr double kLargestFactor = 64.0;
constexpr double kStepsPerOctave = 8.0;

/// Tensors whose channels must have the same factors.
struct Group {
  std::vector<TensorId> tensors;
  std::vector<std::size_t> readers;  ///< Fused nodes: convolutions that take the factors up.
  bool fixed = false;                ///< Its factors are 1.
};

class Groups {
 public:
  Groups(const Network& network, const FusedNetwork& fused) : parent_(fused.tensors.size()) {
    std::iota(parent_.begin(), parent_.end(), TensorId{0});
    for (const FusedNode& node : fused.nodes) {
      const Operation& operation = network.nodes[node.source].operation;
      if (std::holds_alternative<Convolution>(operation)) continue;
      for (const TensorId input : node.inputs) join(input, node.output);
    }
    for (TensorId t = 0; t < fused.tensors.size(); ++t) groups_[root(t)].tensors.push_back(t);
    groups_[root(fused.input)].fixed = true;
    groups_[root(fused.output)].fixed = true;
    for (std::size_t n = 0; n < fused.nodes.size(); ++n) {
      const FusedNode& node = fused.nodes[n];
      const Operation& operation = network.nodes[node.source].operation;
      if (std::holds_alternative<Convolution>(operation)) groups_[root(node.inputs[0])].readers.push_back(n);
      // Resample moves channels to other numbers and adds some.
      if (std::holds_alternative<Resample>(operation)) groups_[root(node.output)].fixed = true;
      // One clamp serves all channels: only at 0 does it not depend on the factor; the upper one see `least_factor`.
      if (std::isfinite(node.clamp.low) && node.clamp.low != 0.0) groups_[root(node.output)].fixed = true;
    }
  }

  [[nodiscard]] TensorId root(TensorId t) const {
    while (parent_[t] != t) t = parent_[t];
    return t;
  }
  [[nodiscard]] const std::map<TensorId, Group>& all() const { return groups_; }

 private:
  void join(TensorId a, TensorId b) { parent_[std::max(root(a), root(b))] = std::min(root(a), root(b)); }

  std::vector<TensorId> parent_;
  std::map<TensorId, Group> groups_;
};

bool is_depthwise(const Convolution& convolution, int channels) {
  return convolution.groups == channels;
}

/// Largest |weight| that reads each channel, relative to the largest of the output channel it belongs to.
std::vector<double> relative_weights(const Convolution& convolution, std::size_t channels) {
  std::vector<double> result(channels, 0.0);
  const std::size_t inputs = channels / static_cast<std::size_t>(convolution.groups);
  const auto outputs = static_cast<std::size_t>(convolution.output_channels);
  const std::size_t outputs_of_group = outputs / static_cast<std::size_t>(convolution.groups);
  const std::size_t area = convolution.weights.size() / outputs / inputs;
  const float* weight = convolution.weights.data();
  for (std::size_t o = 0; o < outputs; ++o, weight += inputs * area) {
    double largest = 0.0;
    for (std::size_t k = 0; k < inputs * area; ++k) largest = std::max(largest, std::abs(double{weight[k]}));
    if (largest == 0.0) continue;
    const std::size_t first = o / outputs_of_group * inputs;
    for (std::size_t k = 0; k < inputs * area; ++k)
      result[first + k / area] = std::max(result[first + k / area], std::abs(double{weight[k]}) / largest);
  }
  return result;
}

/// Adds log2(values / largest value) to `sums`; 0 counts as the smallest ratio.
void add_profile(const std::vector<double>& values, std::vector<double>& sums) {
  const double largest = *std::max_element(values.begin(), values.end());
  for (std::size_t c = 0; c < values.size(); ++c)
    sums[c] += std::log2(std::max(largest > 0.0 ? values[c] / largest : 1.0, 1.0 / kLargestFactor));
}

double rounded_factor(double exponent) {
  return std::exp2(std::round(exponent * kStepsPerOctave) / kStepsPerOctave);
}

/// The smallest factor at which a finite upper clamp of a tensor does not lie below its largest code.
double least_factor(const FusedNetwork& fused, TensorId tensor, double range) {
  for (const FusedNode& node : fused.nodes)
    if (node.output == tensor && std::isfinite(node.clamp.high)) return range / node.clamp.high;
  return 0.0;
}

std::vector<double> factors_of(const Group& group, const Network& network, const FusedNetwork& fused,
                               const std::vector<std::vector<double>>& ranges) {
  const auto channels = static_cast<std::size_t>(fused.tensors[group.tensors[0]].shape.channels);
  std::vector<double> activation(channels, 0.0), weight(channels, 0.0);
  for (const TensorId t : group.tensors) add_profile(ranges[t], activation);
  std::size_t readers = 0;
  for (const std::size_t n : group.readers) {
    const auto& convolution = std::get<Convolution>(network.nodes[fused.nodes[n].source].operation);
    if (is_depthwise(convolution, static_cast<int>(channels))) continue;
    add_profile(relative_weights(convolution, channels), weight);
    ++readers;
  }
  const double share = readers == 0 ? 1.0 : 0.5;
  std::vector<double> factors;
  for (std::size_t c = 0; c < channels; ++c)
    factors.push_back(share * ((readers == 0 ? 0.0 : weight[c] / static_cast<double>(readers)) -
                               activation[c] / static_cast<double>(group.tensors.size())));
  const double smallest = *std::min_element(factors.begin(), factors.end());
  for (double& factor : factors) factor = rounded_factor(std::min(factor - smallest, std::log2(kLargestFactor)));
  for (const TensorId t : group.tensors) {
    double range = 0.0;
    for (std::size_t c = 0; c < channels; ++c) range = std::max(range, ranges[t][c] * factors[c]);
    const double least = least_factor(fused, t, range);
    if (least > 0.0)
      for (double& factor : factors) factor = std::max(factor, rounded_factor(std::log2(least)));
  }
  return factors;
}

}  // namespace

ChannelFactors equalise(const Network& network, const FusedNetwork& fused,
                        const std::vector<std::vector<double>>& ranges) {
  ChannelFactors factors(fused.tensors.size());
  const Groups groups{network, fused};
  for (const auto& [root, group] : groups.all()) {
    if (group.fixed || group.readers.empty()) continue;
    const auto shared = factors_of(group, network, fused, ranges);
    for (const TensorId t : group.tensors) factors[t] = shared;
  }
  return factors;
}

Result<void> check_factors(const Network& network, const FusedNetwork& fused, const ChannelFactors& factors) {
  if (factors.size() != fused.tensors.size())
    return fail("{}: channel factors of {} tensors for {} stored tensors; were they made for this network?",
                network.name, factors.size(), fused.tensors.size());
  const Groups groups{network, fused};
  for (const auto& [root, group] : groups.all())
    for (const TensorId t : group.tensors) {
      const FusedTensor& tensor = fused.tensors[t];
      const std::vector<double>& own = factors[t];
      const auto usable = [](double factor) { return std::isfinite(factor) && factor > 0.0; };
      if (!own.empty() && (own.size() != static_cast<std::size_t>(tensor.shape.channels) ||
                           !std::all_of(own.begin(), own.end(), usable)))
        return fail("{}: tensor `{}`: {} channel factors, expected none or {} finite numbers > 0", network.name,
                    tensor.name, own.size(), tensor.shape.channels);
      if (group.fixed ? !own.empty() : own != factors[root])
        return fail("{}: tensor `{}`: channel factors that the nodes behind it cannot take up", network.name,
                    tensor.name);
    }
  return {};
}

}  // namespace axvp::detail
