// axvp_bench_platform [IMAGES [BATCH [TABLE]]]: host time that the SystemC platform adds to the same kernels without
// it, per image of a network with ResNet-20's shapes (random weights) with one of the bench tables (exact, rank1,
// rank3, rank8, near, any). After each inference of the platform the kernels run the same images, so that both see the
// same machine; medians of processor time are compared.
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <systemc>
#include <vector>

#include "axvp/sc_models/platform.h"
#include "axvp/workloads/int8_batch.h"
#include "bench_tables.h"
#include "small_network.h"

namespace {

using namespace axvp;  // NOLINT: a program of one file

double thread_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

int fail_with(const std::string& message) {
  std::fprintf(stderr, "axvp_bench_platform: %s\n", message.c_str());
  return 1;
}

int run(std::size_t images, int batch, const std::string& table) {
  const QuantizedNetwork network = testing::resnet20_shaped_network();
  const std::vector<OperatingPoint> points{testing::make_point(network, "exact", {"exact"}, 1)};
  PlatformInputs inputs;
  inputs.config.batch = batch;
  inputs.pool = testing::small_pool();
  inputs.pool.tables[0] = bench::bench_table(table).table;
  inputs.energy = testing::small_energy_table();
  const auto program = compile(network, points, inputs.pool, inputs.config);
  if (!program) return fail_with(program.error().message);
  inputs.program = *program;
  for (std::size_t i = 0; i < images; ++i) inputs.inputs.push_back(testing::random_input(network, i));
  const auto executor =
      Int8Executor::create(network, points[0], std::vector<TruthTable>(network.layers().size(), inputs.pool.tables[0]));
  if (!executor) return fail_with(executor.error().message);
  const auto per_inference = static_cast<std::size_t>(batch);
  Int8Batch kernels{*executor, per_inference};
  std::vector<double> kernels_ms, platform_ms;
  std::size_t wrong = 0;
  double mark = thread_ms();
  inputs.on_inference = [&](const InferenceRecord& inference) {
    const double before = thread_ms();
    platform_ms.push_back((before - mark) / batch);
    std::vector<const std::uint8_t*> bytes;
    for (std::size_t i = 0; i < per_inference; ++i) bytes.push_back(inputs.inputs[inference.index + i].data());
    const double begin = thread_ms();
    const std::int32_t* logits = kernels.run(bytes.data(), per_inference);
    kernels_ms.push_back((thread_ms() - begin) / batch);
    for (std::size_t i = 0; i < per_inference; ++i, logits += kernels.outputs())
      wrong += std::equal(inference.logits[i].begin(), inference.logits[i].end(), logits) ? 0 : 1;
    mark = thread_ms();
  };
  const auto result = run_platform(inputs);
  if (!result) return fail_with(result.error().message);
  if (wrong != 0) return fail_with("the platform's logits differ from the kernels'");

  std::uint64_t runs = 0;
  for (const auto& node : program->nodes) runs += node.runs;
  const double added = median(platform_ms) - median(kernels_ms);
  std::printf("table %s, %zu images in batches of %d, logits equal the kernels'\n", table.c_str(), images, batch);
  std::printf("kernels alone          %.3f ms per image (median)\n", median(kernels_ms));
  std::printf("platform               %.3f ms per image (median), %.1f %% of the kernels' speed\n", median(platform_ms),
              100.0 * median(kernels_ms) / median(platform_ms));
  std::printf("added by SystemC       %.3f ms per image\n", added);
  std::printf("simulated cycles       %llu per image\n",
              static_cast<unsigned long long>(result->cycles.total() / images));
  for (std::size_t i = 0; i < kCycleOwners; ++i)
    std::printf("  %-20s %llu\n", std::string{to_string(static_cast<CycleOwner>(i))}.c_str(),
                static_cast<unsigned long long>(result->cycles.of[i] / images));
  std::printf("runs                   %llu per batch\n", static_cast<unsigned long long>(runs));
  return 0;
}

}  // namespace

int sc_main(int argc, char** argv) {
  const int batch = argc > 2 ? std::atoi(argv[2]) : 1;
  const int images = argc > 1 ? std::atoi(argv[1]) : 320;
  if (batch < 1 || images < 1 || images % batch != 0)
    return fail_with("expected a number of images and a batch that divides it");
  try {
    return run(static_cast<std::size_t>(images), batch, argc > 3 ? argv[3] : "exact");
  } catch (const std::invalid_argument& unknown) {
    return fail_with(unknown.what());
  }
}
