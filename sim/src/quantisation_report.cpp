#include "quantisation_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "axvp/common/text.h"

namespace axvp::sim {
namespace {

std::string decibels(double value) {
  return std::isfinite(value) ? fmt::format("{:.1f}", value) : "-";
}

/// No noise at all (a tensor of zeros) has no number.
nlohmann::json json_decibels(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

}  // namespace

std::string quantisation_text(const std::vector<TensorReport>& report) {
  std::vector<std::vector<std::string>> rows{
      {"stored tensor", "range by", "largest kept", "factor spread", "rounding dB", "network dB"}};
  for (const TensorReport& tensor : report)
    rows.push_back({tensor.name, std::string{to_string(tensor.source)}, fmt::format("{:.4g}", tensor.largest_kept),
                    fmt::format("{:.2f}", tensor.factor_spread), decibels(tensor.rounding_snr_db),
                    decibels(tensor.network_snr_db)});
  return format_table(rows);
}

std::string remarks_text(const std::vector<std::string>& remarks) {
  if (remarks.empty()) return {};
  return fmt::format("\nscales of the model that are not kept:\n  {}\n", join(remarks, "\n  "));
}

nlohmann::json quantisation_json(const std::vector<TensorReport>& report) {
  auto tensors = nlohmann::json::array();
  for (const TensorReport& tensor : report)
    tensors.push_back({{"tensor", tensor.name},
                       {"range_by", to_string(tensor.source)},
                       {"largest_kept", tensor.largest_kept},
                       {"factor_spread", tensor.factor_spread},
                       {"rounding_snr_db", json_decibels(tensor.rounding_snr_db)},
                       {"network_snr_db", json_decibels(tensor.network_snr_db)}});
  return tensors;
}

}  // namespace axvp::sim
