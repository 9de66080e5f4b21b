// axvp_bench_platform [IMAGES]: host time that the SystemC platform adds to the plain executor, per image of a network
// with ResNet-20's shapes (random weights) at the default configuration. After each inference of the platform the
// executor runs the same image, so that both see the same machine; medians of processor time are compared.
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <systemc>
#include <vector>

#include "axvp/sc_models/platform.h"
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

int run(std::size_t images) {
  const QuantizedNetwork network = testing::resnet20_shaped_network();
  const std::vector<OperatingPoint> points{testing::make_point(network, "exact", {"exact"}, 1)};
  PlatformInputs inputs;
  inputs.pool = testing::small_pool();
  inputs.energy = testing::small_energy_table();
  const auto program = compile(network, points, inputs.pool, inputs.config);
  if (!program) return fail_with(program.error().message);
  inputs.program = *program;
  for (std::size_t i = 0; i < images; ++i) inputs.inputs.push_back(testing::random_input(network, i));
  const auto executor =
      Int8Executor::create(network, points[0], std::vector<TruthTable>(network.layers().size(), inputs.pool.tables[0]));
  std::vector<double> executor_ms, platform_ms;
  std::size_t wrong = 0;
  double mark = thread_ms();
  inputs.on_inference = [&](const InferenceRecord& inference) {
    const double before = thread_ms();
    platform_ms.push_back(before - mark);
    const auto expected = executor->run(inputs.inputs[inference.index]);
    mark = thread_ms();
    executor_ms.push_back(mark - before);
    wrong += expected == inference.logits.front() ? 0 : 1;
  };
  const auto result = run_platform(inputs);
  if (!result) return fail_with(result.error().message);
  if (wrong != 0) return fail_with("the platform's logits differ from the executor's");

  std::uint64_t runs = 0;
  for (const auto& node : program->nodes) runs += node.runs;
  std::printf("images                 %zu, logits equal the executor's\n", images);
  std::printf("executor               %.3f ms per image (median)\n", median(executor_ms));
  std::printf("platform               %.3f ms per image (median)\n", median(platform_ms));
  std::printf("added by SystemC       %.3f ms per image\n", median(platform_ms) - median(executor_ms));
  std::printf("simulated cycles       %llu per image\n",
              static_cast<unsigned long long>(result->cycles.total() / images));
  for (std::size_t i = 0; i < kCycleOwners; ++i)
    std::printf("  %-20s %llu\n", std::string{to_string(static_cast<CycleOwner>(i))}.c_str(),
                static_cast<unsigned long long>(result->cycles.of[i] / images));
  std::printf("runs                   %llu per image\n", static_cast<unsigned long long>(runs));
  return 0;
}

}  // namespace

int sc_main(int argc, char** argv) {
  const int images = argc > 1 ? std::atoi(argv[1]) : 300;
  return images > 0 ? run(static_cast<std::size_t>(images)) : fail_with("expected a number of images > 0");
}
