#include "network_noise.h"

#include <algorithm>
#include <cmath>

#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/float_executor.h"
#include "axvp/workloads/int8_executor.h"
#include "parallel.h"

namespace axvp::detail {
namespace {

struct Powers {
  double signal = 0.0;
  double noise = 0.0;
};

/// The real value of a stored element of channel `c`.
double real_value(const QuantizedTensor& tensor, const StoredTensor& bytes, std::size_t element, std::size_t c) {
  const double step = tensor.scale / (tensor.channel_factors.empty() ? 1.0 : tensor.channel_factors[c]);
  if (tensor.type == ElementType::Signed32) return step * stored_word(bytes.data() + 4 * element);
  if (tensor.type == ElementType::Signed8) return step * static_cast<std::int8_t>(bytes[element]);
  return step * bytes[element];
}

Powers compare(const QuantizedTensor& tensor, const StoredTensor& bytes, const std::vector<float>& values) {
  const auto channels = static_cast<std::size_t>(tensor.shape.channels);
  const std::size_t plane = values.size() / channels;
  Powers powers;
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t pixel = 0; pixel < plane; ++pixel) {
      const double value = values[c * plane + pixel];
      powers.signal += value * value;
      powers.noise += std::pow(real_value(tensor, bytes, pixel * channels + c, c) - value, 2);
    }
  return powers;
}

}  // namespace

Result<void> measure_network_noise(const Network& network, const FusedNetwork& fused, const Dataset& calibration,
                                   std::size_t images, Quantisation& quantisation) {
  images = std::min(images, calibration.images.size());
  if (images == 0) return {};
  const QuantizedNetwork& quantised = quantisation.network;
  const auto executor = exact_executor(quantisation);
  if (!executor) return forward_error(executor);
  std::vector<std::vector<Powers>> of_image(images);
  for_each_parallel(images, worker_count(images), [&](std::size_t /*worker*/, std::size_t i) {
    const auto values = run_float(network, preprocess(calibration.images[i], network.preprocessing));
    const auto bytes = executor->run_all(quantise_image(quantised, calibration.images[i]));
    for (std::size_t t = 0; t < quantised.tensors.size(); ++t)
      of_image[i].push_back(compare(quantised.tensors[t], bytes[t], values[fused.tensors[t].source]));
  });
  for (std::size_t t = 0; t < quantised.tensors.size(); ++t) {
    Powers sum;
    for (const auto& powers : of_image) {
      sum.signal += powers[t].signal;
      sum.noise += powers[t].noise;
    }
    quantisation.report[t].network_snr_db = 10.0 * std::log10(sum.signal / sum.noise);
  }
  return {};
}

}  // namespace axvp::detail
