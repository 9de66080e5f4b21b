#include "axvp/cosim/rtl_array.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "axvp/accel/clocked_array.h"
#include "axvp/verilated/verilated_array.h"

namespace axvp {
namespace {

class WsAdapter final : public ClockedWsArray {
 public:
  std::int32_t partial_sum(int row, int column) const override { return array_->partial_sum(row, column); }
  explicit WsAdapter(std::unique_ptr<VerilatedWsArray> array) : array_(std::move(array)) {}
  ArrayConfig shape() const override { return {array_->shape().rows, array_->shape().columns}; }
  const std::int32_t* clock(const WsArrayInputs& in) override {
    return array_->clock({in.activations, in.activations_signed, in.swap, in.select, in.weights, in.weight_row});
  }

 private:
  std::unique_ptr<VerilatedWsArray> array_;
};

class OsAdapter final : public ClockedOsArray {
 public:
  std::int32_t partial_sum(int row, int column) const override { return array_->partial_sum(row, column); }
  explicit OsAdapter(std::unique_ptr<VerilatedOsArray> array) : array_(std::move(array)) {}
  ArrayConfig shape() const override { return {array_->shape().rows, array_->shape().columns}; }
  const std::int32_t* clock(const OsArrayInputs& in) override {
    return array_->clock({in.activations, in.activations_signed, in.weights, in.first, in.last, in.select});
  }

 private:
  std::unique_ptr<VerilatedOsArray> array_;
};

class LanesAdapter final : public ClockedLanes {
 public:
  explicit LanesAdapter(std::unique_ptr<VerilatedLanes> lanes) : lanes_(std::move(lanes)) {}
  int lanes() const override { return lanes_->lanes(); }
  const std::int32_t* clock(const OsArrayInputs& in) override {
    return lanes_->clock({in.activations, in.activations_signed, in.weights, in.first, in.last, in.select});
  }

 private:
  std::unique_ptr<VerilatedLanes> lanes_;
};

tl::unexpected<Error> not_compiled(Dataflow dataflow, const ArrayConfig& array,
                                   const std::vector<VerilatedArrayShape>& shapes) {
  std::string known;
  for (const auto& shape : shapes)
    if (shape.pool == PoolView::Table)
      known += fmt::format("{}{}x{}", known.empty() ? "" : ", ", shape.rows, shape.columns);
  return fail("level rtl: no {}x{} array with dataflow {} was compiled; there are: {}", array.rows, array.columns,
              to_string(dataflow), known.empty() ? "none" : known);
}

/// Gives the Verilated array the products of its pool's gates.
template <class Array>
Result<void> write_pool(Array& array, const std::vector<RtlSelectable>& pool) {
  if (pool.size() > static_cast<std::size_t>(kPoolSelections))
    return fail("level rtl: {} selectables, the array's tokens tell {} apart", pool.size(), kPoolSelections);
  for (std::size_t select = 0; select < pool.size(); ++select) {
    const auto multiplier = make_verilated_multiplier(pool[select].module);
    if (multiplier == nullptr)
      return fail("level rtl: {} has no RTL in this build; use level lt or cycle", pool[select].id);
    array.set_products(static_cast<int>(select), tabulate_products(*multiplier, pool[select].mode));
  }
  return {};
}

}  // namespace

std::unique_ptr<ClockedWsArray> to_clocked(std::unique_ptr<VerilatedWsArray> array) {
  return std::make_unique<WsAdapter>(std::move(array));
}

std::unique_ptr<ClockedOsArray> to_clocked(std::unique_ptr<VerilatedOsArray> array) {
  return std::make_unique<OsAdapter>(std::move(array));
}

Result<std::unique_ptr<ClockedWsArray>> make_rtl_ws_array(const ArrayConfig& array,
                                                          const std::vector<RtlSelectable>& pool) {
  auto rtl = make_verilated_ws_array({array.rows, array.columns, PoolView::Table});
  if (rtl == nullptr) return not_compiled(Dataflow::WeightStationary, array, verilated_ws_arrays());
  if (auto written = write_pool(*rtl, pool); !written) return forward_error(written);
  return to_clocked(std::move(rtl));
}

Result<std::unique_ptr<ClockedOsArray>> make_rtl_os_array(const ArrayConfig& array,
                                                          const std::vector<RtlSelectable>& pool) {
  auto rtl = make_verilated_os_array({array.rows, array.columns, PoolView::Table});
  if (rtl == nullptr) return not_compiled(Dataflow::OutputStationary, array, verilated_os_arrays());
  if (auto written = write_pool(*rtl, pool); !written) return forward_error(written);
  return to_clocked(std::move(rtl));
}

Result<std::unique_ptr<ArrayModel>> make_rtl_array(Dataflow dataflow, const ArrayConfig& array, Encoding encoding,
                                                   const std::vector<RtlSelectable>& pool, ArrayWave* wave) {
  if (encoding != Encoding::SignMagnitude)
    return fail("level rtl: the RTL array is of encoding sm8, the network's is {}; use level lt or cycle",
                to_string(encoding));
  if (dataflow == Dataflow::InputStationary) return not_compiled(dataflow, array, {});
  if (dataflow == Dataflow::OutputStationary) {
    auto os = make_rtl_os_array(array, pool);
    if (!os) return forward_error(os);
    return make_array_model(std::move(*os), "rtl", wave);
  }
  auto ws = make_rtl_ws_array(array, pool);
  if (!ws) return forward_error(ws);
  return make_array_model(std::move(*ws), "rtl", wave);
}

Result<std::unique_ptr<LaneModel>> make_rtl_lanes(int lanes, Encoding encoding,
                                                  const std::vector<RtlSelectable>& pool) {
  if (encoding != Encoding::SignMagnitude)
    return fail("level rtl: the RTL lanes are of encoding sm8, the network's is {}; use level lt or cycle",
                to_string(encoding));
  auto rtl = make_verilated_lanes(lanes);
  if (rtl == nullptr)
    return fail("level rtl: {} lanes were not compiled; there are: {}", lanes, fmt::join(verilated_lanes(), ", "));
  if (auto written = write_pool(*rtl, pool); !written) return forward_error(written);
  return make_lane_model(std::make_unique<LanesAdapter>(std::move(rtl)), "rtl");
}

std::unique_ptr<ArrayModel> make_gate_level_array(Dataflow dataflow) {
  const VerilatedArrayShape shape{4, 4, PoolView::Gates};
  if (dataflow == Dataflow::OutputStationary)
    return make_array_model(to_clocked(make_verilated_os_array(shape)), "rtl");
  return make_array_model(to_clocked(make_verilated_ws_array(shape)), "rtl");
}

}  // namespace axvp
