#pragma once

#include <functional>
#include <string>

namespace axvp::testing {

/// Runs `work` in a child process and returns what it returned: SystemC's kernel is one per process, so a test that
/// compares several simulations runs each in a child. A child that dies returns "died".
[[nodiscard]] std::string run_in_child(const std::function<std::string()>& work);

}  // namespace axvp::testing
