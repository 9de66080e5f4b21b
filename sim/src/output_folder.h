#pragma once

#include <string>

#include "axvp/common/result.h"

namespace axvp::sim {

/// Where a run writes.
struct OutputFolder {
  std::string path;
  bool holds_results = false;  ///< Of an earlier run: they are replaced.
};

/// `chosen` if it is not empty, else the first of `name`, `name`-2, `name`-3, .. that holds no result.json: a run that
/// was not told where to write replaces nothing. The folder is created; an error if nothing can be written there.
[[nodiscard]] Result<OutputFolder> open_output_folder(const std::string& chosen, const std::string& name);

}  // namespace axvp::sim
