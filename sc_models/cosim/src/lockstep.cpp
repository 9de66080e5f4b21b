#include "axvp/cosim/lockstep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "axvp/accel/port_log.h"
#include "axvp/verilated/verilated_pe.h"

namespace axvp {
namespace {

/// Of the report: where, with which operands, by which multiplier.
std::string place(const ElementOperands& operands, int row, int column, std::uint64_t cycle,
                  const std::vector<std::string>& ids) {
  std::string text = operands.fold < 0 ? "" : fmt::format("fold {}, ", operands.fold);
  text += fmt::format("PE ({}, {}), cycle {}", row, column, cycle);
  if (operands.fold < 0) return text;
  return text + fmt::format(", x = {}, w = {}, {}", operands.x_number(), operands.w,
                            operands.select < ids.size() ? ids[operands.select] : "unknown multiplier");
}

/// A whole array beside another one.
template <class Interface, class Inputs, class Log>
class LockstepArray final : public Interface {
 public:
  LockstepArray(std::unique_ptr<Interface> model, std::unique_ptr<Interface> rtl, std::vector<std::string> ids)
      : model_(std::move(model)), rtl_(std::move(rtl)), ids_(std::move(ids)), log_(model_->shape()) {}

  ArrayConfig shape() const override { return model_->shape(); }
  std::int32_t partial_sum(int row, int column) const override { return model_->partial_sum(row, column); }
  std::string finding() const override { return finding_; }
  void begin_run() override {
    model_->begin_run();
    rtl_->begin_run();
    log_.begin_run();
  }

  const std::int32_t* clock(const Inputs& inputs) override {
    log_.record(inputs);
    const std::int32_t* expected = model_->clock(inputs);
    const std::int32_t* got = rtl_->clock(inputs);
    if (!finding_.empty()) return expected;
    compare_elements();
    if (finding_.empty()) compare_outputs(got, expected);
    return expected;
  }

 private:
  void compare_elements() {
    for (int r = 0; r < shape().rows; ++r)
      for (int c = 0; c < shape().columns; ++c) {
        const std::int32_t got = rtl_->partial_sum(r, c), expected = model_->partial_sum(r, c);
        if (got == expected) continue;
        const auto before = static_cast<std::int64_t>(log_.cycles()) - 2;  // the product joins the sum an edge later
        finding_ = fmt::format("{}: partial sum {} in RTL, {} in the model",
                               place(log_.operands(before, r, c), r, c, log_.cycles(), ids_), got, expected);
        return;
      }
  }

  void compare_outputs(const std::int32_t* got, const std::int32_t* expected) {
    if ((got == nullptr) != (expected == nullptr)) {
      finding_ = fmt::format("cycle {}: sums leave the {} alone", log_.cycles(), got != nullptr ? "RTL" : "model");
      return;
    }
    for (int c = 0; got != nullptr && c < shape().columns; ++c)
      if (got[c] != expected[c]) {
        finding_ = fmt::format("column {}, cycle {}: sum {} leaves the RTL, {} the model", c, log_.cycles(), got[c],
                               expected[c]);
        return;
      }
  }

  std::unique_ptr<Interface> model_, rtl_;
  std::vector<std::string> ids_;
  Log log_;
  std::string finding_;
};

using Multipliers = std::vector<std::unique_ptr<VerilatedMultiplier>>;

std::vector<std::string> ids_of(const std::vector<RtlSelectable>& pool) {
  std::vector<std::string> ids;
  for (const RtlSelectable& selectable : pool) ids.push_back(selectable.id);
  return ids;
}

/// The model's array, with something to compare at one element after each edge.
template <class Interface, class Inputs, class Log>
class ElementLockstep : public Interface {
 public:
  ElementLockstep(std::unique_ptr<Interface> model, int row, int column, std::vector<std::string> ids)
      : model_(std::move(model)), row_(row), column_(column), ids_(std::move(ids)), log_(model_->shape()) {}

  ArrayConfig shape() const override { return model_->shape(); }
  std::int32_t partial_sum(int row, int column) const override { return model_->partial_sum(row, column); }
  std::string finding() const override { return finding_; }
  void begin_run() override {
    model_->begin_run();
    log_.begin_run();
  }

  const std::int32_t* clock(const Inputs& inputs) override {
    log_.record(inputs);
    const std::int32_t from_north = row_ == 0 ? 0 : model_->partial_sum(row_ - 1, column_);
    const std::int32_t* sums = model_->clock(inputs);
    compare(from_north);
    return sums;
  }

 protected:
  /// `from_north` is what the sum's register above held before the edge.
  virtual void compare(std::int32_t from_north) = 0;

