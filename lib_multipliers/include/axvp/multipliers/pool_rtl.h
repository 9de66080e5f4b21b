#pragma once

#include <string>
#include <vector>

#include "axvp/multipliers/catalogue.h"

namespace axvp {

/// Bits of the token that selects one of `selectables`, at least 1.
[[nodiscard]] int select_width(std::size_t selectables);

/// SystemVerilog of module ax_pool: an instance of each multiplier, selectables of one multiplier sharing it, operands of
/// an instance that is not selected held at 0. select_i is the index in `pool`; what no selectable has gives product 0.
/// Errors: an empty pool, more than 32 selectables or 8 instances, an encoding other than sm8, a selectable without RTL,
/// or one that occurs twice.
[[nodiscard]] Result<std::string> generate_pool_rtl(const std::vector<Selectable>& pool);

/// Multipliers that the pool instantiates, and those inside of them, each once: (file name, content). They need ax_fa and
/// ax_ha.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> pool_sources(const std::vector<Selectable>& pool);

}  // namespace axvp
