// The Liberty reader on arbitrary bytes: a library or an error, nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "axvp/power/liberty.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto library = axvp::parse_liberty({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!library) {
    if (library.error().message.empty()) std::abort();
    return 0;
  }
  for (const auto& [name, cell] : library->cells)
    for (const auto& pin : cell.pins)
      for (const auto& power : pin.internal_power) static_cast<void>(power.energy_pj[0].at(0.1, 0.01));
  return 0;
}
