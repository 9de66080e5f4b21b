#pragma once

#include <string>
#include <string_view>

#include "axvp/common/result.h"
#include "axvp/common/units.h"

namespace axvp {

/// Area of static memory in one technology: published cells, and an assumed share of a macro that is cells.
struct SramArea {
  double feature_nm = 0.0;
  double cell_um2 = 0.0;  ///< Of one bit, six transistors.
  std::string source;
};

/// Share of a macro's area that its cells take; the rest is decoders, amplifiers and wiring. An assumption: macros of
/// tens of kilobytes are between 0.6 and 0.8.
inline constexpr double kSramEfficiency = 0.7;

/// The technology of a cell library, e.g. "osu018_stdcells". Errors: a library whose technology has no entry.
[[nodiscard]] Result<SramArea> sram_area_of(std::string_view library);

[[nodiscard]] SquareMicrometres area_of(const SramArea& technology, Bytes bytes);

}  // namespace axvp
