#include "axvp/qos/gradient_tuning.h"

#include <torch/optim/adam.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/int8_batch.h"
#include "tape.h"

namespace axvp {
namespace {

constexpr double kPi = 3.14159265358979323846;

at::Tensor exact_logits(const Int8Executor& exact, const std::vector<StoredTensor>& batch, int threads) {
  const double scale = exact.network().tensors[exact.network().output].scale;
  std::vector<float> logits;
  for (const auto& own : run_images(exact, batch, static_cast<std::size_t>(threads)))
    for (const std::int32_t logit : own) logits.push_back(static_cast<float>(scale * logit));
  return torch::tensor(logits).reshape({static_cast<std::int64_t>(batch.size()), -1});
}

at::Tensor divergence(const at::Tensor& exact, const at::Tensor& own) {
  const at::Tensor p = at::log_softmax(exact, 1), q = at::log_softmax(own, 1);
  return (p.exp() * (p - q)).sum(1).mean();
}

}  // namespace

Result<GradientTuning> tune_by_gradient(const Quantisation& quantisation, const OperatingPoint& start,
                                        const std::vector<TruthTable>& tables, const Dataset& images,
                                        const GradientTuningOptions& options) {
  const QuantizedNetwork& network = quantisation.network;
  if (const auto fits = check_images(images, network.tensors[network.input].shape); !fits) return forward_error(fits);
  const auto executor = Int8Executor::create(network, start, tables);
  if (!executor) return forward_error(executor);
  const auto exact = exact_executor(quantisation);
  if (!exact) return forward_error(exact);
  at::set_num_threads(options.threads);
  detail::Tape tape{*executor, tables};
  if (options.tuned == Tuned::Full) tape.learn_weights();
  torch::optim::Adam adam{tape.parameters(), torch::optim::AdamOptions(options.learning_rate)};
  detail::TapeBatches batches{network, images, options.batch, options.shift_pixels, derive_seed(options.seed, 0)};
  GradientTuning result;
  Progress progress{options.progress, "tuning " + start.name, static_cast<std::uint64_t>(options.steps), "steps"};
  const int tenth = std::max(1, options.steps / 10);
  for (int step = 0; step < options.steps; ++step) {
    const double cosine = 0.5 * (1.0 + std::cos(kPi * step / options.steps));
    for (auto& group : adam.param_groups())
      static_cast<torch::optim::AdamOptions&>(group.options()).lr(options.learning_rate * cosine);
    const auto batch = batches.next().images;
    adam.zero_grad();
    const at::Tensor teacher = exact_logits(*exact, batch, options.threads), own = tape.forward(batch);
    const at::Tensor loss = divergence(teacher / options.temperature, own / options.temperature);
    (loss * options.temperature * options.temperature).backward();
    adam.step();
    const double plain = divergence(teacher, own.detach()).item<double>();
    if (!std::isfinite(plain))
      return fail("operating point {}: the loss of step {} is not finite", start.name, step + 1);
    if (step < tenth) result.first_loss += plain / tenth;
    if (step >= options.steps - tenth) result.last_loss += plain / tenth;
    progress.update(static_cast<std::uint64_t>(step + 1), fmt::format("divergence {:.4f}", plain));
  }
  progress.finish();
  result.point = {start.name, start.selectable_of_layer, tape.requantisation()};
  result.weights = tape.weights();
  return result;
}

}  // namespace axvp
