#include "axvp/cosim/rtl_array.h"

#include <fmt/format.h>

#include "axvp/accel/clocked_array.h"
#include "axvp/verilated/verilated_array.h"

namespace axvp {
namespace {

class WsAdapter final : public ClockedWsArray {
 public:
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
  explicit OsAdapter(std::unique_ptr<VerilatedOsArray> array) : array_(std::move(array)) {}
  ArrayConfig shape() const override { return {array_->shape().rows, array_->shape().columns}; }
  const std::int32_t* clock(const OsArrayInputs& in) override {
    return array_->clock({in.activations, in.activations_signed, in.weights, in.first, in.last, in.select});
  }

 private:
  std::unique_ptr<VerilatedOsArray> array_;
};

std::unique_ptr<ArrayModel> to_model(std::unique_ptr<VerilatedWsArray> array) {
  return make_array_model(std::make_unique<WsAdapter>(std::move(array)), "rtl");
}
std::unique_ptr<ArrayModel> to_model(std::unique_ptr<VerilatedOsArray> array) {
  return make_array_model(std::make_unique<OsAdapter>(std::move(array)), "rtl");
}

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
Result<std::unique_ptr<ArrayModel>> with_pool(std::unique_ptr<Array> array, const std::vector<RtlSelectable>& pool) {
  if (pool.size() > static_cast<std::size_t>(kPoolSelections))
    return fail("level rtl: {} selectables, the array's tokens tell {} apart", pool.size(), kPoolSelections);
  for (std::size_t select = 0; select < pool.size(); ++select) {
    const auto multiplier = make_verilated_multiplier(pool[select].module);
    if (multiplier == nullptr)
      return fail("level rtl: {} has no RTL in this build; use level lt or cycle", pool[select].id);
    array->set_products(static_cast<int>(select), tabulate_products(*multiplier, pool[select].mode));
  }
  return to_model(std::move(array));
}

}  // namespace

Result<std::unique_ptr<ArrayModel>> make_rtl_array(Dataflow dataflow, const ArrayConfig& array, Encoding encoding,
                                                   const std::vector<RtlSelectable>& pool) {
  if (encoding != Encoding::SignMagnitude)
    return fail("level rtl: the RTL array is of encoding sm8, the network's is {}; use level lt or cycle",
                to_string(encoding));
  const VerilatedArrayShape shape{array.rows, array.columns, PoolView::Table};
  if (dataflow == Dataflow::OutputStationary) {
    auto os = make_verilated_os_array(shape);
    if (os == nullptr) return not_compiled(dataflow, array, verilated_os_arrays());
    return with_pool(std::move(os), pool);
  }
  auto ws = make_verilated_ws_array(shape);
  if (ws == nullptr || dataflow != Dataflow::WeightStationary)
    return not_compiled(
        dataflow, array,
        dataflow == Dataflow::WeightStationary ? verilated_ws_arrays() : std::vector<VerilatedArrayShape>{});
  return with_pool(std::move(ws), pool);
}

std::unique_ptr<ArrayModel> make_gate_level_array(Dataflow dataflow) {
  const VerilatedArrayShape shape{4, 4, PoolView::Gates};
  if (dataflow == Dataflow::OutputStationary) return to_model(make_verilated_os_array(shape));
  return to_model(make_verilated_ws_array(shape));
}

}  // namespace axvp
