#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace axvp {

[[nodiscard]] std::string_view version();  ///< Of axvp, e.g. "0.1.0".

/// Where a result comes from: enough to make it again. No date, host or user: the same inputs give the same bytes.
struct Provenance {
  std::string command;  ///< Subcommand that wrote the file, e.g. "simulate".
  std::uint64_t seed = 0;
  std::map<std::string, std::string> inputs;  ///< What it is -> SHA-256, e.g. "network" -> "9f86...".
  std::map<std::string, std::string> tools;   ///< Tool -> version, e.g. "yosys" -> "0.23".
};

[[nodiscard]] nlohmann::json to_json(const Provenance& provenance);

}  // namespace axvp
