#include "axvp/qos/parameter_count.h"

namespace axvp {

ParameterCount count_parameters(const QuantizedNetwork& network) {
  ParameterCount count;
  const auto nodes = network.layers();
  for (std::size_t l = 0; l < nodes.size(); ++l) {
    const QuantizedConvolution& layer = network.layer(l);
    const auto channels = static_cast<std::uint64_t>(layer.output_channels);
    const bool is_classifier = network.nodes[nodes[l]].output == network.output;
    count.shared += layer.weights.size() + (is_classifier ? channels : 2 * channels);
    count.per_point += is_classifier ? 0 : 2 * channels;
  }
  return count;
}

}  // namespace axvp
