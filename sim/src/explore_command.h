#pragma once

#include "command.h"

namespace axvp::sim {

void add_explore(CLI::App& app, const GlobalOptions& global, Command& command);
void add_scalesim(CLI::App& app, Command& command);

}  // namespace axvp::sim
