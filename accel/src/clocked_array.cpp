#include "axvp/accel/clocked_array.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "axvp/accel/array_wave.h"

namespace axvp {
namespace {

/// A part of a matrix product that occupies the array at a time: WS by (k, n), OS by (m, n).
struct Fold {
  const MatrixProduct* product = nullptr;
  int outer = 0;    ///< First k (WS) or first position (OS).
  int channel = 0;  ///< First n.
};

/// Channels outside, so that the sums of one block of channels are complete before the next one begins.
std::vector<Fold> folds_of(const std::vector<MatrixProduct>& chain, const ArrayConfig& array, bool weight_stationary) {
  std::vector<Fold> folds;
  for (const MatrixProduct& p : chain)
    for (int n = 0; n < p.channels; n += array.columns)
      for (int outer = 0; outer < (weight_stationary ? p.depth : p.positions); outer += array.rows)
        folds.push_back({&p, outer, n});
  return folds;
}

class WsArrayModel final : public ArrayModel {
 public:
  WsArrayModel(std::unique_ptr<ClockedWsArray> array, std::string level)
      : array_(std::move(array)),
        level_(std::move(level)),
        shape_(array_->shape()),
        activations_(static_cast<std::size_t>(shape_.rows)),
        weights_(static_cast<std::size_t>(shape_.columns)) {}

  std::string_view level() const override { return level_; }
  Dataflow dataflow() const override { return Dataflow::WeightStationary; }
  std::string finding() const override { return array_->finding(); }

  ChainCycles run(const std::vector<MatrixProduct>& chain) override {
    const std::vector<Fold> folds = folds_of(chain, shape_, true);
    edges_ = 0;
    array_->begin_run();
    collected_fold_ = 0;
    collected_position_ = 0;
    for (const Fold& fold : folds) feed(fold, folds);
    const Cycles issue = edges_;
    while (collected_fold_ < folds.size()) edge({}, folds);
    return {issue, last_sum_};
  }

 private:
  void feed(const Fold& fold, const std::vector<Fold>& folds) {
    const int cycles = std::max(fold.product->positions, shape_.rows);
    for (int t = 0; t < cycles; ++t) {
      WsArrayInputs inputs;
      if (t < fold.product->positions) {
        inputs.activations = activations(fold, t);
        inputs.activations_signed = fold.product->activations_signed;
        inputs.swap = t == 0;
        inputs.select = fold.product->select;
      }
      if (t < shape_.rows) {
        inputs.weights = weights(fold, t);
        inputs.weight_row = t;
      }
      edge(inputs, folds);
    }
  }

  void edge(const WsArrayInputs& inputs, const std::vector<Fold>& folds) {
    const std::int32_t* sums = array_->clock(inputs);
    ++edges_;
    if (sums == nullptr) return;
    last_sum_ = edges_;
    assert(collected_fold_ < folds.size());
    const Fold& fold = folds[collected_fold_];
    const MatrixProduct& p = *fold.product;
    std::int32_t* out = p.sums + std::int64_t{collected_position_} * p.sum_stride + fold.channel;
    const int channels = std::min(shape_.columns, p.channels - fold.channel);
    if (fold.outer == 0)
      std::copy_n(sums, channels, out);
    else
      for (int c = 0; c < channels; ++c) out[c] += sums[c];
    if (++collected_position_ == p.positions) {
      collected_position_ = 0;
      ++collected_fold_;
    }
  }

  /// K beyond the end is filled with zeros, which the elements gate.
  const std::uint8_t* activations(const Fold& fold, int position) {
    const std::uint8_t* row = fold.product->activations + std::int64_t{position} * fold.product->depth + fold.outer;
    const int left = fold.product->depth - fold.outer;
    if (left >= shape_.rows) return row;
    std::copy_n(row, left, activations_.begin());
    std::fill(activations_.begin() + left, activations_.end(), std::uint8_t{0});
    return activations_.data();
  }

  const std::int8_t* weights(const Fold& fold, int row) {
    const MatrixProduct& p = *fold.product;
    const int k = fold.outer + row;
    for (int c = 0; c < shape_.columns; ++c) {
      const int n = fold.channel + c;
      weights_[static_cast<std::size_t>(c)] =
          k < p.depth && n < p.channels ? p.weights[std::int64_t{n} * p.depth + k] : std::int8_t{0};
    }
    return weights_.data();
  }

