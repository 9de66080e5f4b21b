#include "axvp/workloads/layer_errors.h"

#include <algorithm>
#include <cmath>

#include "parallel.h"

namespace axvp {
namespace {

std::int64_t element(const StoredTensor& tensor, ElementType type, std::size_t i) {
  if (type == ElementType::Signed32) return stored_word(tensor.data() + 4 * i);
  return type == ElementType::Signed8 ? static_cast<std::int8_t>(tensor[i]) : tensor[i];
}

std::vector<std::vector<LayerErrors>> nothing_measured(const std::vector<Int8Executor>& executors) {
  const QuantizedNetwork& network = executors[0].network();
  std::vector<std::vector<LayerErrors>> errors(executors.size());
  for (std::size_t e = 0; e < executors.size(); ++e) {
    const auto layers = network.layers();
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const QuantizedNode& node = network.nodes[layers[l]];
      errors[e].push_back({node.name,
                           executors[e].operating_point().selectable_of_layer[l],
                           network.tensors[node.output].scale,
                           {},
                           {}});
    }
  }
  return errors;
}

void add_image(const std::vector<Int8Executor>& executors, const StoredTensor& image,
               std::vector<std::vector<LayerErrors>>& errors) {
  const QuantizedNetwork& network = executors[0].network();
  const auto layers = network.layers();
  const std::vector<StoredTensor> exact = executors[0].run_all(image);
  std::vector<std::vector<std::int32_t>> exact_sums;
  for (std::size_t l = 0; l < layers.size(); ++l)
    exact_sums.push_back(executors[0].accumulators_of_layer(l, exact[network.nodes[layers[l]].inputs[0]]));
  for (std::size_t e = 0; e < executors.size(); ++e) {
    const std::vector<StoredTensor> own = executors[e].run_all(image);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const QuantizedNode& node = network.nodes[layers[l]];
      const auto sums = executors[e].accumulators_of_layer(l, exact[node.inputs[0]]);
      for (std::size_t i = 0; i < sums.size(); ++i) errors[e][l].accumulators.add(sums[i], exact_sums[l][i]);
      const QuantizedTensor& tensor = network.tensors[node.output];
      for (std::size_t i = 0; i < tensor.shape.size(); ++i)
        errors[e][l].outputs.add(element(own[node.output], tensor.type, i),
                                 element(exact[node.output], tensor.type, i));
    }
  }
}

}  // namespace

void DifferenceStatistics::add(std::int64_t value, std::int64_t reference) {
  const Wide difference = Wide{value} - reference;
  ++count_;
  sum_ += difference;
  squares_ += difference * difference;
  reference_squares_ += Wide{reference} * reference;
}

void DifferenceStatistics::add(const DifferenceStatistics& other) {
  count_ += other.count_;
  sum_ += other.sum_;
  squares_ += other.squares_;
  reference_squares_ += other.reference_squares_;
}

double DifferenceStatistics::mean() const {
  return count_ == 0 ? 0.0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

double DifferenceStatistics::standard_deviation() const {
  if (count_ == 0) return 0.0;
  const auto n = static_cast<long double>(count_);
  const long double mean = static_cast<long double>(sum_) / n;
  return static_cast<double>(std::sqrt(std::max(0.0L, static_cast<long double>(squares_) / n - mean * mean)));
}

double DifferenceStatistics::relative() const {
  if (squares_ == 0) return 0.0;
  return std::sqrt(static_cast<double>(squares_) / static_cast<double>(reference_squares_));
}

std::vector<std::vector<LayerErrors>> measure_layer_errors(const std::vector<Int8Executor>& executors,
                                                           const Dataset& data, std::size_t threads,
                                                           ProgressStyle progress) {
  if (executors.empty()) return {};
  std::vector<std::vector<std::vector<LayerErrors>>> of_worker(threads, nothing_measured(executors));
  Progress bar{progress, "layer errors", data.images.size(), "images"};
  constexpr std::size_t kChunk = 16;  // images between two looks at the progress bar
  for (std::size_t begin = 0; begin < data.images.size(); begin += kChunk) {
    const std::size_t count = std::min(kChunk, data.images.size() - begin);
    detail::for_each_parallel(count, threads, [&](std::size_t worker, std::size_t i) {
      add_image(executors, quantise_image(executors[0].network(), data.images[begin + i]), of_worker[worker]);
    });
    bar.update(begin + count);
  }
  bar.finish();
  auto errors = std::move(of_worker[0]);
  for (std::size_t t = 1; t < of_worker.size(); ++t)
    for (std::size_t e = 0; e < errors.size(); ++e)
      for (std::size_t l = 0; l < errors[e].size(); ++l) {
        errors[e][l].accumulators.add(of_worker[t][e][l].accumulators);
        errors[e][l].outputs.add(of_worker[t][e][l].outputs);
      }
  return errors;
}

}  // namespace axvp
