// axvp_bench_array: cycles a second of processor time of the array's levels at 16 x 16, one layer's product with real
// values (half of the activations 0) and a multiplier that is not exact; and how long level analytic takes for
// ResNet-50 on 1,000 arrays.
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "axvp/accel/array_model.h"
#include "axvp/common/random.h"
#include "axvp/multipliers/catalogue.h"
#ifdef AXVP_HAS_VERILATED
#include "axvp/cosim/rtl_array.h"
#endif

namespace {

using namespace axvp;  // NOLINT: a program of one file

constexpr ArrayConfig kArray{16, 16};
constexpr int kPositions = 1024, kDepth = 288, kChannels = 32, kRepetitions = 7;

double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Operands {
  std::vector<std::uint8_t> activations;
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> sums;
  MatrixProduct product;
};

Operands make_operands() {
  Random random{1};
  Operands o;
  for (int i = 0; i < kPositions * kDepth; ++i)
    o.activations.push_back(static_cast<std::uint8_t>(random.below(2) == 0 ? 0 : random.below(256)));
  for (int i = 0; i < kChannels * kDepth; ++i) o.weights.push_back(static_cast<std::int8_t>(random.between(-127, 127)));
  o.sums.resize(static_cast<std::size_t>(kPositions) * kChannels);
  o.product = {kPositions, kDepth,        kChannels, o.activations.data(), o.weights.data(), false,
               1,          o.sums.data(), kChannels};
  return o;
}

void report(const char* name, ArrayModel& model, Operands& operands) {
  std::vector<double> speeds;
  Cycles cycles = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    const double begin = thread_seconds();
    cycles = model.run({operands.product}).total;
    speeds.push_back(static_cast<double>(cycles) / (thread_seconds() - begin));
  }
  std::sort(speeds.begin(), speeds.end());
  std::printf("%-28s %12.0f cycles/s (median of %d, %.0f to %.0f), %llu cycles\n", name, speeds[kRepetitions / 2],
              kRepetitions, speeds.front(), speeds.back(), static_cast<unsigned long long>(cycles));
}

/// The convolutions of ResNet-50 at 224 x 224 as matrix products: He et al. 2016, table 1, stride in the 3x3.
std::vector<MatrixShape> resnet50() {
  std::vector<MatrixShape> layers{{112 * 112, 64, 147}};
  std::uint64_t inputs = 64, side = 56;
  const struct { std::uint64_t width, blocks; } stages[]{{64, 3}, {128, 4}, {256, 6}, {512, 3}};
  for (const auto& stage : stages)
    for (std::uint64_t block = 0; block < stage.blocks; ++block) {
      layers.push_back({side * side, stage.width, inputs});
      if (block == 0 && stage.width != 64) side /= 2;
      layers.push_back({side * side, stage.width, 9 * stage.width});
      layers.push_back({side * side, 4 * stage.width, stage.width});
      if (block == 0) layers.push_back({side * side, 4 * stage.width, inputs});
      inputs = 4 * stage.width;
    }
  layers.push_back({1, 1000, 2048});
  return layers;
}

void report_exploration() {
  const auto layers = resnet50();
  const double begin = thread_seconds();
  Cycles sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const ArrayConfig array{4 + i % 40, 4 + i / 40};
    for (const MatrixShape& layer : layers)
      sum +=
          chain_cycles(Dataflow::WeightStationary, array, {fold_group(Dataflow::WeightStationary, array, layer)}).total;
  }
  std::printf("analytic, ResNet-50 on 1,000 arrays: %.1f ms (checksum %llu)\n", 1e3 * (thread_seconds() - begin),
              static_cast<unsigned long long>(sum));
}

}  // namespace

int main() {
  const std::vector<const char*> ids{"dadda-exact", "dadda_trunc-k7c", "dadda_trunc-k9c", "gated_dadda-468/m2"};
  std::vector<TruthTable> tables;
  for (const char* id : ids) tables.push_back(Catalogue::built_in().find(id)->table);
  Operands operands = make_operands();
  for (const Dataflow dataflow : {Dataflow::WeightStationary, Dataflow::OutputStationary}) {
    const bool ws = dataflow == Dataflow::WeightStationary;
    report(ws ? "cycle, weight-stationary" : "cycle, output-stationary",
           *make_cycle_array(dataflow, kArray, Encoding::SignMagnitude, tables), operands);
#ifdef AXVP_HAS_VERILATED
    std::vector<RtlSelectable> pool;
    for (const char* id : ids) {
      const auto selectable = Catalogue::built_in().find(id);
      pool.push_back({id, selectable->rtl_module, selectable->mode});
    }
    const auto rtl = make_rtl_array(dataflow, kArray, Encoding::SignMagnitude, pool);
    if (rtl) report(ws ? "rtl, weight-stationary" : "rtl, output-stationary", **rtl, operands);
#endif
  }
  report_exploration();
  return 0;
}
