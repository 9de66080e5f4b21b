#include "measurement_cache.h"

#include <nlohmann/json.hpp>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "source_hash.h"

namespace axvp {
namespace {

using nlohmann::json;

constexpr std::size_t kNumbers = 6;

json to_json(const Measurement& m) {
  return {m.timed.internal.value,       m.timed.switching.value, m.zero_delay.internal.value,
          m.zero_delay.switching.value, m.standard_error.value,  m.leakage.value};
}

std::optional<Measurement> from_json(const json& value) {
  if (!value.is_array() || value.size() != kNumbers) return std::nullopt;
  for (const auto& number : value)
    if (!number.is_number()) return std::nullopt;
  const auto pj = [&](std::size_t i) { return Picojoules{value[i].get<double>()}; };
  return Measurement{{pj(0), pj(1)}, {pj(2), pj(3)}, pj(4), Nanowatts{value[5].get<double>()}};
}

}  // namespace

MeasurementCache::MeasurementCache(const std::filesystem::path& folder, const std::string& stimulus_key)
    : path_(folder / "energy" / (sha256(kPowerSourceHash + stimulus_key) + ".json")) {
  const auto text = read_text_file(path_);
  if (!text) return;
  const json document = json::parse(*text, nullptr, false);
  if (!document.is_object()) return;
  for (const auto& [key, value] : document.items())
    if (const auto measurement = from_json(value)) known_[key] = *measurement;
}

std::optional<Measurement> MeasurementCache::find(const std::string& key) const {
  const std::lock_guard lock{mutex_};
  const auto found = known_.find(key);
  return found == known_.end() ? std::nullopt : std::optional{found->second};
}

void MeasurementCache::add(const std::string& key, const Measurement& measurement) {
  const std::lock_guard lock{mutex_};
  known_[key] = measurement;
  is_changed_ = true;
}

Result<void> MeasurementCache::save() const {
  const std::lock_guard lock{mutex_};
  if (!is_changed_) return {};
  json document = json::object();
  for (const auto& [key, measurement] : known_) document[key] = to_json(measurement);
  return write_file_atomically(path_, document.dump());
}

}  // namespace axvp
