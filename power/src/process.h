#pragma once

#include <map>
#include <string>
#include <vector>

#include "axvp/common/result.h"

namespace axvp {

struct ProcessOutcome {
  int exit_code = 0;   ///< 128 + signal if it was killed.
  std::string output;  ///< Standard output and error, interleaved.
};

/// Runs a program (found in PATH) with arguments, without a shell, and waits for it. `environment` is added to ours.
/// Fails if it cannot be started.
[[nodiscard]] Result<ProcessOutcome> run_process(const std::string& program, const std::vector<std::string>& arguments,
                                                 const std::map<std::string, std::string>& environment = {});

}  // namespace axvp
