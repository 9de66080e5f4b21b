#include "axvp/cosim/array_verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "axvp/accel/cycle_array.h"
#include "axvp/workloads/arithmetic.h"
#include "random_tile.h"

namespace axvp {
namespace {

/// What one tile's driver puts at the ports in a cycle, for the report: the step of a fold, or nothing.
struct PortRecord {
  int fold = -1, step = 0;
};

/// Clocks the array under test and the model with the same inputs and compares everything that can be seen.
template <class Array, class Inputs>
class Lockstep {
 public:
  Lockstep(Array& array, Array& model, const VerificationPool& pool, ArrayVerification& result)
      : array_(array), model_(model), pool_(pool), result_(result), shape_(array.shape()) {}

  void begin_tile(const std::vector<RandomFold>& folds) {
    folds_ = &folds;
    ports_.clear();
  }

  /// One edge; the sums that left the arrays, equal in both, or null. After a mismatch always null.
  const std::int32_t* clock(Inputs inputs, PortRecord record) {
    if (result_.mismatch) return nullptr;
    ports_.push_back(record);
    const std::int32_t* expected = model_.clock(inputs);
    inputs.select = pool_.codes[inputs.select];
    const std::int32_t* got = array_.clock(inputs);
    ++result_.cycles;
    compare_registers();
    compare_outputs(got, expected);
    return result_.mismatch ? nullptr : expected;
  }

  void report(ArrayMismatch mismatch) {
    if (result_.mismatch) return;
    mismatch.tile = static_cast<int>(result_.tiles);
    mismatch.cycle = ports_.size();
    result_.mismatch = std::move(mismatch);
  }

  [[nodiscard]] bool failed() const { return result_.mismatch.has_value(); }

 private:
  void compare_registers() {
    for (int r = 0; r < shape_.rows; ++r)
      for (int c = 0; c < shape_.columns; ++c) {
        const std::int32_t got = array_.partial_sum(r, c), expected = model_.partial_sum(r, c);
        if (got != expected) return report(at_element(r, c, got, expected));
      }
  }

  void compare_outputs(const std::int32_t* got, const std::int32_t* expected) {
    if ((got == nullptr) != (expected == nullptr)) {
      ArrayMismatch mismatch;
      mismatch.what = "valid bit of the output";
      mismatch.fold = -1;
      mismatch.got = got != nullptr ? 1 : 0;
      mismatch.expected = expected != nullptr ? 1 : 0;
      return report(std::move(mismatch));
    }
    for (int c = 0; got != nullptr && c < shape_.columns; ++c) {
      if (got[c] == expected[c]) continue;
      ArrayMismatch mismatch;
      mismatch.what = "sum at the output";
      mismatch.fold = -1;
      mismatch.column = c;
      mismatch.got = got[c];
      mismatch.expected = expected[c];
      return report(std::move(mismatch));
    }
  }

  /// The product that joined the sum at this edge is of what was at the ports r + c + 1 edges before.
  [[nodiscard]] ArrayMismatch at_element(int r, int c, std::int32_t got, std::int32_t expected) const {
    ArrayMismatch mismatch;
    mismatch.what = "partial sum";
    mismatch.row = r;
    mismatch.column = c;
    mismatch.got = got;
    mismatch.expected = expected;
    mismatch.fold = -1;
    const auto late = static_cast<std::size_t>(r + c + 2);
    if (ports_.size() < late) return mismatch;
    const PortRecord port = ports_[ports_.size() - late];
    if (port.fold < 0) return mismatch;
    const RandomFold& fold = (*folds_)[static_cast<std::size_t>(port.fold)];
    const std::uint8_t x = fold.activations[static_cast<std::size_t>(port.step * shape_.rows + r)];
    const int weight_row = std::is_same_v<Array, ClockedWsArray> ? r : port.step;
    mismatch.fold = port.fold;
    mismatch.x = fold.is_signed ? static_cast<std::int8_t>(x) : int{x};
    mismatch.w = fold.weights[static_cast<std::size_t>(weight_row * shape_.columns + c)];
    mismatch.multiplier = pool_.ids[fold.select];
    return mismatch;
  }

