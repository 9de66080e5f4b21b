#include "axvp/common/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

namespace axvp {
namespace {

template <class Container>
Result<Container> read_whole(const std::filesystem::path& path, std::uint64_t limit) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error || !std::filesystem::exists(status)) return fail("{}: no such file", path.string());
  if (!std::filesystem::is_regular_file(status)) return fail("{}: not a regular file", path.string());
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) return fail("{}: cannot read its size: {}", path.string(), error.message());
  if (size > limit) return fail("{}: {} bytes, at most {} are accepted here", path.string(), size, limit);
  std::ifstream file{path, std::ios::binary};
  if (!file) return fail("{}: cannot open: {}", path.string(), std::strerror(errno));
  Container content;
  content.resize(size);
  file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::uint64_t>(file.gcount()) != size) return fail("{}: ended before its size", path.string());
  return content;
}

/// Owns a descriptor and the temporary name until the rename has succeeded.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string pattern) : name_(std::move(pattern)) { descriptor_ = ::mkstemp(name_.data()); }
  ~TemporaryFile() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
      ::unlink(name_.c_str());
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] bool write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = ::write(descriptor_, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor_) == 0;
  }
  [[nodiscard]] bool rename_to(const std::string& path) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(descriptor_, 0666 & ~mask) != 0 || ::rename(name_.c_str(), path.c_str()) != 0) return false;
    ::close(descriptor_);
    descriptor_ = -1;
    return true;
  }

 private:
  std::string name_;
  int descriptor_;
};

/// The content in a temporary file in the folder of `path`, on the disk.
Result<std::unique_ptr<TemporaryFile>> write_beside(const std::filesystem::path& path, std::string_view content) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail("{}: cannot create the folder: {}", folder.string(), error.message());
  if (std::filesystem::is_directory(path, error)) return fail("{}: is a folder, a file was expected", path.string());
  auto file = std::make_unique<TemporaryFile>((folder / ("." + path.filename().string() + ".XXXXXX")).string());
  if (!file->is_open()) return fail("{}: cannot write into the folder: {}", folder.string(), std::strerror(errno));
  if (!file->write(content))
    return fail("{}: cannot write {} bytes: {}; an older file stays as it was", path.string(), content.size(),
                std::strerror(errno));
  return file;
}

Result<void> rename_into_place(TemporaryFile& file, const std::filesystem::path& path) {
  if (!file.rename_to(path.string()))
    return fail("{}: cannot rename into place: {}", path.string(), std::strerror(errno));
  return {};
}

}  // namespace

Result<std::string> read_text_file(const std::filesystem::path& path, std::uint64_t limit) {
  return read_whole<std::string>(path, limit);
}

Result<std::vector<std::uint8_t>> read_binary_file(const std::filesystem::path& path, std::uint64_t limit) {
  return read_whole<std::vector<std::uint8_t>>(path, limit);
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  auto file = write_beside(path, content);
  if (!file) return forward_error(file);
  return rename_into_place(**file, path);
}

Result<void> write_files_atomically(const std::vector<NewFile>& files) {
  std::vector<std::unique_ptr<TemporaryFile>> written;
  for (const NewFile& file : files) {
    auto temporary = write_beside(file.path, file.content);
    if (!temporary) return forward_error(temporary);
    written.push_back(std::move(*temporary));
  }
  for (std::size_t i = 0; i < files.size(); ++i)
    if (auto renamed = rename_into_place(*written[i], files[i].path); !renamed) return renamed;
  return {};
}

}  // namespace axvp
