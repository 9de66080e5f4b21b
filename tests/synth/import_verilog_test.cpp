#include "axvp/power/import_verilog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/multipliers/catalogue.h"
#include "flow.h"
#include "project_folders.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

/// A file below the tests' temporary folder that is removed at the end.
class VerilogFile {
 public:
  explicit VerilogFile(const std::string& text)
      : path_(std::filesystem::path{testing::TempDir()} /
              ("axvp_import_" + std::to_string(std::hash<std::string>{}(text)) + ".v")) {
    if (!write_file_atomically(path_, text)) throw std::runtime_error("cannot write " + path_.string());
  }
  ~VerilogFile() { std::filesystem::remove(path_); }
  VerilogFile(const VerilogFile&) = delete;
  VerilogFile& operator=(const VerilogFile&) = delete;

  [[nodiscard]] VerilogMultiplier multiplier(const MultiplierPorts& ports, Encoding encoding) const {
    return {{path_}, "theirs", ports, encoding};
  }

 private:
  std::filesystem::path path_;
};

Result<ImportedMultiplier> import(const std::string& text, const MultiplierPorts& ports,
                                  Encoding encoding = Encoding::SignMagnitude) {
  const VerilogFile file{text};
  return import_verilog(file.multiplier(ports, encoding), test_synthesiser(), {4096, 1, {}});
}

std::string error_of(const std::string& text, const MultiplierPorts& ports = {}) {
  const auto imported = import(text, ports);
  return imported ? "imported" : imported.error().message;
}

constexpr const char* kAsymmetric =
    "module theirs(input [7:0] A, input [7:0] B, output [15:0] O);\n"
    "  assign O = A * {B[7:2], 2'b00};\nendmodule\n";

TEST(ImportVerilog, ReadsTheTableOffTheNetlistActivationFirst) {
  for (const bool a_is_activation : {true, false}) {
    const auto imported = a_is_activation ? import(kAsymmetric, {"A", "B", ""}) : import(kAsymmetric, {"B", "A", "O"});
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->ports.p, "O");
    for (int x = 0; x < 256; ++x)
      for (int w = 0; w < 256; ++w)
        ASSERT_EQ(imported->table(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)),
                  a_is_activation ? x * (w & ~3) : (x & ~3) * w)
            << "x = " << x << ", w = " << w;
  }
}

TEST(ImportVerilog, ReadsTwosComplement) {
  const auto imported = import(
      "module theirs(input signed [7:0] A, input signed [7:0] B, output signed [15:0] O);\n"
      "  assign O = A * B;\nendmodule\n",
      {"A", "B", "O"}, Encoding::TwosComplement);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->table, Catalogue::built_in().find("bw-exact")->table);
}

TEST(ImportVerilog, GivesABuiltInMultiplierItsOwnFigures) {
  const auto root = std::filesystem::path{AXVP_SOURCE_DIR} / "rtl/multipliers";
  const auto selectable = Catalogue::built_in().find("dadda_perf-w2");
  const auto imported = import_verilog({{root / "ax_fa.sv", root / "ax_ha.sv", root / "ax_mul_dadda_perf_w2.sv"},
                                        "ax_mul_dadda_perf_w2",
                                        {},
                                        Encoding::SignMagnitude},
                                       test_synthesiser(), {test_options().transitions, test_options().seed, {}});
  ASSERT_TRUE(imported) << imported.error().message;
  const auto rows = characterise_multipliers({*selectable}, test_synthesiser(), test_options());
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(imported->table, selectable->table);
  EXPECT_NEAR(imported->per_mac.total().value, (*rows)[0].per_mac.total().value, 1e-5);
  EXPECT_NEAR(imported->area.value, (*rows)[0].area.value, 1e-5);
}

TEST(ImportVerilog, SaysWhatIsWrongWithTheModule) {
  EXPECT_THAT(error_of(kAsymmetric), HasSubstr("theirs: which input is the activation? Name it; the module has"));
  EXPECT_THAT(error_of(kAsymmetric, {"A", "B", "P"}),
              HasSubstr("no output `P` of 16 bits; the module has input A[7:0]"));
  EXPECT_THAT(error_of(kAsymmetric, {"A", "A", ""}), HasSubstr("`A` cannot be activation and weight"));
  EXPECT_THAT(error_of("module theirs(input [7:0] A, input [6:0] B, output [15:0] O); assign O = A * B; endmodule\n",
                       {"A", "B", "O"}),
              HasSubstr("no input `B` of 8 bits"));
  EXPECT_THAT(error_of("module theirs(input clk, input [7:0] A, input [7:0] B, output reg [15:0] O);\n"
                       "  always @(posedge clk) O <= A * B;\nendmodule\n",
                       {"A", "B", "O"}),
              HasSubstr("theirs: has 16 flip-flops"));
  EXPECT_THAT(error_of("module theirs(input m, input [7:0] A, input [7:0] B, output [15:0] O);\n"
                       "  assign O = m ? A * B : 16'd0;\nendmodule\n",
                       {"A", "B", "O"}),
              HasSubstr("input `m` is neither operand"));
  EXPECT_THAT(error_of("module theirs(input [7:0] A"), HasSubstr("syntax error"));
  EXPECT_THAT(error_of("module other; endmodule\n"), HasSubstr("theirs"));
  EXPECT_FALSE(import_verilog({{"m.v"}, "a; b", {}, Encoding::SignMagnitude}, test_synthesiser(), {512, 1, {}}));
}

}  // namespace
}  // namespace axvp
