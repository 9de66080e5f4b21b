#pragma once

#include <string>

namespace axvp::testing {

/// What a command left behind.
struct Outcome {
  int exit_code = -1;
  std::string output;  ///< Of standard output.
  std::string errors;  ///< Of standard error.
};

/// Runs `axvp --quiet ARGUMENTS` in this process; arguments are separated by single spaces. A simulation uses the
/// SystemC kernel up: at most one of them in a test.
[[nodiscard]] Outcome run_axvp(const std::string& arguments);

/// While it lives no file of this process may grow beyond `bytes`: writing fails as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(unsigned long bytes);
  ~FileSizeLimit();
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  unsigned long before_;
};

}  // namespace axvp::testing
