#include "axvp/accel/multiplier_lanes.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "axvp/multipliers/gated_products.h"

namespace axvp {
namespace {

class ClockedLaneModel final : public LaneModel {
 public:
  ClockedLaneModel(std::unique_ptr<ClockedLanes> lanes, std::string level)
      : lanes_(std::move(lanes)),
        level_(std::move(level)),
        activations_(static_cast<std::size_t>(lanes_->lanes())),
        weights_(activations_.size()) {}

  std::string_view level() const override { return level_; }

  ChainCycles run(const LaneProduct& product) override {
    edges_ = last_sum_ = 0;
    collected_ = 0;
    const std::int64_t outputs = std::int64_t{product.positions} * product.channels;
    for (std::int64_t first = 0; first < outputs; first += lanes_->lanes())
      for (int k = 0; k < product.depth; ++k) edge(product, inputs(product, first, outputs, k));
    const Cycles issue = edges_;
    while (collected_ < outputs) edge(product, {});
    return {issue, last_sum_};
  }

 private:
  /// Lanes beyond the last output get zeros, which their elements gate.
  OsArrayInputs inputs(const LaneProduct& p, std::int64_t first, std::int64_t outputs, int k) {
    for (std::size_t lane = 0; lane < activations_.size(); ++lane) {
      const std::int64_t output = first + static_cast<std::int64_t>(lane);
      const bool is_used = output < outputs;
      activations_[lane] = is_used ? p.activations[output * p.depth + k] : std::uint8_t{0};
      weights_[lane] = is_used ? p.weights[output % p.channels * p.depth + k] : std::int8_t{0};
    }
    OsArrayInputs inputs;
    inputs.activations = activations_.data();
    inputs.activations_signed = p.activations_signed;
    inputs.weights = weights_.data();
    inputs.first = k == 0;
    inputs.last = k + 1 == p.depth;
    inputs.select = p.select;
    return inputs;
  }

  void edge(const LaneProduct& p, const OsArrayInputs& inputs) {
    const std::int32_t* sums = lanes_->clock(inputs);
    ++edges_;
    if (sums == nullptr) return;
    last_sum_ = edges_;
    const std::int64_t left = std::int64_t{p.positions} * p.channels - collected_;
    const std::int64_t taken = std::min<std::int64_t>(left, lanes_->lanes());
    std::copy_n(sums, taken, p.sums + collected_);
    collected_ += taken;
  }

  std::unique_ptr<ClockedLanes> lanes_;
  std::string level_;
  std::vector<std::uint8_t> activations_;
  std::vector<std::int8_t> weights_;
  Cycles edges_ = 0, last_sum_ = 0;
  std::int64_t collected_ = 0;
};

/// Every register of ax_lanes: operands, sum and drain register of each lane, the tokens that go along.
class CycleLanes final : public ClockedLanes {
 public:
  CycleLanes(int lanes, Encoding encoding, std::vector<TruthTable> multipliers)
      : encoding_(encoding),
        multipliers_(std::move(multipliers)),
        products_(static_cast<std::size_t>(lanes), 0),
        sums_(products_.size(), 0),
        drain_(products_.size(), 0) {}

  int lanes() const override { return static_cast<int>(products_.size()); }

  const std::int32_t* clock(const OsArrayInputs& inputs) override {
    for (std::size_t lane = 0; lane < sums_.size(); ++lane) sums_[lane] = (first_ ? 0 : sums_[lane]) + products_[lane];
    const bool is_valid = last_;
    if (is_valid) drain_ = sums_;
    if (inputs.first) table_ = &gated(inputs.select, inputs.activations_signed);
    first_ = inputs.first;
    last_ = inputs.last;
    for (std::size_t lane = 0; lane < products_.size(); ++lane)
      products_[lane] = inputs.activations == nullptr || inputs.weights == nullptr || table_ == nullptr
                            ? 0
                            : (*table_)(inputs.activations[lane], static_cast<std::uint8_t>(inputs.weights[lane]));
    return is_valid ? drain_.data() : nullptr;
  }

 private:
  const GatedProducts& gated(std::uint8_t select, bool is_signed) {
    const auto found = tables_.find({select, is_signed});
    if (found != tables_.end()) return found->second;
    return tables_.try_emplace({select, is_signed}, multipliers_[select], encoding_, is_signed).first->second;
  }

  Encoding encoding_;
  std::vector<TruthTable> multipliers_;
  std::map<std::pair<std::uint8_t, bool>, GatedProducts> tables_;
  const GatedProducts* table_ = nullptr;  ///< Selection.
  std::vector<std::int32_t> products_;    ///< Of the operands in the registers.
  std::vector<std::int32_t> sums_, drain_;
  bool first_ = false, last_ = false;
};

}  // namespace

std::unique_ptr<LaneModel> make_lane_model(std::unique_ptr<ClockedLanes> lanes, std::string level) {
  return std::make_unique<ClockedLaneModel>(std::move(lanes), std::move(level));
}

std::unique_ptr<LaneModel> make_cycle_lanes(int lanes, Encoding encoding, std::vector<TruthTable> multipliers) {
  return make_lane_model(std::make_unique<CycleLanes>(lanes, encoding, std::move(multipliers)), "cycle");
}

}  // namespace axvp