  Array& array_;
  Array& model_;
  const VerificationPool& pool_;
  ArrayVerification& result_;
  ArrayConfig shape_;
  const std::vector<RandomFold>* folds_ = nullptr;
  std::vector<PortRecord> ports_;
};

/// How a tile's FIFOs behave.
struct FifoBehaviour {
  double activations_empty = 0, weights_empty = 0;  ///< Probability in a cycle.
  bool just_in_time = false;                        ///< WS: weights never come before the fold begins.
};

FifoBehaviour random_behaviour(Random& random) {
  FifoBehaviour behaviour;
  if (random.below(2) == 0) behaviour.activations_empty = random.uniform(0.0, 0.5);
  if (random.below(2) == 0) behaviour.weights_empty = random.uniform(0.0, 0.5);
  behaviour.just_in_time = random.below(2) == 0;
  return behaviour;
}

void count_folds(const std::vector<RandomFold>& folds, ArrayVerification& result) {
  result.folds += folds.size();
  for (std::size_t f = 1; f < folds.size(); ++f)
    if (folds[f].select != folds[f - 1].select) ++result.switches;
}

/// Sums that both arrays gave against those of the loops.
template <class Step>
void compare_with_loops(Step& lockstep, const RandomFold& fold, int fold_index, int line, const std::int32_t* sums,
                        int columns) {
  for (int c = 0; c < columns; ++c) {
    const std::int32_t expected = fold.sums[static_cast<std::size_t>(line * columns + c)];
    if (sums[c] == expected) continue;
    ArrayMismatch mismatch;
    mismatch.what = "sum of array and model alike, against the loops";
    mismatch.fold = fold_index;
    mismatch.column = c;
    mismatch.got = sums[c];
    mismatch.expected = expected;
    lockstep.report(std::move(mismatch));
  }
}

/// Ports of the weight-stationary array for one tile. Row r of fold f's weights comes after fold f - 1 took its own,
/// s(f-1)
/// + r, and at s(f) + r at the latest: once a fold has begun its weights do not stall.
class WsDriver {
 public:
  WsDriver(const std::vector<RandomFold>& folds, const ArrayConfig& shape, FifoBehaviour behaviour, Random& random)
      : folds_(folds), shape_(shape), behaviour_(behaviour), random_(random) {}

  struct Cycle {
    WsArrayInputs inputs;
    PortRecord record;
    bool stalled = false;
  };

  Cycle next() {
    Cycle cycle;
    const bool wants_activation = fold_ < folds_.size();
    const bool activation = wants_activation && random_.uniform() >= behaviour_.activations_empty;
    const bool weights = place_weights(activation, cycle.inputs);
    if (activation && (step_ > 0 || loaded(fold_))) place_activations(cycle);
    cycle.stalled =
        (wants_activation && cycle.inputs.activations == nullptr) || (weight_fold_ < folds_.size() && !weights);
    ++now_;
    return cycle;
  }

 private:
  [[nodiscard]] bool loaded(std::size_t fold) const {
    return weight_fold_ > fold || (weight_fold_ == fold && weight_row_ > 0);
  }

  bool place_weights(bool activation, WsArrayInputs& inputs) {
    if (weight_fold_ == folds_.size()) return false;
    const bool begun = fold_ > weight_fold_ || (fold_ == weight_fold_ && step_ > 0);
    if (weight_fold_ > 0 && (begins_.size() < weight_fold_ || now_ <= begins_[weight_fold_ - 1] + weight_row_))
      return false;
    const bool begins_now = fold_ == weight_fold_ && step_ == 0 && activation;
    if (!begun && behaviour_.just_in_time && !begins_now) return false;
    if (!begun && !behaviour_.just_in_time && random_.uniform() < behaviour_.weights_empty) return false;
    inputs.weights = &folds_[weight_fold_].weights[static_cast<std::size_t>(weight_row_ * shape_.columns)];
    inputs.weight_row = weight_row_;
    if (++weight_row_ == shape_.rows) {
      weight_row_ = 0;
      ++weight_fold_;
    }
    return true;
  }

  void place_activations(Cycle& cycle) {
    const RandomFold& fold = folds_[fold_];
    cycle.inputs.activations = &fold.activations[static_cast<std::size_t>(step_ * shape_.rows)];
    cycle.inputs.activations_signed = fold.is_signed;
    cycle.inputs.swap = step_ == 0;
    if (step_ == 0) {
      cycle.inputs.select = fold.select;
      begins_.push_back(now_);
    }
    cycle.record = {static_cast<int>(fold_), step_};
    if (++step_ == fold.steps) {
      step_ = 0;
      ++fold_;
    }
  }

  const std::vector<RandomFold>& folds_;
  ArrayConfig shape_;
  FifoBehaviour behaviour_;
  Random& random_;
  std::int64_t now_ = 0;
  std::vector<std::int64_t> begins_;
  std::size_t fold_ = 0, weight_fold_ = 0;
  int step_ = 0, weight_row_ = 0;
};

/// Ports of the output-stationary array: a slot ends `rows` cycles after the one before at the earliest.
class OsDriver {
 public:
  OsDriver(const std::vector<RandomFold>& folds, const ArrayConfig& shape, FifoBehaviour behaviour, Random& random)
      : folds_(folds), shape_(shape), behaviour_(behaviour), random_(random) {}

  struct Cycle {
    OsArrayInputs inputs;
    PortRecord record;
    bool stalled = false;
  };

