#pragma once

#include <memory>
#include <string>
#include <vector>

#include "axvp/accel/clocked_array.h"
#include "axvp/cosim/rtl_array.h"

namespace axvp {

/// Arrays with a part in RTL beside the model: the model's sums are given on, the RTL part gets the same inputs in every
/// edge, and the first difference becomes the array's finding(): fold, element, cycle, operands, multiplier, both values.
/// `ids` are the pool's selectables.
[[nodiscard]] std::unique_ptr<ClockedWsArray> make_lockstep_array(std::unique_ptr<ClockedWsArray> model,
                                                                  std::unique_ptr<ClockedWsArray> rtl,
                                                                  std::vector<std::string> ids);
[[nodiscard]] std::unique_ptr<ClockedOsArray> make_lockstep_array(std::unique_ptr<ClockedOsArray> model,
                                                                  std::unique_ptr<ClockedOsArray> rtl,
                                                                  std::vector<std::string> ids);

/// One processing element with its multipliers in RTL. Errors: an element outside of the array, a selectable without RTL.
[[nodiscard]] Result<std::unique_ptr<ClockedWsArray>> make_lockstep_element(std::unique_ptr<ClockedWsArray> model,
                                                                            int row, int column,
                                                                            const std::vector<RtlSelectable>& pool);
[[nodiscard]] Result<std::unique_ptr<ClockedOsArray>> make_lockstep_element(std::unique_ptr<ClockedOsArray> model,
                                                                            int row, int column,
                                                                            const std::vector<RtlSelectable>& pool);

/// One multiplier of one element in RTL: the products of the selectable `id`. `tables` are the pool's. Errors as above,
/// or `id` is not in the pool.
[[nodiscard]] Result<std::unique_ptr<ClockedWsArray>> make_lockstep_multiplier(
    std::unique_ptr<ClockedWsArray> model, int row, int column, const std::string& id,
    const std::vector<RtlSelectable>& pool, std::vector<TruthTable> tables);
[[nodiscard]] Result<std::unique_ptr<ClockedOsArray>> make_lockstep_multiplier(std::unique_ptr<ClockedOsArray> model,
                                                                               int row, int column,
                                                                               const std::string& id,
                                                                               const std::vector<RtlSelectable>& pool,
                                                                               std::vector<TruthTable> tables);

}  // namespace axvp
