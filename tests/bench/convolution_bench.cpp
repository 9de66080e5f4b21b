#include "convolution_bench.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "axvp/common/random.h"
#include "axvp/workloads/convolution_kernel.h"
#include "bench_tables.h"
#include "dot_peak.h"
#include "peer_loops.h"

namespace axvp::bench {
namespace {

constexpr double kWeightDeviation = 30.0;  // of trained int8 weights

struct Shape2d {
  const char* name;  ///< M x K, as a matrix product.
  int outputs, inputs, kernel, side, images, groups;
};

// ResNet-20 at batch 64; MobileNetV2 at 224 pixels, small maps at batch 16.
constexpr Shape2d kShapes[] = {
    {"resnet_16x144", 16, 16, 3, 32, 64, 1},      {"resnet_32x288", 32, 32, 3, 16, 64, 1},
    {"resnet_64x576", 64, 64, 3, 8, 64, 1},       {"pointwise_96x16", 96, 16, 1, 112, 1, 1},
    {"pointwise_144x24", 144, 24, 1, 56, 1, 1},   {"pointwise_32x192", 32, 192, 1, 28, 4, 1},
    {"pointwise_96x576", 96, 576, 1, 14, 16, 1},  {"pointwise_576x96", 576, 96, 1, 14, 16, 1},
    {"pointwise_160x960", 160, 960, 1, 7, 16, 1}, {"pointwise_960x160", 960, 160, 1, 7, 16, 1},
    {"depthwise_144", 144, 144, 3, 56, 1, 144},   {"depthwise_384", 384, 384, 3, 14, 16, 384}};

std::size_t at(int index) {
  return static_cast<std::size_t>(index);
}

double macs_of(const Shape2d& s, int images) {
  return static_cast<double>(s.outputs) * (s.inputs / s.groups) * s.kernel * s.kernel * s.side * s.side * images;
}

/// Weights and images of a shape.
struct Operands {
  Operands(const Shape2d& s, int codes) {
    Random random{1};
    const int pad = s.kernel / 2;
    convolution.window = {s.kernel, s.kernel, 1, 1, 1, 1, pad, pad, pad, pad};
    convolution.groups = s.groups;
    convolution.output_channels = s.outputs;
    convolution.weights.resize(at(s.outputs * (s.inputs / s.groups) * s.kernel * s.kernel));
    for (auto& weight : convolution.weights)
      weight = static_cast<std::int8_t>(std::clamp(kWeightDeviation * random.normal(), -127.0, 127.0));
    images.resize(at(s.images));
    input = {s.inputs, s.side, s.side};
    for (auto& image : images) {
      image.resize(input.size());
      for (auto& code : image) code = static_cast<std::uint8_t>(random.below(static_cast<std::uint64_t>(codes)));
      pointers.push_back(image.data());
    }
  }

  QuantizedConvolution convolution;
  Shape input;
  std::vector<std::vector<std::uint8_t>> images;
  std::vector<const std::uint8_t*> pointers;
};

void rate(benchmark::State& state, double macs) {
  state.counters["GMAC/s"] = benchmark::Counter(macs * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

void run_kernel(benchmark::State& state, const Shape2d& shape, const BenchTable& table, KernelTier tier) {
  const Operands operands{shape, table.activation_codes};
  const auto plan = ProductPlan::of(table.table, table.encoding, false);
  const ConvolutionKernel kernel{operands.convolution, operands.input, plan, tier};
  KernelScratch scratch;
  std::vector<std::int32_t> sums(at(shape.outputs) * at(shape.side * shape.side) * operands.images.size());
  for (auto _ : state) {
    kernel.accumulate(operands.pointers.data(), operands.pointers.size(), sums.data(), scratch);
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetLabel(plan->name());
  rate(state, macs_of(shape, shape.images));
}

using Loop = void (*)(const LoopOperands&);

/// One image; the columns are drawn, which a loop cannot tell from unfolded ones.
void run_loop(benchmark::State& state, const Shape2d& shape, Loop loop) {
  const Operands operands{shape, 256};
  const int k = shape.inputs / shape.groups * shape.kernel * shape.kernel;
  const int n = shape.side * shape.side;
  Random random{2};
  std::vector<std::uint8_t> columns(at(shape.groups) * at(k) * at(n));
  for (auto& code : columns) code = static_cast<std::uint8_t>(random.below(256));
  std::vector<std::int32_t> table(65536);
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = bench_table("any").table.products()[i];
  std::vector<std::int32_t> sums(at(shape.outputs) * at(n));
  const auto* weights = reinterpret_cast<const std::uint8_t*>(operands.convolution.weights.data());
  for (auto _ : state) {
    loop({weights, columns.data(), table.data(), shape.outputs, k, n, sums.data()});
    benchmark::DoNotOptimize(sums.data());
  }
  rate(state, macs_of(shape, 1));
}

void run_peak(benchmark::State& state) {
  constexpr int kRounds = 100000;
  for (auto _ : state) run_dot_peak(kRounds);
  rate(state, static_cast<double>(kRounds) * kProductsOfRound);
}

}  // namespace

void register_convolutions() {
  const auto register_one = [](const std::string& name, auto run) {
    benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond);
  };
#ifdef AXVP_HAS_DOT_PEAK
  if (is_available(KernelTier::Avx512)) register_one("peak/vpdpbusd", run_peak);
#endif
  for (const Shape2d& shape : kShapes) {
    const std::string prefix = std::string("conv/") + shape.name + "/";
    const auto loop = [&](const char* name, Loop function) {
      register_one(prefix + name, [&shape, function](benchmark::State& state) { run_loop(state, shape, function); });
    };
    if (shape.groups > 1) {
      loop("peers", peers_depthwise_loop);
    } else {
      loop("peers", peers_loop);
      loop("peers_by_patch", peers_loop_by_patch);
      loop("scalar_rows", scalar_rows);
    }
    for (const BenchTable& table : bench_tables())
      for (const KernelTier tier : {KernelTier::Avx512, KernelTier::Avx2, KernelTier::Portable})
        if (is_available(tier))
          register_one(prefix + table.name + "/" + std::string(to_string(tier)),
                       [&shape, &table, tier](benchmark::State& state) { run_kernel(state, shape, table, tier); });
  }
}

}  // namespace axvp::bench
