#include "axvp/workloads/divergence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace axvp {
namespace {

std::vector<double> log_softmax(const std::vector<double>& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0.0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  std::vector<double> result;
  for (const double logit : logits) result.push_back(logit - largest - std::log(sum));
  return result;
}

}  // namespace

double kl_divergence(const std::vector<double>& reference, const std::vector<double>& logits) {
  const auto p = log_softmax(reference), q = log_softmax(logits);
  double kl = 0.0;
  for (std::size_t c = 0; c < p.size(); ++c) kl += std::exp(p[c]) * (p[c] - q[c]);
  return kl;
}

}  // namespace axvp
