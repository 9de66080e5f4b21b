#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <string>

namespace axvp::testing {

/// The values of a VCD over time, by "scope.signal".
class Vcd {
 public:
  using Values = std::map<std::string, std::uint64_t>;

  explicit Vcd(const std::string& text) {
    std::istringstream in{text};
    std::map<std::string, std::string> names;
    std::string scope, word;
    Values now;
    std::uint64_t time = 0;
    while (in >> word) {
      if (word == "$scope") {
        in >> word >> scope;
      } else if (word == "$var") {
        std::string type, bits, code, name;
        in >> type >> bits >> code >> name;
        names[code] = scope + "." + name;
      } else if (word[0] == '#') {
        if (!now.empty()) values_[time] = now;
        time = std::stoull(word.substr(1));
      } else if (word[0] == 'b') {
        std::string code;
        in >> code;
        now[names.at(code)] = std::stoull(word.substr(1), nullptr, 2);
      } else if (word[0] == '0' || (word[0] == '1' && word != "1")) {
        now[names.at(word.substr(1))] = word[0] == '1' ? 1 : 0;
      }
    }
    values_[time] = now;
  }

  /// At `time` and until the next change.
  [[nodiscard]] const Values& at(std::uint64_t time) const { return std::prev(values_.upper_bound(time))->second; }
  [[nodiscard]] const std::map<std::uint64_t, Values>& all() const { return values_; }

 private:
  std::map<std::uint64_t, Values> values_;
};

}  // namespace axvp::testing
