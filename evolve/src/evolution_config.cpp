#include <algorithm>
#include <charconv>

#include "axvp/common/text.h"
#include "axvp/evolve/evolution.h"

namespace axvp {
namespace {

const std::vector<std::string> kMetrics{"mae", "std"};
const std::vector<std::string> kCosts{"area", "zero_delay", "glitch"};

template <class Enum>
Enum choice_of(FieldReader& reader, const std::string& key, const std::vector<std::string>& names, Enum fallback) {
  const std::string name = reader.choice(key, names, names[static_cast<std::size_t>(fallback)]);
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

template <class Count>
Count count_of(FieldReader& reader, const std::string& key, IntegerRange range, Count fallback) {
  return static_cast<Count>(reader.integer(key, range, static_cast<std::int64_t>(fallback)));
}

OperandHistogram histogram_of(FieldReader& reader, const std::string& key) {
  constexpr std::int64_t kLargestCount = std::int64_t{1} << 50;
  const auto counts = reader.integers(key, {0, kLargestCount});
  OperandHistogram histogram{};
  if (counts.size() != histogram.size())
    reader.reject(key, fmt::format("{} counts, expected {}", counts.size(), histogram.size()));
  std::copy_n(counts.begin(), std::min(counts.size(), histogram.size()), histogram.begin());
  return histogram;
}

void read_bound(FieldReader reader, ErrorBound& bound) {
  bound.metric = choice_of(reader, "metric", kMetrics, bound.metric);
  bound.limit = reader.number("limit", {0.0, 65535.0});
  bound.zero_products = reader.boolean("zero_products", bound.zero_products);
  if (reader.has("mean_limit")) bound.mean_limit = reader.number("mean_limit", {0.0, 65535.0});
  if (!reader.has("usage")) return;
  FieldReader usage = reader.table("usage");
  bound.usage = OperandHistograms{histogram_of(usage, "x"), histogram_of(usage, "w")};
}

void read_search(FieldReader reader, SearchSettings& s) {
  constexpr std::int64_t kMost = std::int64_t{1} << 50;
  s.seed = count_of(reader, "seed", {0}, s.seed);
  s.evaluations = count_of(reader, "evaluations", {1, kMost}, s.evaluations);
  s.islands = count_of(reader, "islands", {1, 1024}, s.islands);
  s.offspring = count_of(reader, "offspring", {1, 1024}, s.offspring);
  s.mutated_genes = count_of(reader, "mutated_genes", {1, 64}, s.mutated_genes);
  s.drift = reader.number("drift", {0.0, 1.0}, s.drift);
  s.idle_share = reader.number("idle_share", {0.0, 8.0}, s.idle_share);
  s.epoch_evaluations = count_of(reader, "epoch_evaluations", {1, kMost}, s.epoch_evaluations);
  s.migration_epochs = count_of(reader, "migration_epochs", {0, kMost}, s.migration_epochs);
}

nlohmann::json to_json(const ErrorBound& bound) {
  nlohmann::json json{{"metric", kMetrics[static_cast<std::size_t>(bound.metric)]},
                      {"limit", bound.limit},
                      {"zero_products", bound.zero_products}};
  if (bound.mean_limit) json["mean_limit"] = *bound.mean_limit;
  if (bound.usage) json["usage"] = {{"x", bound.usage->x}, {"w", bound.usage->w}};
  return json;
}

nlohmann::json to_json(const SearchSettings& s) {
  return {{"seed", s.seed},
          {"evaluations", s.evaluations},
          {"islands", s.islands},
          {"offspring", s.offspring},
          {"mutated_genes", s.mutated_genes},
          {"drift", s.drift},
          {"idle_share", s.idle_share},
          {"epoch_evaluations", s.epoch_evaluations},
          {"migration_epochs", s.migration_epochs}};
}

}  // namespace

Result<EvolutionConfig> evolution_config_from(const Document& document) {
  EvolutionConfig config;
  FieldReader reader{document};
  const std::string encoding = reader.choice("encoding", {"sm8", "s8"}, "sm8");
  config.domain.encoding = encoding == "sm8" ? Encoding::SignMagnitude : Encoding::TwosComplement;
  const bool is_sm8 = config.domain.encoding == Encoding::SignMagnitude;
  config.domain.weight_bits = count_of(reader, "weight_bits", {is_sm8 ? 7 : 8, 8}, is_sm8 ? 7 : 8);
  config.cost = choice_of(reader, "cost", kCosts, config.cost);
  if (reader.has("seeds")) config.seeds = reader.strings("seeds");
  if (config.seeds.empty()) reader.reject("seeds", "expected at least one multiplier or file");
  config.map_seeds = reader.boolean("map_seeds", config.map_seeds);
  config.liberty = reader.string("liberty", config.liberty.string());
  config.transitions = count_of(reader, "transitions", {512, 1 << 20}, config.transitions);
  if (config.transitions % 512 != 0) reader.reject("transitions", "expected a multiple of 512");
  config.operands = reader.string("operands", "");
  read_bound(reader.table("error", true), config.bound);
  read_search(reader.table("search"), config.search);
  if (const auto done = reader.finish(); !done) return forward_error(done);
  return config;
}

nlohmann::json to_json(const EvolutionConfig& config) {
  nlohmann::json json{{"encoding", to_string(config.domain.encoding)},
                      {"weight_bits", config.domain.weight_bits},
                      {"cost", kCosts[static_cast<std::size_t>(config.cost)]},
                      {"seeds", config.seeds},
                      {"map_seeds", config.map_seeds},
                      {"liberty", config.liberty.string()},
                      {"transitions", config.transitions},
                      {"error", to_json(config.bound)},
                      {"search", to_json(config.search)}};
  if (!config.operands.empty()) json["operands"] = config.operands.string();
  return json;
}

Result<std::vector<OperandTransition>> parse_operands(std::string_view csv, const std::string& name,
                                                      const OperandDomain& domain) {
  const std::vector<std::string> lines = split(csv, '\n');
  const std::string heading = "x_before,w_before,x,w";
  if (lines.front() != heading) return fail("{}: line 1: found '{}', expected '{}'", name, lines.front(), heading);
  std::vector<OperandTransition> operands;
  for (std::size_t n = 1; n < lines.size(); ++n) {
    if (lines[n].empty() && n + 1 == lines.size()) break;
    const std::vector<std::string> cells = split(lines[n], ',');
    std::array<unsigned, 4> codes{};
    bool is_good = cells.size() == codes.size();
    for (std::size_t c = 0; is_good && c < codes.size(); ++c) {
      const char* end = cells[c].data() + cells[c].size();
      const auto [rest, problem] = std::from_chars(cells[c].data(), end, codes[c]);
      const unsigned limit = c % 2 == 0 ? 256 : 1u << domain.weight_bits;
      is_good = problem == std::errc{} && rest == end && codes[c] < limit;
    }
    if (!is_good)
      return fail("{}: line {}: found '{}', expected four operand codes, x below 256 and w below {}", name, n + 1,
                  lines[n], 1 << domain.weight_bits);
    const auto byte = [&codes](std::size_t c) { return static_cast<std::uint8_t>(codes[c]); };
    operands.push_back({{byte(0), byte(1)}, {byte(2), byte(3)}});
  }
  if (operands.empty()) return fail("{}: no operands", name);
  return operands;
}

OperandHistograms histograms_of(const std::vector<OperandTransition>& operands) {
  OperandHistograms histograms;
  for (const OperandTransition& t : operands) {
    ++histograms.x[t.to.x];
    ++histograms.w[t.to.w];
  }
  return histograms;
}

}  // namespace axvp
