#pragma once

#include <string>
#include <vector>

#include "axvp/common/random.h"
#include "axvp/training/architecture.h"

namespace axvp {

/// Appends nodes one after the other, with their first weights.
class ArchitectureBuilder {
 public:
  ArchitectureBuilder(std::string name, const Shape& input, std::uint64_t seed);

  [[nodiscard]] TensorId input() const { return architecture_.network.input; }
  [[nodiscard]] const Shape& shape(TensorId id) const { return architecture_.network.tensors[id].shape; }

  /// Padded by half the kernel on all sides.
  TensorId convolution(const std::string& name, TensorId from, int channels, int kernel, int stride, int groups = 1);
  TensorId batch_norm(const std::string& name, TensorId from);
  TensorId clamp(const std::string& name, TensorId from, double high);  ///< To [0, high].
  TensorId add(const std::string& name, TensorId a, TensorId b);
  TensorId resample(const std::string& name, TensorId from, const Resample& resample);
  TensorId global_average(const std::string& name, TensorId from);
  TensorId linear(const std::string& name, TensorId from, int outputs);

  [[nodiscard]] Architecture finish(TensorId output);

 private:
  [[nodiscard]] ChannelAffine identity(TensorId from) const;
  TensorId append(const std::string& name, Operation operation, std::vector<TensorId> inputs);

  Architecture architecture_;
  Random random_;
};

}  // namespace axvp
