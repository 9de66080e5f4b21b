#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "axvp/common/result.h"

namespace axvp {

/// SHA-256 in lower-case hexadecimal, 64 characters.
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace axvp
