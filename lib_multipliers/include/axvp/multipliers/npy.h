#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "axvp/common/result.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// Reads a truth table from NumPy's file format
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): an array of 256x256 little-endian
/// integers, table[x, w], activation first. Signed and unsigned integers of 16, 32 and 64 bits, C and Fortran order and
/// format versions 1 to 3 are read; everything else is refused with what to do.
[[nodiscard]] Result<TruthTable> read_npy_table(const std::filesystem::path& path);

/// The same from the content of a file; `name` stands in the messages.
[[nodiscard]] Result<TruthTable> parse_npy_table(std::string_view content, const std::string& name);

/// Writes int32, C order, version 1.0: what `numpy.save(path, table.astype('<i4'))` writes.
[[nodiscard]] Result<void> write_npy_table(const std::filesystem::path& path, const TruthTable& table);

}  // namespace axvp
