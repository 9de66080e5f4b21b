#pragma once

#include <filesystem>
#include <string>

#include "axvp/common/result.h"

namespace axvp::sim {

/// The folder of axvp's sources (rtl/, power/), for commands that synthesise: `root` where it is given, else the
/// present folder if it is one, else the one that the program was built from. The error asks for --root.
[[nodiscard]] Result<std::filesystem::path> find_sources(const std::string& root);

}  // namespace axvp::sim
