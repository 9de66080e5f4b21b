#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

/// accel/register_map.toml, read.
struct RegisterDescription {
  struct Field {
    std::string name;
    std::uint32_t bit = 0;
    std::uint32_t width = 1;
    std::string description;
  };
  std::string name;  ///< snake_case
  std::uint32_t offset = 0;
  std::string access;  ///< ro, rw, w1c, w1s
  std::uint32_t reset = 0;
  std::string description;
  std::vector<Field> fields;
};

/// Consecutive 64-bit counters, low word first.
struct CounterBlock {
  std::string name;
  std::uint32_t offset = 0;
  std::uint32_t count = 0;
  std::string description;
};

struct RegisterMapDescription {
  std::vector<RegisterDescription> registers;
  std::vector<CounterBlock> counters;
};

/// Errors: unknown keys, offsets that are not multiples of 4 or overlap, fields beyond 32 bits.
[[nodiscard]] Result<RegisterMapDescription> parse_register_map(std::string_view toml, const std::string& name);

/// axvp/accel/register_map.h and docs/register-map.md.
[[nodiscard]] std::string register_header(const RegisterMapDescription& map);
[[nodiscard]] std::string register_document(const RegisterMapDescription& map);

}  // namespace axvp
