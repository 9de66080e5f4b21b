#include "axvp/accel/array_wave.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <utility>

#include "axvp/accel/port_log.h"

namespace axvp {
namespace {

constexpr double kPicosecondsTimesMegahertz = 1e6;

class VcdFile final : public WaveFile {
 public:
  VcdFile(std::filesystem::path path, std::filesystem::path part) : path_(std::move(path)), part_(std::move(part)) {
    file_.open(part_, std::ios::binary);
    file_ << "$timescale 1 ps $end\n";
  }
  ~VcdFile() override {
    if (!part_.empty()) {
      file_.close();
      std::error_code ignored;
      std::filesystem::remove(part_, ignored);
    }
  }
  [[nodiscard]] bool is_open() const { return file_.is_open(); }

  void declare(std::string_view scope, std::string_view name, int bits) override {
    if (scope != scope_) {
      if (!scope_.empty()) file_ << "$upscope $end\n";
      file_ << "$scope module " << scope << " $end\n";
      scope_ = scope;
    }
    bits_.push_back(bits);
    file_ << fmt::format("$var wire {} {} {} $end\n", bits, code(bits_.size() - 1), name);
  }

  void time(std::uint64_t picoseconds) override {
    if (!std::exchange(is_defined_, true)) file_ << "$upscope $end\n$enddefinitions $end\n";
    file_ << '#' << picoseconds << '\n';
  }

  void change(std::size_t signal, std::uint64_t value) override {
    if (bits_[signal] == 1)
      file_ << (value & 1) << code(signal) << '\n';
    else
      file_ << fmt::format("b{:b} {}\n", value, code(signal));
  }

  Result<void> close() override {
    file_.close();
    if (!file_) return fail("{}: cannot be written", part_.string());
    std::error_code error;
    std::filesystem::rename(part_, path_, error);
    if (error) return fail("{}: {}", path_.string(), error.message());
    part_.clear();
    return {};
  }

 private:
  /// Identifiers of printable characters.
  static std::string code(std::size_t signal) {
    constexpr std::size_t kFirst = '!', kCount = '~' - '!' + 1;
    std::string text;
    do {
      text += static_cast<char>(kFirst + signal % kCount);
      signal /= kCount;
    } while (signal > 0);
    return text;
  }

  std::filesystem::path path_, part_;
  std::ofstream file_;
  std::string scope_;
  std::vector<int> bits_;
  bool is_defined_ = false;
};

std::string numbered(const char* name, int number) {
  return fmt::format("{}_{}", name, number);
}

std::uint64_t word(std::int32_t value) {
  return static_cast<std::uint32_t>(value);
}
std::uint64_t byte(std::int8_t value) {
  return static_cast<std::uint8_t>(value);
}

/// Ports that only one of the arrays has, named as in its RTL.
void declare_tokens(ArrayWave& wave, const WsArrayInputs& /*ports*/) {
  wave.declare("ports", "act_valid_i", 1);
  wave.declare("ports", "swap_i", 1);
  wave.declare("ports", "weight_valid_i", 1);
  wave.declare("ports", "weight_row_i", 16);
}
void set_tokens(ArrayWave& wave, const WsArrayInputs& ports) {
  wave.set(ports.activations != nullptr ? 1 : 0);
  wave.set(ports.swap ? 1 : 0);
  wave.set(ports.weights != nullptr ? 1 : 0);
  wave.set(static_cast<std::uint64_t>(ports.weight_row));
}
void declare_tokens(ArrayWave& wave, const OsArrayInputs& /*ports*/) {
  wave.declare("ports", "first_i", 1);
  wave.declare("ports", "last_i", 1);
}
void set_tokens(ArrayWave& wave, const OsArrayInputs& ports) {
  wave.set(ports.first ? 1 : 0);
  wave.set(ports.last ? 1 : 0);
}

template <class Interface, class Inputs, class Log>
class RecordedArray final : public Interface {
 public:
  RecordedArray(std::unique_ptr<Interface> array, ArrayWave& wave)
      : array_(std::move(array)), shape_(array_->shape()), log_(shape_), wave_(wave) {
    declare_tokens(wave_, Inputs{});
    wave_.declare("ports", "select_i", 8);
    wave_.declare("ports", "act_signed_i", 1);
    for (int r = 0; r < shape_.rows; ++r) wave_.declare("ports", numbered("act_i", r), 8);
    for (int c = 0; c < shape_.columns; ++c) wave_.declare("ports", numbered("weight_i", c), 8);
    wave_.declare("ports", "sum_valid_o", 1);
    for (int c = 0; c < shape_.columns; ++c) wave_.declare("ports", numbered("sum_o", c), 32);
    for (int r = 0; r < shape_.rows; ++r)
      for (int c = 0; c < shape_.columns; ++c) {
        const std::string scope = fmt::format("pe_{}_{}", r, c);
        wave_.declare(scope, "x", 9);
        wave_.declare(scope, "w", 8);
        wave_.declare(scope, "select", 8);
        wave_.declare(scope, "sum", 32);
      }
  }

