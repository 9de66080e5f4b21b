#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/npy.h"
#include "axvp/multipliers/rtl_generator.h"
#include "command.h"
#include "embedded_files.h"

namespace axvp::sim {
namespace {

/// The table as a C header: `static const int32_t NAME[256][256]`, activation first.
std::string c_header(const Selectable& selectable) {
  std::string name = "axvp_" + selectable.id;
  for (char& c : name)
    if (c == '-' || c == '/' || c == '.') c = '_';
  std::string text = fmt::format(
      "/* {}: products [x][w], activation first, {} operand codes. Written by axvp multipliers export. */\n"
      "#include <stdint.h>\n\nstatic const int32_t {}[256][256] = {{\n",
      selectable.id, to_string(selectable.encoding), name);
  for (int x = 0; x < TruthTable::kSide; ++x) {
    std::vector<std::string> cells;
    for (int w = 0; w < TruthTable::kSide; ++w)
      cells.push_back(std::to_string(selectable.table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w))));
    text += "  {" + join(cells, ",") + "},\n";
  }
  return text + "};\n";
}

/// One file that needs no other: adders, the module, and the wrapper of an exchanged form behind it.
std::string verilog_of(const Selectable& selectable) {
  std::string text{adder_modules()};
  const auto generated = generate_multiplier_rtl();
  for (const std::string& module : {selectable.inner_module, selectable.rtl_module}) {
    const auto file = std::find_if(generated.begin(), generated.end(),
                                   [&module](const GeneratedFile& f) { return f.path.filename() == module + ".sv"; });
    if (file != generated.end()) text += "\n" + file->content;
  }
  return text;
}

Result<void> write(const Selectable& selectable, const std::string& path) {
  const std::string extension = std::filesystem::path{path}.extension().string();
  if (extension == ".npy") return write_npy_table(path, selectable.table);
  if (extension == ".h") return write_file_atomically(path, c_header(selectable));
  if (extension == ".sv") return write_file_atomically(path, verilog_of(selectable));
  return fail("{}: export writes .npy, .h or .sv", path);
}

int run(const std::string& id, const std::string& path) {
  const auto selectable = Catalogue::built_in().find(id);
  if (!selectable) return report(selectable.error());
  if (const auto written = write(*selectable, path); !written) return report(written.error());
  fmt::print("written: {}\n", path);
  return kDone;
}

}  // namespace

void add_multipliers_export(CLI::App& multipliers, Command& command) {
  struct Options {
    std::string id, path;
  };
  auto options = std::make_shared<Options>();
  CLI::App* sub = multipliers.add_subcommand("export", "Write the table or the RTL of one selectable");
  sub->add_option("id", options->id, "Selectable, e.g. dadda_trunc-k7c")->required();
  sub->add_option("file", options->path,
                  "File to write: .npy (int32 256x256), .h (C array) or .sv (SystemVerilog, all modes)")
      ->required();
  sub->footer("Example: axvp multipliers export dadda_trunc-k7c trunc7.npy");
  sub->callback([options, &command] { command = [options] { return run(options->id, options->path); }; });
}

}  // namespace axvp::sim
