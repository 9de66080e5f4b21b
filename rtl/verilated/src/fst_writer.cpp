#include "axvp/verilated/fst_writer.h"

#include <string>
#include <utility>
#include <vector>

// The writer is C that Verilator's own FST support includes in the same way; its warnings are not ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#define FST_CONFIG_INCLUDE "fst_config.h"
#include "gtkwave/fastlz.c"
#include "gtkwave/fstapi.c"
#include "gtkwave/lz4.c"
#pragma GCC diagnostic pop

namespace axvp {
namespace {

class FstFile final : public FstWriter {
 public:
  explicit FstFile(void* context) : context_(context) {
    fstWriterSetTimescaleFromString(context_, "1ps");
    fstWriterSetPackType(context_, FST_WR_PT_LZ4);
  }
  ~FstFile() override { close(); }

  void declare(std::string_view scope, std::string_view name, int bits) override {
    if (scope != scope_) {
      if (!scope_.empty()) fstWriterSetUpscope(context_);
      scope_ = scope;
      fstWriterSetScope(context_, FST_ST_VCD_MODULE, scope_.c_str(), nullptr);
    }
    const auto width = static_cast<std::uint32_t>(bits);
    signals_.push_back(
        {fstWriterCreateVar(context_, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, width, std::string{name}.c_str(), 0), width});
  }
  void time(std::uint64_t picoseconds) override { fstWriterEmitTimeChange(context_, picoseconds); }
  void change(std::size_t signal, std::uint64_t value) override {
    fstWriterEmitValueChange64(context_, signals_[signal].handle, signals_[signal].bits, value);
  }
  void close() override {
    if (void* context = std::exchange(context_, nullptr); context != nullptr) fstWriterClose(context);
  }

 private:
  struct Signal {
    fstHandle handle;
    std::uint32_t bits;
  };
  void* context_;
  std::string scope_;
  std::vector<Signal> signals_;
};

}  // namespace

std::unique_ptr<FstWriter> make_fst_writer(const std::filesystem::path& path) {
  void* context = fstWriterCreate(path.c_str(), 1);
  if (context == nullptr) return nullptr;
  return std::make_unique<FstFile>(context);
}

}  // namespace axvp
