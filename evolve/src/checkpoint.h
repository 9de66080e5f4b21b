#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "island.h"

namespace axvp {

/// A search between two epochs. Random numbers are drawn from seeds of island and epoch, so nothing else is needed.
struct EvolutionState {
  std::uint64_t epoch = 0;
  std::vector<IslandState> islands;
};

/// Written beside and renamed: a kill leaves the last whole state.
[[nodiscard]] Result<void> save_checkpoint(const std::filesystem::path& path, const std::string& identity,
                                           const EvolutionState& state);
/// Fails for a damaged file and for the checkpoint of a search with another identity.
[[nodiscard]] Result<EvolutionState> load_checkpoint(const std::filesystem::path& path, const std::string& identity);

}  // namespace axvp