  std::unique_ptr<ClockedWsArray> array_;
  std::string level_;
  ArrayConfig shape_;
  std::vector<std::uint8_t> activations_;
  std::vector<std::int8_t> weights_;
  Cycles edges_ = 0, last_sum_ = 0;
  std::size_t collected_fold_ = 0;
  int collected_position_ = 0;
};

class OsArrayModel final : public ArrayModel {
 public:
  OsArrayModel(std::unique_ptr<ClockedOsArray> array, std::string level)
      : array_(std::move(array)),
        level_(std::move(level)),
        shape_(array_->shape()),
        activations_(static_cast<std::size_t>(shape_.rows)),
        weights_(static_cast<std::size_t>(shape_.columns)) {}

  std::string_view level() const override { return level_; }
  Dataflow dataflow() const override { return Dataflow::OutputStationary; }
  std::string finding() const override { return array_->finding(); }

  ChainCycles run(const std::vector<MatrixProduct>& chain) override {
    const std::vector<Fold> folds = folds_of(chain, shape_, false);
    edges_ = 0;
    array_->begin_run();
    collected_fold_ = 0;
    collected_row_ = shape_.rows - 1;
    for (const Fold& fold : folds) feed(fold, folds);
    const Cycles issue = std::max(edges_, static_cast<Cycles>(shape_.rows));  // a single fold is not padded to its slot
    while (collected_fold_ < folds.size()) edge({}, folds);
    return {issue, last_sum_};
  }

 private:
  void feed(const Fold& fold, const std::vector<Fold>& folds) {
    const int depth = fold.product->depth;
    const int slot = folds.size() == 1 ? depth : std::max(depth, shape_.rows);
    for (int t = 0; t < slot; ++t) {
      OsArrayInputs inputs;
      inputs.first = t == 0;
      inputs.last = t == slot - 1;
      inputs.select = fold.product->select;
      inputs.activations_signed = fold.product->activations_signed;
      if (t < depth) gather(fold, t, inputs);
      edge(inputs, folds);
    }
  }

  void gather(const Fold& fold, int k, OsArrayInputs& inputs) {
    const MatrixProduct& p = *fold.product;
    for (int r = 0; r < shape_.rows; ++r) {
      const int m = fold.outer + r;
      activations_[static_cast<std::size_t>(r)] =
          m < p.positions ? p.activations[std::int64_t{m} * p.depth + k] : std::uint8_t{0};
    }
    for (int c = 0; c < shape_.columns; ++c) {
      const int n = fold.channel + c;
      weights_[static_cast<std::size_t>(c)] =
          n < p.channels ? p.weights[std::int64_t{n} * p.depth + k] : std::int8_t{0};
    }
    inputs.activations = activations_.data();
    inputs.weights = weights_.data();
  }

  void edge(const OsArrayInputs& inputs, const std::vector<Fold>& folds) {
    const std::int32_t* sums = array_->clock(inputs);
    ++edges_;
    if (sums == nullptr) return;
    last_sum_ = edges_;
    assert(collected_fold_ < folds.size());
    const Fold& fold = folds[collected_fold_];
    const MatrixProduct& p = *fold.product;
    const int m = fold.outer + collected_row_;
    if (m < p.positions)
      std::copy_n(sums, std::min(shape_.columns, p.channels - fold.channel),
                  p.sums + std::int64_t{m} * p.sum_stride + fold.channel);
    if (--collected_row_ < 0) {
      collected_row_ = shape_.rows - 1;
      ++collected_fold_;
    }
  }

  std::unique_ptr<ClockedOsArray> array_;
  std::string level_;
  ArrayConfig shape_;
  std::vector<std::uint8_t> activations_;
  std::vector<std::int8_t> weights_;
  Cycles edges_ = 0, last_sum_ = 0;
  std::size_t collected_fold_ = 0;
  int collected_row_ = 0;
};

}  // namespace

std::unique_ptr<ArrayModel> make_array_model(std::unique_ptr<ClockedWsArray> array, std::string level,
                                             ArrayWave* wave) {
  if (wave != nullptr) array = make_recorded_array(std::move(array), *wave);
  return std::make_unique<WsArrayModel>(std::move(array), std::move(level));
}

std::unique_ptr<ArrayModel> make_array_model(std::unique_ptr<ClockedOsArray> array, std::string level,
                                             ArrayWave* wave) {
  if (wave != nullptr) array = make_recorded_array(std::move(array), *wave);
  return std::make_unique<OsArrayModel>(std::move(array), std::move(level));
}

}  // namespace axvp
