#include "program_runner.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <vector>

#include "axvp/common/text.h"
#include "program.h"

namespace axvp::testing {

Outcome run_axvp(const std::string& arguments) {
  std::vector<std::string> words{"axvp", "--quiet"};
  if (!arguments.empty())
    for (auto& word : split(arguments, ' ')) words.push_back(std::move(word));
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.exit_code = sim::run_program(static_cast<int>(words.size()), argv.data());
  outcome.errors = ::testing::internal::GetCapturedStderr();
  outcome.output = ::testing::internal::GetCapturedStdout();
  return outcome;
}

FileSizeLimit::FileSizeLimit(unsigned long bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  before_ = limit.rlim_cur;
  limit.rlim_cur = bytes;
  EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
}

FileSizeLimit::~FileSizeLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = before_;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace axvp::testing
