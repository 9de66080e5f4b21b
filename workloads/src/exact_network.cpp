#include "axvp/workloads/exact_network.h"

#include "axvp/multipliers/error_metrics.h"

namespace axvp {

TruthTable exact_table(Encoding encoding) {
  return TruthTable::from_function([&](std::uint8_t x, std::uint8_t w) { return exact_product(encoding, x, w); });
}

Result<Int8Executor> exact_executor(const Quantisation& quantisation) {
  const std::size_t layers = quantisation.exact_requantisation.size();
  return Int8Executor::create(quantisation.network,
                              {"exact", std::vector<std::string>(layers, "exact"), quantisation.exact_requantisation},
                              std::vector<TruthTable>(layers, exact_table(quantisation.network.encoding)));
}

std::vector<double> accumulator_steps(const Quantisation& quantisation, std::size_t layer) {
  const QuantizedNetwork& network = quantisation.network;
  const QuantizedTensor& out = network.tensors[network.nodes[network.layers()[layer]].output];
  std::vector<double> steps;
  for (const Requantisation& r : quantisation.exact_requantisation[layer]) {
    const double factor = out.channel_factors.empty() ? 1.0 : out.channel_factors[steps.size()];
    steps.push_back(to_real(r).scale * out.scale / factor);
  }
  return steps;
}

Result<std::vector<StoredTensor>> stored_images(const QuantizedNetwork& network, const Dataset& images) {
  if (const auto fits = check_images(images, network.tensors[network.input].shape); !fits) return forward_error(fits);
  std::vector<StoredTensor> stored;
  stored.reserve(images.images.size());
  for (const Image& image : images.images) stored.push_back(quantise_image(network, image));
  return stored;
}

}  // namespace axvp
