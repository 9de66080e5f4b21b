#include "axvp/power/synthesis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/common/file.h"
#include "axvp/power/memory_prices.h"
#include "library_check.h"
#include "project_folders.h"
#include "tiny_library.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AdderMap, FindsTheAdderCellByItsFunctions) {
  const std::string map = adder_map(*tiny_library());
  EXPECT_THAT(map, HasSubstr("FULL adder (.P(a_i), .Q(b_i), .R(c_i), .SUM(s_o), .CARRY(c_o));"));
  EXPECT_THAT(map, HasSubstr("assign s_o = a_i ^ b_i;"));  // no half adder in the library: gates
}

LibertyLibrary library_without(const std::string& cell) {
  LibertyLibrary library = *tiny_library();
  library.cells.erase(cell);
  return library;
}

TEST(LibraryCheck, NamesWhatALibraryLacksForMappingAndMeasuring) {
  EXPECT_TRUE(check_library(*tiny_library()));
  EXPECT_THAT(check_library(library_without("INV")).error().message, HasSubstr("the library tiny has no inverter"));
  EXPECT_THAT(check_library(library_without("NAND")).error().message, HasSubstr("has no AND, OR, NAND or NOR gate"));
  LibertyLibrary library = *tiny_library();
  for (auto& [name, cell] : library.cells)
    for (auto& pin : cell.pins) pin.internal_power.clear();
  EXPECT_THAT(check_library(library).error().message, HasSubstr("has no internal_power tables"));
}

TEST(Synthesiser, SaysHowToGetAMissingYosys) {
  SynthesisOptions options;
  options.yosys = "/nonexistent/yosys";
  const auto synthesiser = Synthesiser::create(options);
  ASSERT_FALSE(synthesiser);
  EXPECT_THAT(synthesiser.error().message, HasSubstr("synthesis needs Yosys: cannot start `/nonexistent/yosys`"));
  EXPECT_THAT(synthesiser.error().message, HasSubstr("install the Debian package yosys"));
}

LibertyLibrary library_named(const std::string& name, double voltage_v) {
  LibertyLibrary library;
  library.name = name;
  library.voltage_v = voltage_v;
  return library;
}

TEST(MemoryPrices, ScaleWithFeatureSizeAndVoltageSquared) {
  const auto path = std::filesystem::path{AXVP_SOURCE_DIR} / "power/tables/memory.toml";
  const auto memory = load_memory_prices(path, library_named("osu018_stdcells", 1.8));
  ASSERT_TRUE(memory) << memory.error().message;
  // 10 pJ for 8 bytes at 45 nm, 0.9 V: 1.25 pJ a byte; 180 nm, 1.8 V: times 4 x 4.
  EXPECT_EQ(memory->sram.front().capacity, 8192u);
  EXPECT_DOUBLE_EQ(memory->sram.front().read_per_byte.value, 20.0);
  EXPECT_DOUBLE_EQ(memory->dram_read_per_byte.value, 1950.0 / 8);  // another chip, not scaled
  EXPECT_THAT(memory->sram_source, HasSubstr("Horowitz"));
  EXPECT_THAT(memory->sram_source, HasSubstr("scaled to 180 nm, 1.8 V: x 16"));
}

TEST(MemoryPrices, AnUnknownLibraryIsAnError) {
  const auto path = std::filesystem::path{AXVP_SOURCE_DIR} / "power/tables/memory.toml";
  const auto memory = load_memory_prices(path, library_named("other", 1.0));
  ASSERT_FALSE(memory);
  EXPECT_THAT(memory.error().message, HasSubstr("does not name the library other; add its feature size"));
}

}  // namespace
}  // namespace axvp
