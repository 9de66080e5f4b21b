#pragma once

#include <filesystem>

#include "axvp/common/result.h"
#include "axvp/power/energy_table.h"
#include "axvp/power/liberty.h"

namespace axvp {

/// Reads published memory prices (TOML) and scales the on-chip ones to the library's feature size and voltage; the
/// sources in the result say so. Fails if the file does not name the library's feature size.
[[nodiscard]] Result<MemoryEnergy> load_memory_prices(const std::filesystem::path& path, const LibertyLibrary& library);

}  // namespace axvp
