#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "axvp/workloads/dataset.h"

namespace axvp {

/// The embedded data set: ten classes of procedurally drawn 32x32 RGB images, so that a machine without data runs
/// everything. Image i of a split depends on (split, i) alone. docs/datasets.md shows the classes.
enum class Synth10Split { Train, Validation, Test };

inline constexpr std::size_t kSynth10TrainImages = 20000;
inline constexpr std::size_t kSynth10ValidationImages = 2000;
inline constexpr std::size_t kSynth10TestImages = 2000;

[[nodiscard]] Image synth10_image(Synth10Split split, std::size_t index);
[[nodiscard]] Dataset synth10(Synth10Split split, std::size_t limit = 0);

}  // namespace axvp
