#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace axvp {

/// A TOML file of an object: plain values first, then tables, keys sorted. Without nulls and empty lists, which TOML has
/// no word for or nobody misses. What parse_toml reads from it is the object again.
[[nodiscard]] std::string format_toml(const nlohmann::json& object);

}  // namespace axvp
