#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::liberty {

/// `name : value;` (one value) or `name (value, value);`, quotes removed.
struct Attribute {
  std::string name;
  std::vector<std::string> values;
  int line = 0;
};

/// `type (arguments) { ... }`.
struct Group {
  std::string type;
  std::vector<std::string> arguments;
  int line = 0;
  std::vector<Attribute> attributes;
  std::vector<Group> groups;

  [[nodiscard]] const Attribute* find(std::string_view attribute) const;
};

/// The one `library` group of the text. Errors: "FILE: line 12: expected `}`, found the end of the file".
[[nodiscard]] Result<Group> parse_syntax(std::string_view text, const std::string& name);

}  // namespace axvp::liberty
