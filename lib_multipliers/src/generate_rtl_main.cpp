// axvp_generate_rtl ROOT: writes the generated files under ROOT/rtl.

#include <cstdio>

#include "axvp/common/file.h"
#include "axvp/multipliers/rtl_generator.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: axvp_generate_rtl ROOT (the project's root; writes ROOT/rtl/...)\n", stderr);
    return 2;
  }
  for (const axvp::GeneratedFile& file : axvp::generate_multiplier_rtl()) {
    const auto written = axvp::write_file_atomically(std::filesystem::path{argv[1]} / file.path, file.content);
    if (!written) {
      std::fprintf(stderr, "axvp_generate_rtl: %s\n", written.error().message.c_str());
      return 2;
    }
  }
  return 0;
}
