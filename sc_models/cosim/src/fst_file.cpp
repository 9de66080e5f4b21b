#include "axvp/cosim/fst_file.h"

#include <system_error>
#include <utility>

#include "axvp/verilated/fst_writer.h"

namespace axvp {
namespace {

class FstFile final : public WaveFile {
 public:
  FstFile(std::unique_ptr<FstWriter> writer, std::filesystem::path path, std::filesystem::path part)
      : writer_(std::move(writer)), path_(std::move(path)), part_(std::move(part)) {}
  ~FstFile() override {
    if (part_.empty()) return;
    writer_->close();
    std::error_code ignored;
    std::filesystem::remove(part_, ignored);
  }

  void declare(std::string_view scope, std::string_view name, int bits) override {
    writer_->declare(scope, name, bits);
  }
  void time(std::uint64_t picoseconds) override { writer_->time(picoseconds); }
  void change(std::size_t signal, std::uint64_t value) override { writer_->change(signal, value); }

  Result<void> close() override {
    writer_->close();
    std::error_code error;
    std::filesystem::rename(part_, path_, error);
    if (error) return fail("{}: {}", path_.string(), error.message());
    part_.clear();
    return {};
  }

 private:
  std::unique_ptr<FstWriter> writer_;
  std::filesystem::path path_, part_;
};

}  // namespace

Result<std::unique_ptr<WaveFile>> make_fst_file(const std::filesystem::path& path) {
  std::filesystem::path part = path;
  part += ".part";
  auto writer = make_fst_writer(part);
  if (writer == nullptr) return fail("{}: cannot be written", path.string());
  return std::make_unique<FstFile>(std::move(writer), path, std::move(part));
}

}  // namespace axvp
