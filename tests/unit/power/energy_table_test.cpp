#include "axvp/power/energy_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "axvp/common/file.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

EnergyTable small_table() {
  EnergyTable table;
  table.origin.library = "hand";
  table.origin.library_sha256 = "00";
  table.origin.corner = "typical";
  table.origin.voltage_v = 1.8;
  table.origin.temperature_c = 25.0;
  table.origin.clock_mhz = 100.0;
  table.origin.activity = "glitch-aware (inertial delays), uniform operands";
  table.origin.transitions = 65536;
  table.origin.seed = 7;
  table.origin.tools = {{"yosys", "0.23"}};
  const auto row = [](std::string selectable, std::string multiplier, double internal, double switching, double area) {
    return SelectableEnergy{std::move(selectable),
                            std::move(multiplier),
                            {Picojoules{internal}, Picojoules{switching}},
                            Nanowatts{17.0},
                            SquareMicrometres{area},
                            Nanoseconds{5.5},
                            "ab",
                            "dadda-exact",
                            {Picojoules{0.75 * internal}, Picojoules{0.5 * switching}}};
  };
  table.rows = {row("dadda-exact", "dadda-exact", 5.0, 3.0, 8000.0),
                row("gated_dadda-468/m0", "gated_dadda-468", 5.25, 3.5, 8500.0),
                row("gated_dadda-468/m3", "gated_dadda-468", 2.5, 1.5, 8500.0)};
  PeEnergy pe;
  pe.active_mac = {Picojoules{2.0}, Picojoules{1.0}};
  pe.gated_mac = {Picojoules{1.0}, Picojoules{0.5}};
  pe.idle_cycle = {Picojoules{0.75}, Picojoules{0.0}};
  pe.weight_load = {Picojoules{0.5}, Picojoules{0.25}};
  table.pes = {pe};
  table.vector_lane.per_operation = {Picojoules{20.0}, Picojoules{10.0}};
  table.memory.sram = {{8192, Picojoules{1.0}, Picojoules{2.0}}, {32768, Picojoules{4.0}, Picojoules{8.0}}};
  table.memory.sram_source = "by hand";
  table.memory.dram_read_per_byte = Picojoules{160.0};
  table.memory.dram_write_per_byte = Picojoules{170.0};
  table.memory.dram_source = "by hand";
  return table;
}

/// The message of reading small_table() with one JSON value replaced.
std::string error_with(const std::string& pointer, const nlohmann::json& value) {
  auto root = nlohmann::json::parse(format_energy_table(small_table()));
  root[nlohmann::json::json_pointer(pointer)] = value;
  const auto table = parse_energy_table(root.dump(), "energy.json");
  return table ? "no error" : table.error().message;
}

TEST(EnergyTable, ReadsBackWhatItWrote) {
  const std::string text = format_energy_table(small_table());
  const auto table = parse_energy_table(text, "energy.json");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(format_energy_table(*table), text);
  EXPECT_EQ(table->rows.size(), 3u);
  EXPECT_EQ(table->rows[2].per_mac.total(), Picojoules{4.0});
  EXPECT_EQ(table->rows[2].per_mac_zero_delay.total(), Picojoules{0.75 * 2.5 + 0.5 * 1.5});
  EXPECT_EQ(table->origin.seed, 7u);
  EXPECT_EQ(table->memory.sram[1].capacity, 32768u);
}

TEST(EnergyTable, SavesToAFileAndLoadsIt) {
  const auto path = std::filesystem::path{testing::TempDir()} / "axvp_energy_table_test.json";
  ASSERT_TRUE(save_energy_table(small_table(), path));
  const auto table = load_energy_table(path);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(format_energy_table(*table), format_energy_table(small_table()));
  std::filesystem::remove(path);
}

TEST(EnergyTable, FindsASelectableById) {
  const auto row = small_table().find("gated_dadda-468/m0");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->per_mac.total(), Picojoules{8.75});
}

TEST(EnergyTable, NamesTheNearestSelectableWhenOneIsUnknown) {
  const auto row = small_table().find("dadda-exakt");
  ASSERT_FALSE(row);
  EXPECT_THAT(row.error().message, HasSubstr("no row for `dadda-exakt`, did you mean `dadda-exact`?"));
}

TEST(EnergyTable, RelativeEnergyIsToTheExactReference) {
  EXPECT_DOUBLE_EQ(*small_table().relative_energy("gated_dadda-468/m3"), 0.5);
  EXPECT_DOUBLE_EQ(*small_table().relative_energy("dadda-exact"), 1.0);
}

