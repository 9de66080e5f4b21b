#pragma once

#include <memory>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/training/architecture.h"
#include "axvp/training/recipe.h"
#include "batch.h"

namespace axvp {

struct StepResult {
  double loss = 0.0;  ///< Mean cross entropy of the batch, nats, before the step.
  int correct = 0;    ///< Images whose largest logit was their class's.
};

/// A network under training: forward, gradients and the optimizer's state, by LibTorch in float32. This header is free
/// of Torch, whose headers take long to compile.
class Learner {
 public:
  Learner(const Architecture& architecture, const OptimizerSettings& settings, int threads);
  ~Learner();
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  /// One step of gradient descent; BatchNorms use the batch's statistics and take them into their running ones
  /// (momentum 0.1).
  StepResult step(const Batch& batch, double learning_rate);

  /// Logits in evaluation mode, image by image.
  [[nodiscard]] std::vector<float> logits(const Batch& batch);

  /// The network as it stands.
  [[nodiscard]] Network network() const;

  /// Parameters, running statistics, momenta and the caller's `remark` as bytes; restore() returns the remark.
  [[nodiscard]] std::string save(const std::string& remark) const;
  [[nodiscard]] Result<std::string> restore(const std::string& bytes);

 private:
  struct Torch;
  std::unique_ptr<Torch> torch_;
};

}  // namespace axvp
