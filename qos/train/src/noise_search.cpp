#include "axvp/qos/noise_search.h"

#include <torch/optim/sgd.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "axvp/workloads/exact_network.h"
#include "tape.h"

namespace axvp {
namespace {

constexpr double kMomentum = 0.9;

/// lambda sum_l c_l min(|sigma_l|, largest).
at::Tensor worth(const QuantizedNetwork& network, const std::vector<at::Tensor>& sigmas,
                 const NoiseSearchOptions& options) {
  double total = 0.0;
  for (std::size_t l = 0; l < sigmas.size(); ++l) total += static_cast<double>(network.macs_of_layer(l));
  at::Tensor sum = torch::zeros({1});
  for (std::size_t l = 0; l < sigmas.size(); ++l)
    sum = sum + sigmas[l].abs().clamp_max(options.largest_sigma) *
                    (options.lambda * static_cast<double>(network.macs_of_layer(l)) / total);
  return sum.sum();
}

}  // namespace

Result<LearnedNoise> search_noise(const Quantisation& quantisation, const Dataset& images,
                                  const NoiseSearchOptions& options) {
  const QuantizedNetwork& network = quantisation.network;
  if (const auto fits = check_images(images, network.tensors[network.input].shape); !fits) return forward_error(fits);
  const auto exact = exact_executor(quantisation);
  if (!exact) return forward_error(exact);
  at::set_num_threads(options.threads);
  const std::vector<TruthTable> tables(network.layers().size(), exact_table(network.encoding));
  detail::Tape tape{*exact, tables};
  tape.learn_weights();
  tape.add_noise(options.first_sigma, derive_seed(options.seed, 1));
  auto parameters = tape.parameters();
  const auto sigmas = tape.sigmas();
  parameters.insert(parameters.end(), sigmas.begin(), sigmas.end());
  torch::optim::SGD sgd{parameters, torch::optim::SGDOptions(options.learning_rate).momentum(kMomentum)};
  detail::TapeBatches batches{network, images, options.batch, 0, derive_seed(options.seed, 0)};
  LearnedNoise result;
  Progress progress{options.progress, "noise", static_cast<std::uint64_t>(options.steps), "steps"};
  const int tenth = std::max(1, options.steps / 10);
  for (int step = 0; step < options.steps; ++step) {
    const int thirds = 3 * step / options.steps;
    for (auto& group : sgd.param_groups())
      static_cast<torch::optim::SGDOptions&>(group.options()).lr(options.learning_rate * std::pow(0.1, thirds));
    const auto batch = batches.next();
    sgd.zero_grad();
    const at::Tensor cross_entropy =
        at::nll_loss(at::log_softmax(tape.forward(batch.images), 1), torch::tensor(batch.labels, torch::kLong));
    (cross_entropy - worth(network, sigmas, options)).backward();
    sgd.step();
    const double plain = cross_entropy.item<double>();
    if (!std::isfinite(plain)) return fail("{}: the loss of step {} is not finite", network.name, step + 1);
    if (step < tenth) result.first_loss += plain / tenth;
    if (step >= options.steps - tenth) result.last_loss += plain / tenth;
    progress.update(static_cast<std::uint64_t>(step + 1), fmt::format("cross-entropy {:.4f}", plain));
  }
  progress.finish();
  for (const at::Tensor& sigma : sigmas) {
    const double value = sigma.item<double>();
    if (!std::isfinite(value))
      return fail("{}: the noise of layer {} is not finite", network.name, result.sigma.size());
    result.sigma.push_back(std::min(std::abs(value), options.largest_sigma));
  }
  return result;
}

}  // namespace axvp