  Cycle next() {
    Cycle cycle;
    if (fold_ < folds_.size()) {
      const RandomFold& fold = folds_[fold_];
      cycle.stalled =
          step_ < fold.steps && random_.uniform() < std::max(behaviour_.activations_empty, behaviour_.weights_empty);
      if (!cycle.stalled && step_ < fold.steps) place(fold, cycle);
      if (step_ == fold.steps && now_ >= last_ + shape_.rows) {
        cycle.inputs.last = true;
        last_ = now_;
        step_ = 0;
        ++fold_;
      }
    }
    ++now_;
    return cycle;
  }

 private:
  void place(const RandomFold& fold, Cycle& cycle) {
    cycle.inputs.activations = &fold.activations[static_cast<std::size_t>(step_ * shape_.rows)];
    cycle.inputs.weights = &fold.weights[static_cast<std::size_t>(step_ * shape_.columns)];
    cycle.inputs.activations_signed = fold.is_signed;
    cycle.inputs.first = step_ == 0;
    if (step_ == 0) cycle.inputs.select = fold.select;
    cycle.record = {static_cast<int>(fold_), step_};
    ++step_;
  }

  const std::vector<RandomFold>& folds_;
  ArrayConfig shape_;
  FifoBehaviour behaviour_;
  Random& random_;
  std::int64_t now_ = 0, last_ = -1'000'000;
  std::size_t fold_ = 0;
  int step_ = 0;
};

/// One tile after the other. `Driver` makes the inputs; a fold's lines (WS positions, OS rows) leave in the order that
/// `line_of` gives.
template <class Driver, class Array, class Inputs, class Lines, class LineOf>
ArrayVerification verify(Array& array, Array& model, Dataflow dataflow, const VerificationPool& pool, int tiles,
                         std::uint64_t seed, const Lines& lines, const LineOf& line_of) {
  ArrayVerification result;
  const ArrayConfig shape = array.shape();
  Lockstep<Array, Inputs> lockstep{array, model, pool, result};
  for (int t = 0; t < tiles && !result.mismatch; ++t) {
    Random random{derive_seed(seed, static_cast<std::uint64_t>(t))};
    const auto folds = random_tile(dataflow, shape, pool, random);
    lockstep.begin_tile(folds);
    Driver driver{folds, shape, random_behaviour(random), random};
    std::size_t fold = 0;
    int line = 0;
    while (fold < folds.size() && !lockstep.failed()) {
      const auto cycle = driver.next();
      result.stalls += cycle.stalled ? 1 : 0;
      const std::int32_t* sums = lockstep.clock(cycle.inputs, cycle.record);
      if (sums == nullptr) continue;
      compare_with_loops(lockstep, folds[fold], static_cast<int>(fold), line_of(line), sums, shape.columns);
      if (++line < lines(folds[fold])) continue;
      line = 0;
      ++fold;
    }
    for (int idle = 0; idle < 2 * (shape.rows + shape.columns); ++idle) lockstep.clock({}, {});
    count_folds(folds, result);
    ++result.tiles;
  }
  return result;
}

}  // namespace

std::string to_string(const ArrayMismatch& m) {
  std::string text = fmt::format("tile {}", m.tile);
  if (m.fold >= 0) text += fmt::format(", fold {}", m.fold);
  if (m.row >= 0)
    text += fmt::format(", PE ({}, {})", m.row, m.column);
  else if (m.column >= 0)
    text += fmt::format(", column {}", m.column);
  text += fmt::format(", cycle {}", m.cycle);
  if (!m.multiplier.empty()) text += fmt::format(", x = {}, w = {}, {}", m.x, m.w, m.multiplier);
  return text + fmt::format(": {} {} instead of {}", m.what, m.got, m.expected);
}

ArrayVerification verify_array(ClockedWsArray& array, const VerificationPool& pool, int tiles, std::uint64_t seed) {
  const auto model = make_cycle_ws_array(array.shape(), Encoding::SignMagnitude, pool.tables);
  return verify<WsDriver, ClockedWsArray, WsArrayInputs>(
      array, *model, Dataflow::WeightStationary, pool, tiles, seed, [](const RandomFold& fold) { return fold.steps; },
      [](int line) { return line; });
}

ArrayVerification verify_array(ClockedOsArray& array, const VerificationPool& pool, int tiles, std::uint64_t seed) {
  const auto model = make_cycle_os_array(array.shape(), Encoding::SignMagnitude, pool.tables);
  const int rows = array.shape().rows;
  return verify<OsDriver, ClockedOsArray, OsArrayInputs>(
      array, *model, Dataflow::OutputStationary, pool, tiles, seed, [rows](const RandomFold&) { return rows; },
      [rows](int line) { return rows - 1 - line; });
}

}  // namespace axvp
