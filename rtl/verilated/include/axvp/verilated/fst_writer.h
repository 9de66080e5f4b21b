#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace axvp {

/// A file in GTKWave's format FST, through the writer that comes with Verilator.
class FstWriter {
 public:
  virtual ~FstWriter() = default;
  /// A signal of 1 to 64 bits, numbered from 0; signals of one scope follow one another.
  virtual void declare(std::string_view scope, std::string_view name, int bits) = 0;
  virtual void time(std::uint64_t picoseconds) = 0;
  virtual void change(std::size_t signal, std::uint64_t value) = 0;
  virtual void close() = 0;
};

/// Null where the file cannot be created.
[[nodiscard]] std::unique_ptr<FstWriter> make_fst_writer(const std::filesystem::path& path);

}  // namespace axvp
