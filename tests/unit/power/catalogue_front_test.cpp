// What the committed energies say of the catalogue as a whole.

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/power/energy_table.h"
#include "project_folders.h"

namespace axvp {
namespace {

EnergyTable committed_table() {
  auto table = load_energy_table(std::filesystem::path{AXVP_SOURCE_DIR} / "power/tables/osu018.json");
  if (!table) throw std::runtime_error(table.error().message);
  return std::move(*table);
}

double energy_of(const EnergyTable& table, const std::string& selectable) {
  const auto row = table.find(selectable);
  if (!row) throw std::runtime_error(row.error().message);
  return row->per_mac.total().value;
}

TEST(CommittedEnergies, AtLeast60SelectablesAreWithin3PercentOfTheirEncodingsFront) {
  struct Candidate {
    Encoding encoding;
    double std, energy;
  };
  const EnergyTable table = committed_table();
  std::vector<Candidate> all;
  for (const Selectable& s : Catalogue::built_in().selectables())
    all.push_back({s.encoding, error_metrics(s.table, s.encoding).std, energy_of(table, s.id)});
  int near = 0;
  for (const Candidate& one : all) {
    double cheapest = one.energy;
    for (const Candidate& other : all)
      if (other.encoding == one.encoding && other.std <= one.std) cheapest = std::min(cheapest, other.energy);
    near += one.energy <= 1.03 * cheapest ? 1 : 0;
  }
  EXPECT_GE(near, 60);
}

TEST(CommittedEnergies, ReconfigurableMembersCostAtMost8PercentMoreInExactMode) {
  const EnergyTable table = committed_table();
  for (const char* id : {"gated_dadda-468", "gated_dadda-357", "gated_dadda_operands-4", "gated_dadda_operands-5",
                         "gated_dadda_operands-6", "gated_dadda_operands-7", "gated_dadda_operands-46"})
    EXPECT_LE(energy_of(table, std::string{id} + "/m0"), 1.08 * energy_of(table, "dadda-exact")) << id;
  for (const char* id : {"gated_bw-468", "gated_bw-579", "gated_bw_operands-5", "gated_bw_operands-6"})
    EXPECT_LE(energy_of(table, std::string{id} + "/m0"), 1.08 * energy_of(table, "bw-exact")) << id;
}

TEST(CommittedEnergies, GatedOperandsAreWithin5PercentOfTheFixedCircuit) {
  const EnergyTable table = committed_table();
  for (const auto& [gated, fixed] : {std::pair{"gated_dadda_operands-4/m1", "dadda_trunc-k4"},
                                     {"gated_dadda_operands-5/m1", "dadda_trunc-k5"},
                                     {"gated_dadda_operands-6/m1", "dadda_trunc-k6"},
                                     {"gated_bw_operands-5/m1", "bw_trunc-k5"},
                                     {"gated_bw_operands-6/m1", "bw_trunc-k6"}}) {
    EXPECT_EQ(Catalogue::built_in().find(gated)->table, Catalogue::built_in().find(fixed)->table) << gated;
    EXPECT_LE(energy_of(table, gated), 1.05 * energy_of(table, fixed)) << gated;
  }
}

}  // namespace
}  // namespace axvp
