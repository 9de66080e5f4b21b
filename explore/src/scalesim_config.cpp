#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>

#include "axvp/common/text.h"
#include "axvp/explore/scalesim.h"

namespace axvp {
namespace {

std::string trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string{text};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Sections and keys as SCALE-Sim v2 and v3 write them; its parser does not tell capitals from small letters.
const std::map<std::string, std::vector<std::string>>& known_keys() {
  static const std::map<std::string, std::vector<std::string>> kKeys{
      {"general", {"run_name"}},
      {"architecture_presets",
       {"ArrayHeight", "ArrayWidth", "IfmapSramSzkB", "FilterSramSzkB", "OfmapSramSzkB", "IfmapOffset", "FilterOffset",
        "OfmapOffset", "Bandwidth", "Dataflow", "MemoryBanks", "ReadRequestBuffer", "WriteRequestBuffer"}},
      {"layout",
       {"IfmapCustomLayout", "IfmapSRAMBankBandwidth", "IfmapSRAMBankNum", "IfmapSRAMBankPort", "FilterCustomLayout",
        "FilterSRAMBankBandwidth", "FilterSRAMBankNum", "FilterSRAMBankPort"}},
      {"sparsity", {"SparsitySupport", "SparseRep", "OptimizedMapping", "BlockSize", "RandomNumberGeneratorSeed"}},
      {"run_presets", {"InterfaceBandwidth", "UseRamulatorTrace"}}};
  return kKeys;
}

class Reader {
 public:
  explicit Reader(std::string where) : where_(std::move(where)) {}

  Result<void> take(const std::string& section, const std::string& key, const std::string& value) {
    const auto& keys = known_keys().at(section);
    const auto known = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return lower(k) == lower(key); });
    if (known == keys.end()) return fail("{}: unknown key `{}` in [{}]{}", where_, key, section, suggestion(key, keys));
    if (*known == "run_name") {
      config.run_name = value;
      return {};
    }
    if (*known == "Dataflow") {
      const auto dataflow = parse_dataflow(lower(value));
      if (!dataflow) return fail("{}: Dataflow = {}, expected os, ws or is", where_, value);
      config.dataflow = *dataflow;
      return {};
    }
    if (*known == "InterfaceBandwidth") {
      if (lower(value) != "calc" && lower(value) != "user")
        return fail("{}: InterfaceBandwidth = {}, expected CALC or USER", where_, value);
      config.has_user_bandwidth = lower(value) == "user";
      return {};
    }
    return take_number(*known, section, value);
  }

  ScaleSimConfig config;

 private:
  Result<void> take_number(const std::string& key, const std::string& section, const std::string& value) {
    struct Number {
      const char* key;
      int* value;
      int high;
    };
    const std::array<Number, 6> numbers{{{"ArrayHeight", &config.array.rows, 1024},
                                         {"ArrayWidth", &config.array.columns, 1024},
                                         {"IfmapSramSzkB", &config.ifmap_kb, 65536},
                                         {"FilterSramSzkB", &config.filter_kb, 65536},
                                         {"OfmapSramSzkB", &config.ofmap_kb, 65536},
                                         {"Bandwidth", &config.bandwidth, 4096}}};
    for (const Number& number : numbers) {
      if (key != number.key) continue;
      const std::string first = trimmed(split(value, ',')[0]);  // SCALE-Sim takes a list of bandwidths, and its first
      const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), *number.value);
      if (error != std::errc{} || end != first.data() + first.size() || *number.value < 1 ||
          *number.value > number.high)
        return fail("{}: {} = {}, expected an integer from 1 to {}", where_, key, value, number.high);
      return {};
    }
    for (const auto& [name, offset] :
         {std::pair{"IfmapOffset", &config.ifmap_offset}, std::pair{"FilterOffset", &config.filter_offset},
          std::pair{"OfmapOffset", &config.ofmap_offset}}) {
      if (key != name) continue;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), *offset);
      if (error == std::errc{} && end == value.data() + value.size()) return {};
      return fail("{}: {} = {}, expected an address", where_, key, value);
    }
    config.ignored.push_back(section + "." + key);
    return {};
  }

  std::string where_;
};

}  // namespace

Result<ScaleSimConfig> parse_scalesim_config(std::string_view text, const std::string& name) {
  ScaleSimConfig config;
  std::string section;
  int number = 0;
  for (const std::string& raw : split(text, '\n')) {
    ++number;
    const std::string line = trimmed(raw);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    const std::string where = fmt::format("{}: line {}", name, number);
    if (line.front() == '[' && line.back() == ']') {
      section = lower(trimmed(std::string_view{line}.substr(1, line.size() - 2)));
      std::vector<std::string> sections;
      for (const auto& entry : known_keys()) sections.push_back(entry.first);
      if (known_keys().count(section) == 0)
        return fail("{}: unknown section [{}]{}", where, section, suggestion(section, sections));
      continue;
    }
    const std::size_t sign = line.find_first_of("=:");
    if (sign == std::string::npos || section.empty())
      return fail("{}: `{}`: expected `Key = value` below a [section]", where, line);
    Reader at{where};
    at.config = std::move(config);
    if (auto taken = at.take(section, trimmed(line.substr(0, sign)), trimmed(line.substr(sign + 1))); !taken)
      return forward_error(taken);
    config = std::move(at.config);
  }
  return config;
}

}  // namespace axvp
