#include "network_bench.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "axvp/workloads/int8_batch.h"
#include "bench_tables.h"
#include "drawn_networks.h"

namespace axvp::bench {
namespace {

struct NetworkCase {
  const char* name;
  testing::DrawnNetwork (*draw)();
  std::size_t images;
};

const NetworkCase kCases[] = {{"resnet20_batch64", [] { return testing::drawn_resnet(3, 1); }, 64},
                              {"mobilenet_v2_128px_batch16", [] { return testing::drawn_mobilenet_v2(128, 1); }, 16}};

/// One table for all layers. The networks are sm8.
struct Prepared {
  Prepared(const NetworkCase& c, const BenchTable& table) : drawn(c.draw()) {
    std::vector<TruthTable> tables(drawn.network.layers().size(), table.table);
    auto created = Int8Executor::create(drawn.network, drawn.point, tables);
    if (!created) throw std::runtime_error(created.error().message);
    executor = std::make_unique<Int8Executor>(*std::move(created));
    inputs = testing::drawn_inputs(drawn.network, c.images, 2);
    for (std::size_t l = 0; l < tables.size(); ++l) macs += static_cast<double>(drawn.network.macs_of_layer(l));
    macs *= static_cast<double>(c.images);
  }

  testing::DrawnNetwork drawn;
  std::unique_ptr<Int8Executor> executor;
  std::vector<StoredTensor> inputs;
  double macs = 0.0;
};

void rate(benchmark::State& state, const Prepared& p) {
  state.counters["GMAC/s"] = benchmark::Counter(p.macs * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(p.inputs.size()), benchmark::Counter::kIsIterationInvariantRate);
}

std::vector<const std::uint8_t*> pointers_to(const std::vector<StoredTensor>& tensors) {
  std::vector<const std::uint8_t*> pointers;
  for (const StoredTensor& tensor : tensors) pointers.push_back(tensor.data());
  return pointers;
}

void run_network(benchmark::State& state, const NetworkCase& c, const BenchTable& table) {
  const Prepared p{c, table};
  Int8Batch batch{*p.executor, c.images};
  const auto inputs = pointers_to(p.inputs);
  for (auto _ : state) benchmark::DoNotOptimize(batch.run(inputs.data(), inputs.size()));
  rate(state, p);
}

void run_threads(benchmark::State& state, const NetworkCase& c, const BenchTable& table, std::size_t threads) {
  const Prepared p{c, table};
  for (auto _ : state) benchmark::DoNotOptimize(run_images(*p.executor, p.inputs, threads));
  rate(state, p);
}

/// The sums of every layer from the bytes that it really reads.
void run_layers(benchmark::State& state, const NetworkCase& c, const BenchTable& table) {
  const Prepared p{c, table};
  const QuantizedNetwork& network = p.drawn.network;
  std::vector<std::vector<StoredTensor>> tensors;
  for (const StoredTensor& input : p.inputs) tensors.push_back(p.executor->run_all(input));
  const auto layers = network.layers();
  std::vector<std::vector<const std::uint8_t*>> inputs(layers.size());
  std::size_t largest = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const QuantizedNode& node = network.nodes[layers[l]];
    for (const auto& of_image : tensors) inputs[l].push_back(of_image[node.inputs[0]].data());
    largest = std::max(largest, network.tensors[node.output].shape.size());
  }
  std::vector<std::int32_t> sums(largest * c.images);
  KernelScratch scratch;
  for (auto _ : state)
    for (std::size_t l = 0; l < layers.size(); ++l)
      p.executor->accumulate_layer(l, inputs[l].data(), inputs[l].size(), sums.data(), scratch);
  rate(state, p);
}

}  // namespace

void register_networks() {
  for (const NetworkCase& c : kCases)
    for (const char* name : {"exact", "rank1", "rank3", "rank8", "near", "any"}) {
      const BenchTable& table = bench_table(name);
      const std::string suffix = std::string(c.name) + "/" + name;
      benchmark::RegisterBenchmark(("network/" + suffix).c_str(), [&](benchmark::State& state) {
        run_network(state, c, table);
      })->Unit(benchmark::kMillisecond);
      benchmark::RegisterBenchmark(("layers/" + suffix).c_str(), [&](benchmark::State& state) {
        run_layers(state, c, table);
      })->Unit(benchmark::kMillisecond);
      for (const std::size_t threads : {1, 2})
        benchmark::RegisterBenchmark(
            ("network/" + suffix + "/" + std::to_string(threads) + "_threads").c_str(),
            [&c, &table, threads](benchmark::State& state) { run_threads(state, c, table, threads); })
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
    }
}

}  // namespace axvp::bench
