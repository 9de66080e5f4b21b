#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace axvp::sim {

/// Runs `work` in a child process and returns what it returned; none if the child died. SystemC's kernel simulates once
/// a process, so each of several simulations needs its own. No other thread may run meanwhile.
[[nodiscard]] std::optional<std::string> run_in_child(const std::function<std::string()>& work);

/// Runs `work` in a child process with standard output in `output` and returns what it returned; none if the child
/// died. The child dies with this process.
[[nodiscard]] std::optional<int> run_in_child(const std::function<int()>& work, const std::filesystem::path& output);

}  // namespace axvp::sim
