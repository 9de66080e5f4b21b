#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "axvp/common/file.h"
#include "axvp/common/progress.h"
#include "axvp/training/train.h"
#include "axvp/workloads/onnx_export.h"
#include "tune_gradient.h"

namespace axvp::sim {
namespace {

struct Options {
  std::string recipe, out, checkpoint;
  bool quiet = false;
};

/// Keeps LibTorch and oneDNN to one instruction set: left alone they take the widest there is, add in another order on
/// each kind of processor, and a recipe's weights depend on the machine. Both read these variables at their first
/// operation.
Result<void> use_one_instruction_set() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    return fail("portable = true: this processor lacks AVX2 or FMA");
  ::setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
  ::setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  return {};
}

int refuse(const Error& error) {
  std::fprintf(stderr, "axvp: %s\n", error.message.c_str());
  return 2;
}

void print_epoch(const EpochReport& epoch, int epochs) {
  fmt::print("epoch {:>3}/{}  loss {:.4f}  train {:.2f} %  rate {:.4f}", epoch.epoch, epochs, epoch.loss,
             100 * epoch.train_accuracy, epoch.learning_rate);
  if (epoch.validation_accuracy) fmt::print("  validation {:.2f} %", 100 * *epoch.validation_accuracy);
  fmt::print("\n");
  std::fflush(stdout);
}

int run(const Options& options) {
  const auto recipe = load_recipe(options.recipe);
  if (!recipe) return refuse(recipe.error());
  if (recipe->portable)
    if (auto kept = use_one_instruction_set(); !kept) return refuse(kept.error());
  TrainingOptions training;
  training.progress = progress_style(options.quiet);
  training.checkpoint = options.checkpoint.empty() ? options.out + ".checkpoint" : options.checkpoint;
  training.after_epoch = [&](const EpochReport& epoch) { print_epoch(epoch, recipe->epochs); };
  const auto result = train(*recipe, training);
  if (!result) return refuse(result.error());
  if (const auto written = write_file_atomically(options.out, export_onnx(result->network)); !written)
    return refuse(written.error());
  fmt::print("{}: {:.0f} images/s", options.out, result->images_per_second());
  if (result->test_accuracy) fmt::print(", test accuracy {:.2f} %", 100 * *result->test_accuracy);
  fmt::print("\n");
  if (options.checkpoint.empty()) {
    std::error_code ignored;
    std::filesystem::remove(training.checkpoint, ignored);
  }
  return 0;
}

}  // namespace
}  // namespace axvp::sim

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view{argv[1]} == "tune") return axvp::sim::run_tune_gradient(argc - 1, argv + 1);
  if (argc > 1 && std::string_view{argv[1]} == "noise") return axvp::sim::run_noise(argc - 1, argv + 1);
  axvp::sim::Options options;
  CLI::App app{"Train a network from a recipe and write it as ONNX; a run that was killed goes on where it was",
               "axvp train"};
  app.add_option("recipe", options.recipe, "Recipe (TOML): network, data, optimizer, augmentation, seed")->required();
  app.add_option("--out", options.out, "ONNX file to write")->required();
  app.add_option("--checkpoint", options.checkpoint,
                 "State after each epoch, to resume from; OUT.checkpoint without it, removed at the end");
  app.add_flag("--quiet", options.quiet, "No progress on standard error");
  app.footer("Example: axvp train workloads/networks/resnet8_synth10.toml --out resnet8.onnx");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return axvp::sim::run(options);
}
