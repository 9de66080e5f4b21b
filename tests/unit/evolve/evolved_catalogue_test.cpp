// The committed evolved multipliers against the searches that they name.

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "axvp/common/file.h"
#include "axvp/evolve/evolution.h"
#include "axvp/multipliers/design.h"
#include "project_folders.h"

namespace axvp {
namespace {

const std::filesystem::path kRoot{AXVP_SOURCE_DIR};

struct Errors {
  double mean = 0, mean_absolute = 0, standard_deviation = 0;
};

/// By the definitions, pair by pair.
Errors errors_of(const MultiplierModel& model, const OperandDomain& domain,
                 const std::optional<OperandHistograms>& usage) {
  double weight = 0, sum = 0, absolute = 0, squares = 0;
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 1 << domain.weight_bits; ++w) {
      const bool is_signed = domain.encoding == Encoding::TwosComplement;
      const int exact = is_signed ? static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w) : x * w;
      const double error = model.multiply(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w), 0) - exact;
      const double share = usage ? static_cast<double>(usage->x[static_cast<std::size_t>(x)]) *
                                       static_cast<double>(usage->w[static_cast<std::size_t>(w)])
                                 : 1.0;
      weight += share;
      sum += share * error;
      absolute += share * std::abs(error);
      squares += share * error * error;
    }
  const double mean = sum / weight;
  return {mean, absolute / weight, std::sqrt(squares / weight - mean * mean)};
}

/// The search of "axvp multipliers evolve FILE", its operands read in.
EvolutionConfig search_of(const std::string& command) {
  const auto document = load_toml(kRoot / command.substr(command.rfind(' ') + 1));
  if (!document) throw std::runtime_error(document.error().message);
  auto config = evolution_config_from(*document);
  if (!config) throw std::runtime_error(config.error().message);
  if (config->operands.empty()) return *config;
  const auto text = read_text_file(kRoot / config->operands);
  if (!text) throw std::runtime_error(text.error().message);
  const auto operands = parse_operands(*text, config->operands.string(), config->domain);
  if (!operands) throw std::runtime_error(operands.error().message);
  if (!config->bound.usage) config->bound.usage = histograms_of(*operands);
  return *config;
}

TEST(EvolvedMultipliers, KeepTheBoundsOfTheirSearch) {
  // The search scales counts to sums of 2^14: codes as rare as one in 2^15 are rounded away, however wrong they are.
  constexpr double kHistogramRounding = 1.02;
  for (const MultiplierDesign& design : built_in_designs()) {
    const auto* parameters = std::get_if<CircuitParameters>(&design.parameters);
    if (parameters == nullptr) continue;
    const EvolutionConfig config = search_of(parameters->command);
    const Errors errors = errors_of(*make_model(design), config.domain, config.bound.usage);
    const double error =
        config.bound.metric == ErrorMetric::MeanAbsolute ? errors.mean_absolute : errors.standard_deviation;
    EXPECT_LE(error, config.bound.limit * kHistogramRounding) << design.id;
    if (config.bound.mean_limit) {
      EXPECT_LE(std::abs(errors.mean), *config.bound.mean_limit * kHistogramRounding) << design.id;
    }
    EXPECT_GE(parameters->position, 1) << design.id;
  }
}

}  // namespace
}  // namespace axvp
