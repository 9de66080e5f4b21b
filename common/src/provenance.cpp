#include "axvp/common/provenance.h"

#include <nlohmann/json.hpp>

namespace axvp {

std::string_view version() {
  return AXVP_VERSION;
}

nlohmann::json to_json(const Provenance& provenance) {
  return {{"axvp_version", version()},
          {"command", provenance.command},
          {"seed", provenance.seed},
          {"inputs_sha256", provenance.inputs},
          {"tools", provenance.tools}};
}

}  // namespace axvp
