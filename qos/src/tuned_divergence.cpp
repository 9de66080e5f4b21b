#include "axvp/qos/tuned_divergence.h"

#include <algorithm>
#include <thread>

#include "axvp/workloads/divergence.h"
#include "axvp/workloads/exact_network.h"
#include "axvp/workloads/int8_batch.h"

namespace axvp {
namespace {

std::vector<std::vector<double>> real_logits(const Int8Executor& executor, const std::vector<StoredTensor>& inputs) {
  const double scale = executor.network().tensors[executor.network().output].scale;
  std::vector<std::vector<double>> result;
  for (const auto& logits : run_images(executor, inputs, std::max(1u, std::thread::hardware_concurrency()))) {
    auto& real = result.emplace_back();
    for (const std::int32_t logit : logits) real.push_back(scale * logit);
  }
  return result;
}

}  // namespace

Result<TunedDivergence> TunedDivergence::create(const Quantisation& quantisation, const Dataset& tuning,
                                                const Dataset& validation, const std::vector<TruthTable>& tables) {
  auto matcher = MomentMatcher::create(quantisation, tuning);
  if (!matcher) return forward_error(matcher);
  TunedDivergence result{quantisation, std::move(*matcher), tables};
  auto inputs = stored_images(quantisation.network, validation);
  if (!inputs) return forward_error(inputs);
  result.inputs_ = std::move(*inputs);
  const auto exact = exact_executor(quantisation);
  if (!exact) return forward_error(exact);
  result.exact_logits_ = real_logits(*exact, result.inputs_);
  for (const Image& image : validation.images) result.labels_.push_back(image.label);
  result.exact_right_ = result.right_of(result.exact_logits_);
  return result;
}

Result<double> TunedDivergence::of(const Choice& choice) {
  const auto measured = measure(choice);
  if (!measured) return forward_error(measured);
  return measured->divergence;
}

Result<double> TunedDivergence::loss_of(const Choice& choice) {
  const auto measured = measure(choice);
  if (!measured) return forward_error(measured);
  return (static_cast<double>(exact_right_) - static_cast<double>(measured->right)) /
         static_cast<double>(labels_.size());
}

std::size_t TunedDivergence::right_of(const std::vector<std::vector<double>>& logits) const {
  std::size_t right = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    right += std::max_element(logits[i].begin(), logits[i].end()) - logits[i].begin() == labels_[i] ? 1 : 0;
  return right;
}

Result<TunedDivergence::Measured> TunedDivergence::measure(const Choice& choice) {
  if (const auto found = known_.find(choice); found != known_.end()) return found->second;
  std::vector<TruthTable> tables;
  std::vector<std::string> names;
  for (const std::size_t m : choice) {
    tables.push_back(tables_[m]);
    names.push_back(std::to_string(m));
  }
  const auto point = matcher_.match("trial", names, tables);
  if (!point) return forward_error(point);
  const auto executor = Int8Executor::create(quantisation_.network, *point, tables);
  if (!executor) return forward_error(executor);
  const auto logits = real_logits(*executor, inputs_);
  double sum = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) sum += kl_divergence(exact_logits_[i], logits[i]);
  return known_[choice] = {sum / static_cast<double>(logits.size()), right_of(logits)};
}

}  // namespace axvp