  /// The present edge, as the log counts.
  [[nodiscard]] std::int64_t now() const { return static_cast<std::int64_t>(log_.cycles()) - 1; }
  /// Operands that the element takes `edges` before the present edge.
  [[nodiscard]] ElementOperands operands_before(int edges) const { return log_.operands(now() - edges, row_, column_); }
  void expect(std::int64_t got, std::int64_t expected, const char* what, const ElementOperands& operands) {
    if (got != expected && finding_.empty())
      finding_ = fmt::format("{}: {} {} in RTL, {} in the model", place(operands, row_, column_, log_.cycles(), ids_),
                             what, got, expected);
  }

  std::unique_ptr<Interface> model_;
  int row_, column_;
  std::vector<std::string> ids_;
  Log log_;

 private:
  std::string finding_;
};

using WsElementLockstep = ElementLockstep<ClockedWsArray, WsArrayInputs, WsPortLog>;
using OsElementLockstep = ElementLockstep<ClockedOsArray, OsArrayInputs, OsPortLog>;

/// The multipliers of `pool`, in RTL, round an element.
PePool pool_of(const std::vector<RtlSelectable>& pool, Multipliers multipliers) {
  return [pool, shared = std::make_shared<Multipliers>(std::move(multipliers))](std::uint8_t x, std::uint8_t w,
                                                                                int select) -> std::uint16_t {
    const auto s = static_cast<std::size_t>(select);
    return s < shared->size() ? (*shared)[s]->multiply(x, w, pool[s].mode) : std::uint16_t{0};
  };
}

class WsRtlElement final : public WsElementLockstep {
 public:
  WsRtlElement(std::unique_ptr<ClockedWsArray> model, int row, int column, const std::vector<RtlSelectable>& pool,
               Multipliers multipliers)
      : ElementLockstep(std::move(model), row, column, ids_of(pool)),
        element_(make_verilated_pe(pool_of(pool, std::move(multipliers)))) {}

 private:
  void compare(std::int32_t from_north) override {
    const ElementOperands taken = operands_before(0);
    PeInputs in;
    in.act_sign = taken.x_number() < 0;
    in.act_mag = static_cast<std::uint8_t>(std::abs(taken.x_number()));
    in.swap = log_.swaps(now(), row_, column_);
    in.select = in.swap ? taken.select : std::uint8_t{0};
    if (const std::int8_t* weight = log_.written_weight(now(), row_, column_); weight != nullptr) {
      in.weight_we = true;
      in.weight_sign = *weight < 0;
      in.weight_mag = static_cast<std::uint8_t>(std::abs(int{*weight}));
    }
    in.psum = from_north;
    const PeOutputs out = element_->clock(in);
    expect(out.psum, model_->partial_sum(row_, column_), "partial sum", operands_before(1));
  }

  std::unique_ptr<VerilatedPe> element_;
};

class OsRtlElement final : public OsElementLockstep {
 public:
  OsRtlElement(std::unique_ptr<ClockedOsArray> model, int row, int column, const std::vector<RtlSelectable>& pool,
               Multipliers multipliers)
      : ElementLockstep(std::move(model), row, column, ids_of(pool)),
        element_(make_verilated_os_pe(pool_of(pool, std::move(multipliers)))) {}

 private:
  void compare(std::int32_t /*from_north*/) override {
    const ElementOperands taken = operands_before(0);
    OsPeInputs in;
    in.act_sign = taken.x_number() < 0;
    in.act_mag = static_cast<std::uint8_t>(std::abs(taken.x_number()));
    in.first = log_.begins(now(), row_, column_);
    in.last = log_.ends(now(), row_, column_);
    in.select = in.first ? taken.select : std::uint8_t{0};
    in.weight_sign = taken.w < 0;
    in.weight_mag = static_cast<std::uint8_t>(std::abs(int{taken.w}));
    const OsPeOutputs out = element_->clock(in);
    const std::int32_t expected = model_->partial_sum(row_, column_);
    expect(out.sum, expected, "partial sum", operands_before(1));
    if (log_.ends(now() - 1, row_, column_)) expect(out.drain, expected, "sum to drain", operands_before(1));
  }

  std::unique_ptr<VerilatedOsPe> element_;
};

/// One multiplier of one element in RTL.
template <class Base, class Interface>
class RtlMultiplierOfElement final : public Base {
 public:
  RtlMultiplierOfElement(std::unique_ptr<Interface> model, int row, int column, std::size_t select, int mode,
                         std::unique_ptr<VerilatedMultiplier> multiplier, TruthTable table,
                         std::vector<std::string> ids)
      : Base(std::move(model), row, column, std::move(ids)),
        select_(select),
        mode_(mode),
        multiplier_(std::move(multiplier)),
        table_(std::move(table)) {}

 private:
  void compare(std::int32_t /*from_north*/) override {
    const ElementOperands taken = this->operands_before(0);
    if (taken.fold < 0 || taken.select != select_ || taken.x == 0 || taken.w == 0) return;  // gated
    const auto x = static_cast<std::uint8_t>(std::abs(taken.x_number()));
    const auto w = static_cast<std::uint8_t>(std::abs(int{taken.w}));
    this->expect(multiplier_->multiply(x, w, mode_), table_(x, w), "product of the magnitudes", taken);
  }

