#include "axvp/verilated/verilated_array.h"

#include "Vax_lanes_64.h"
#include "Vax_lanes_64_ax_pool_products.h"
#include "Vax_os_array_16x16.h"
#include "Vax_os_array_16x16_ax_pool_products.h"
#include "Vax_os_array_4x4_gates.h"
#include "Vax_ws_array_16x16.h"
#include "Vax_ws_array_16x16_ax_pool_products.h"
#include "Vax_ws_array_4x4_gates.h"
#include "Vax_ws_array_5x3.h"
#include "Vax_ws_array_5x3_ax_pool_products.h"
#include "array_adapter.h"

namespace axvp {
namespace {

bool equal(const VerilatedArrayShape& a, const VerilatedArrayShape& b) {
  return a.rows == b.rows && a.columns == b.columns && a.pool == b.pool;
}

}  // namespace

PoolProducts tabulate_products(VerilatedMultiplier& multiplier, int mode) {
  PoolProducts products;
  products.reserve(std::size_t{kPoolActivations} * kPoolWeights);
  for (int x = 0; x < kPoolActivations; ++x)
    for (int w = 0; w < kPoolWeights; ++w)
      products.push_back(multiplier.multiply(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), mode));
  return products;
}

std::vector<VerilatedArrayShape> verilated_ws_arrays() {
  return {{16, 16, PoolView::Table}, {5, 3, PoolView::Table}, {4, 4, PoolView::Gates}};
}

std::vector<VerilatedArrayShape> verilated_os_arrays() {
  return {{16, 16, PoolView::Table}, {4, 4, PoolView::Gates}};
}

std::unique_ptr<VerilatedWsArray> make_verilated_ws_array(const VerilatedArrayShape& shape) {
  if (equal(shape, {16, 16, PoolView::Table})) return std::make_unique<WsAdapter<Vax_ws_array_16x16, 16, 16>>();
  if (equal(shape, {5, 3, PoolView::Table})) return std::make_unique<WsAdapter<Vax_ws_array_5x3, 5, 3>>();
  if (equal(shape, {4, 4, PoolView::Gates})) return std::make_unique<WsAdapter<Vax_ws_array_4x4_gates, 4, 4>>();
  return nullptr;
}

std::unique_ptr<VerilatedOsArray> make_verilated_os_array(const VerilatedArrayShape& shape) {
  if (equal(shape, {16, 16, PoolView::Table})) return std::make_unique<OsAdapter<Vax_os_array_16x16, 16, 16>>();
  if (equal(shape, {4, 4, PoolView::Gates})) return std::make_unique<OsAdapter<Vax_os_array_4x4_gates, 4, 4>>();
  return nullptr;
}

std::vector<int> verilated_lanes() {
  return {64};
}

std::unique_ptr<VerilatedLanes> make_verilated_lanes(int lanes) {
  if (lanes == 64) return std::make_unique<LanesAdapter<Vax_lanes_64, 64>>();
  return nullptr;
}

}  // namespace axvp
