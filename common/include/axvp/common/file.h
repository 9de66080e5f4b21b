#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

inline constexpr std::uint64_t kDefaultReadLimit = 4ull << 30;  ///< Bytes; larger files are refused, not read.

[[nodiscard]] Result<std::string> read_text_file(const std::filesystem::path& path,
                                                 std::uint64_t limit = kDefaultReadLimit);
[[nodiscard]] Result<std::vector<std::uint8_t>> read_binary_file(const std::filesystem::path& path,
                                                                 std::uint64_t limit = kDefaultReadLimit);

/// Writes a temporary file beside `path`, flushes it to disk and renames it over `path`: a reader sees the old content
/// or the new one, and a full disk or a kill leaves the old file as it was. Creates the parent folder.
[[nodiscard]] Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// A file's name and its content.
struct NewFile {
  std::filesystem::path path;
  std::string content;
};
/// The same for files that belong together: no old one is replaced before every new one is on the disk.
[[nodiscard]] Result<void> write_files_atomically(const std::vector<NewFile>& files);

}  // namespace axvp
