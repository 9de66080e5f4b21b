// The netlist reader on arbitrary bytes: a circuit that can be analysed, or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "axvp/power/netlist.h"
#include "axvp/power/timing.h"
#include "tiny_library.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto library = axvp::tiny_library();
  const auto netlist = axvp::parse_netlist({reinterpret_cast<const char*>(data), size}, "fuzz", "top", library);
  if (!netlist) {
    if (netlist.error().message.empty()) std::abort();
    return 0;
  }
  const auto timing = axvp::analyse_timing(*netlist);
  if (timing.load_pf.size() != netlist->nets) std::abort();
  return 0;
}