  ArrayConfig shape() const override { return shape_; }
  std::int32_t partial_sum(int row, int column) const override { return array_->partial_sum(row, column); }
  std::string finding() const override { return array_->finding(); }
  void begin_run() override {
    array_->begin_run();
    log_.begin_run();
  }

  const std::int32_t* clock(const Inputs& inputs) override {
    log_.record(inputs);
    const std::int32_t* sums = array_->clock(inputs);
    if (wave_.next_edge()) record(inputs, sums);
    return sums;
  }

 private:
  void record(const Inputs& inputs, const std::int32_t* sums) {
    set_tokens(wave_, inputs);
    wave_.set(inputs.select);
    wave_.set(inputs.activations_signed ? 1 : 0);
    for (int r = 0; r < shape_.rows; ++r) wave_.set(inputs.activations == nullptr ? 0 : inputs.activations[r]);
    for (int c = 0; c < shape_.columns; ++c) wave_.set(inputs.weights == nullptr ? 0 : byte(inputs.weights[c]));
    wave_.set(sums != nullptr ? 1 : 0);
    for (int c = 0; c < shape_.columns; ++c) wave_.set(sums == nullptr ? 0 : word(sums[c]));
    const auto now = static_cast<std::int64_t>(log_.cycles()) - 1;
    for (int r = 0; r < shape_.rows; ++r)
      for (int c = 0; c < shape_.columns; ++c) {
        const ElementOperands operands = log_.operands(now, r, c);
        wave_.set(static_cast<std::uint64_t>(operands.x_number()) & 0x1ff);
        wave_.set(byte(operands.w));
        wave_.set(operands.select);
        wave_.set(word(array_->partial_sum(r, c)));
      }
  }

  std::unique_ptr<Interface> array_;
  ArrayConfig shape_;
  Log log_;
  ArrayWave& wave_;
};

}  // namespace

Result<std::unique_ptr<WaveFile>> make_vcd_file(const std::filesystem::path& path) {
  std::filesystem::path part = path;
  part += ".part";
  auto file = std::make_unique<VcdFile>(path, part);
  if (!file->is_open()) return fail("{}: cannot be written", path.string());
  return file;
}

ArrayWave::ArrayWave(std::unique_ptr<WaveFile> file, std::vector<std::string> names, TimelineWindow window,
                     double clock_mhz)
    : file_(std::move(file)),
      names_(std::move(names)),
      window_(std::move(window)),
      period_(static_cast<std::uint64_t>(std::llround(kPicosecondsTimesMegahertz / clock_mhz))) {
  declare("platform", "clk", 1);
  declare("platform", "operation", 16);
  declare("platform", "run", 32);
  declare("platform", "cycle", 64);
}

void ArrayWave::declare(std::string_view scope, std::string_view name, int bits) {
  file_->declare(scope, name, bits);
  values_.push_back(~std::uint64_t{0});
}

void ArrayWave::begin_run(std::uint32_t node, Cycles begin) {
  run_ = node == node_ ? run_ + 1 : 0;
  node_ = node;
  cycle_ = begin;
}

bool ArrayWave::next_edge() {
  const Cycles cycle = cycle_++;
  if (cycle < window_.begin || cycle >= window_.end) return false;
  if (!window_.layer.empty() && (node_ >= names_.size() || names_[node_] != window_.layer)) return false;
  if (edges_ == window_.most_events) {
    ++dropped_;
    return false;
  }
  if (edges_ > 0) {
    file_->time(edges_ * period_ - period_ / 2);
    file_->change(0, 0);
  }
  file_->time(edges_++ * period_);
  file_->change(0, 1);
  next_ = 1;
  set(node_);
  set(run_);
  set(cycle);
  return true;
}

void ArrayWave::set(std::uint64_t value) {
  const std::size_t signal = next_++;
  if (values_[signal] == value && edges_ > 1) return;
  values_[signal] = value;
  file_->change(signal, value);
}

Result<void> ArrayWave::close() {
  file_->time(edges_ * period_);
  return file_->close();
}

std::unique_ptr<ClockedWsArray> make_recorded_array(std::unique_ptr<ClockedWsArray> array, ArrayWave& wave) {
  return std::make_unique<RecordedArray<ClockedWsArray, WsArrayInputs, WsPortLog>>(std::move(array), wave);
}

std::unique_ptr<ClockedOsArray> make_recorded_array(std::unique_ptr<ClockedOsArray> array, ArrayWave& wave) {
  return std::make_unique<RecordedArray<ClockedOsArray, OsArrayInputs, OsPortLog>>(std::move(array), wave);
}

}  // namespace axvp
