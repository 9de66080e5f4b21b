#include "axvp/explore/sram_area.h"

#include <array>

#include "axvp/common/text.h"

namespace axvp {
namespace {

struct Entry {
  std::string_view library;
  double feature_nm;
  double cell_um2;
  const char* source;
};

/// docs/explore.md shows the same table.
constexpr std::array<Entry, 2> kTechnologies{
    {{"osu018_stdcells", 180.0, 5.59,
      "S. Yang et al., A high performance 180 nm generation logic technology, IEDM 1998"},
     {"sg13g2_stdcell_typ_1p20V_25C", 130.0, 2.45,
      "S. Tyagi et al., A 130 nm generation logic technology featuring 70 nm transistors, IEDM 2000"}}};

}  // namespace

Result<SramArea> sram_area_of(std::string_view library) {
  std::vector<std::string> known;
  for (const Entry& entry : kTechnologies) {
    if (entry.library == library) return SramArea{entry.feature_nm, entry.cell_um2, entry.source};
    known.emplace_back(entry.library);
  }
  return fail("cell library {}: no SRAM area is known for its technology{}", library, suggestion(library, known));
}

SquareMicrometres area_of(const SramArea& technology, Bytes bytes) {
  return SquareMicrometres{technology.cell_um2 * 8.0 * static_cast<double>(bytes) / kSramEfficiency};
}

}  // namespace axvp
