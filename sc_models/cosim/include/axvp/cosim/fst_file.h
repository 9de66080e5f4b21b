#pragma once

#include <filesystem>
#include <memory>

#include "axvp/accel/array_wave.h"

namespace axvp {

/// A wave in GTKWave's compressed format FST. Errors: a path that cannot be written.
[[nodiscard]] Result<std::unique_ptr<WaveFile>> make_fst_file(const std::filesystem::path& path);

}  // namespace axvp