  std::size_t select_;
  int mode_;
  std::unique_ptr<VerilatedMultiplier> multiplier_;
  TruthTable table_;
};

Result<void> check_place(const ArrayConfig& shape, int row, int column) {
  if (row >= 0 && row < shape.rows && column >= 0 && column < shape.columns) return {};
  return fail("element ({}, {}) is outside of the {} x {} array", row, column, shape.rows, shape.columns);
}

Result<std::unique_ptr<VerilatedMultiplier>> make_multiplier(const RtlSelectable& selectable) {
  auto multiplier = make_verilated_multiplier(selectable.module);
  if (multiplier == nullptr) return fail("{} has no RTL in this build", selectable.id);
  return multiplier;
}

template <class Element, class Interface>
Result<std::unique_ptr<Interface>> promote_element(std::unique_ptr<Interface> model, int row, int column,
                                                   const std::vector<RtlSelectable>& pool) {
  if (auto inside = check_place(model->shape(), row, column); !inside) return forward_error(inside);
  Multipliers multipliers;
  for (const RtlSelectable& selectable : pool) {
    auto multiplier = make_multiplier(selectable);
    if (!multiplier) return forward_error(multiplier);
    multipliers.push_back(std::move(*multiplier));
  }
  return std::make_unique<Element>(std::move(model), row, column, pool, std::move(multipliers));
}

template <class Base, class Interface>
Result<std::unique_ptr<Interface>> promote_multiplier(std::unique_ptr<Interface> model, int row, int column,
                                                      const std::string& id, const std::vector<RtlSelectable>& pool,
                                                      std::vector<TruthTable> tables) {
  if (auto inside = check_place(model->shape(), row, column); !inside) return forward_error(inside);
  const auto found =
      std::find_if(pool.begin(), pool.end(), [&id](const RtlSelectable& selectable) { return selectable.id == id; });
  if (found == pool.end()) return fail("{} is not one of the run's multipliers", id);
  auto multiplier = make_multiplier(*found);
  if (!multiplier) return forward_error(multiplier);
  const auto select = static_cast<std::size_t>(found - pool.begin());
  return std::make_unique<RtlMultiplierOfElement<Base, Interface>>(std::move(model), row, column, select, found->mode,
                                                                   std::move(*multiplier), std::move(tables[select]),
                                                                   ids_of(pool));
}

}  // namespace

std::unique_ptr<ClockedWsArray> make_lockstep_array(std::unique_ptr<ClockedWsArray> model,
                                                    std::unique_ptr<ClockedWsArray> rtl, std::vector<std::string> ids) {
  return std::make_unique<LockstepArray<ClockedWsArray, WsArrayInputs, WsPortLog>>(std::move(model), std::move(rtl),
                                                                                   std::move(ids));
}

std::unique_ptr<ClockedOsArray> make_lockstep_array(std::unique_ptr<ClockedOsArray> model,
                                                    std::unique_ptr<ClockedOsArray> rtl, std::vector<std::string> ids) {
  return std::make_unique<LockstepArray<ClockedOsArray, OsArrayInputs, OsPortLog>>(std::move(model), std::move(rtl),
                                                                                   std::move(ids));
}

Result<std::unique_ptr<ClockedWsArray>> make_lockstep_element(std::unique_ptr<ClockedWsArray> model, int row,
                                                              int column, const std::vector<RtlSelectable>& pool) {
  return promote_element<WsRtlElement>(std::move(model), row, column, pool);
}

Result<std::unique_ptr<ClockedOsArray>> make_lockstep_element(std::unique_ptr<ClockedOsArray> model, int row,
                                                              int column, const std::vector<RtlSelectable>& pool) {
  return promote_element<OsRtlElement>(std::move(model), row, column, pool);
}

Result<std::unique_ptr<ClockedWsArray>> make_lockstep_multiplier(std::unique_ptr<ClockedWsArray> model, int row,
                                                                 int column, const std::string& id,
                                                                 const std::vector<RtlSelectable>& pool,
                                                                 std::vector<TruthTable> tables) {
  return promote_multiplier<WsElementLockstep>(std::move(model), row, column, id, pool, std::move(tables));
}

Result<std::unique_ptr<ClockedOsArray>> make_lockstep_multiplier(std::unique_ptr<ClockedOsArray> model, int row,
                                                                 int column, const std::string& id,
                                                                 const std::vector<RtlSelectable>& pool,
                                                                 std::vector<TruthTable> tables) {
  return promote_multiplier<OsElementLockstep>(std::move(model), row, column, id, pool, std::move(tables));
}

}  // namespace axvp
