#include "checkpoints.h"

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"

namespace axvp::sim {

Result<Checkpoints> Checkpoints::open(std::filesystem::path file, nlohmann::json settings) {
  Checkpoints checkpoints{std::move(file), std::move(settings)};
  std::error_code error;
  if (!std::filesystem::exists(checkpoints.file_, error)) return checkpoints;
  const auto document = load_json(checkpoints.file_);
  if (!document) return forward_error(document);
  FieldReader root{*document};
  const nlohmann::json* written = root.raw("settings");
  FieldReader stages = root.table("stage_seconds", true);
  for (const std::string& stage : stages.keys()) checkpoints.seconds_[stage] = stages.number(stage, {0.0});
  if (const auto done = root.finish(); !done) return forward_error(done);
  const auto differences =
      nlohmann::json::diff(written == nullptr ? nlohmann::json{} : *written, checkpoints.settings_);
  if (!differences.empty())
    return fail("{}: of a run with other settings ({} differs); repeat that run's options, or choose another --out",
                checkpoints.file_.string(), differences[0]["path"].get<std::string>());
  return checkpoints;
}

Result<void> Checkpoints::add(const std::string& stage, double seconds) {
  seconds_[stage] = seconds;
  return write_file_atomically(file_, dump_json({{"settings", settings_}, {"stage_seconds", seconds_}}));
}

}  // namespace axvp::sim
