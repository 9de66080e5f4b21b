// axvp_generate_registers header|document MAP.toml OUTPUT: writes what is generated from the register map.
#include <cstdio>
#include <string>

#include "axvp/accel/register_description.h"
#include "axvp/common/file.h"

namespace {

axvp::Result<void> generate(const std::string& kind, const std::string& source, const std::string& output) {
  const auto text = axvp::read_text_file(source);
  if (!text) return axvp::forward_error(text);
  const auto map = axvp::parse_register_map(*text, source);
  if (!map) return axvp::forward_error(map);
  if (kind != "header" && kind != "document") return axvp::fail("`{}`: expected `header` or `document`", kind);
  return axvp::write_file_atomically(output,
                                     kind == "header" ? axvp::register_header(*map) : axvp::register_document(*map));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: axvp_generate_registers header|document MAP.toml OUTPUT\n", stderr);
    return 2;
  }
  const auto done = generate(argv[1], argv[2], argv[3]);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 2;
}