TEST(EnergyTable, MissingProcessingElementIsAnError) {
  EXPECT_TRUE(small_table().pe(Encoding::SignMagnitude));
  EXPECT_THAT(small_table().pe(Encoding::TwosComplement).error().message, HasSubstr("encoding `s8`"));
  EXPECT_THAT(small_table().pe(Encoding::SignMagnitude, ElementKind::OutputStationary).error().message,
              HasSubstr("no output-stationary processing element for encoding `sm8`"));
}

TEST(EnergyTable, SramPriceFollowsAPowerLawBetweenPoints) {
  const MemoryEnergy memory = small_table().memory;
  EXPECT_DOUBLE_EQ(memory.sram_read_per_byte(8192).value, 1.0);
  EXPECT_DOUBLE_EQ(memory.sram_read_per_byte(16384).value, 2.0);  // price proportional to capacity here
  EXPECT_DOUBLE_EQ(memory.sram_write_per_byte(16384).value, 4.0);
  EXPECT_DOUBLE_EQ(memory.sram_read_per_byte(1024).value, 1.0);
  EXPECT_DOUBLE_EQ(memory.sram_read_per_byte(1 << 20).value, 4.0);
}

TEST(EnergyTable, LeakagePerCycleIsPowerTimesPeriod) {
  // 20 nW x 10 ns = 2e-16 J = 2e-4 pJ
  EXPECT_DOUBLE_EQ(leakage_per_cycle(Nanowatts{20.0}, 100.0).value, 2e-4);
}

TEST(EnergyTable, NegativeEnergyIsNamedByPointer) {
  EXPECT_EQ(error_with("/rows/2/energy_pj", -0.3),
            "energy.json: /rows/2/energy_pj: energy_pj = -0.3, expected a number >= 0 and <= 1000000000");
}

TEST(EnergyTable, WrongContentIsRefusedByPlace) {
  EXPECT_THAT(error_with("/rows/1/zero_delay/energy_pj", 9.0),
              HasSubstr("/rows/1/zero_delay/energy_pj: energy_pj = 9"));
  EXPECT_THAT(error_with("/rows/1/energy_pj", 9.0),
              HasSubstr("/rows/1/energy_pj: energy_pj = 9, expected internal_pj + switching_pj = 8.75"));
  EXPECT_THAT(error_with("/rows/1/selectable", "dadda-exact"),
              HasSubstr("/rows/1/selectable: `dadda-exact` stands twice"));
  EXPECT_THAT(error_with("/rows/2/area_um2", 8501.0), HasSubstr("differs from the other modes of `gated_dadda-468`"));
  EXPECT_THAT(error_with("/rows/0/colour", "red"), HasSubstr("/rows/0/colour: unknown key `colour`"));
  EXPECT_THAT(error_with("/rows/0/delay_ns", "fast"), HasSubstr("/rows/0/delay_ns"));
  EXPECT_THAT(error_with("/rows/1/exact_reference", "other"),
              HasSubstr("exact_reference `other` of `gated_dadda-468/m0` has no row"));
  EXPECT_THAT(error_with("/origin/clock_mhz", 0), HasSubstr("/origin/clock_mhz: clock_mhz = 0, expected a number > 0"));
  EXPECT_THAT(error_with("/origin/activity", ""), HasSubstr("/origin/activity: activity is empty"));
  EXPECT_THAT(error_with("/pes/0/encoding", "sm9"), HasSubstr("expected one of sm8, s8"));
  EXPECT_THAT(error_with("/pes/0/element", "ws"), HasSubstr("expected one of weight-stationary, output-stationary"));
  EXPECT_THAT(error_with("/memory/sram/1/capacity_bytes", 8192), HasSubstr("capacities must ascend"));
  EXPECT_THAT(error_with("/memory/sram", nlohmann::json::array()), HasSubstr("/memory/sram: is empty"));
  EXPECT_THAT(error_with("/schema_version", 1), HasSubstr("expected an integer from 3 to 3"));
  EXPECT_THAT(error_with("/schema", "other"), HasSubstr("axvp-energy-table"));
}

TEST(EnergyTable, MissingKeyIsNamed) {
  auto root = nlohmann::json::parse(format_energy_table(small_table()));
  root["rows"][1].erase("leakage_nw");
  const auto table = parse_energy_table(root.dump(), "energy.json");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().message, "energy.json: /rows/1: the key `leakage_nw` is missing");
}

TEST(EnergyTable, MissingFileSaysHowToMakeOne) {
  const auto table = load_energy_table("/nonexistent/energy.json");
  ASSERT_FALSE(table);
  EXPECT_THAT(table.error().message, HasSubstr("`axvp power --update`"));
}

}  // namespace
}  // namespace axvp
