// axvp_generate_mutants NAME FILE: writes the SystemVerilog of one host with all its mutants.

#include <algorithm>
#include <cstdio>

#include "axvp/common/file.h"
#include "hosts.h"
#include "netlist_mutants.h"

namespace {

int usage() {
  std::fputs("usage: axvp_generate_mutants NAME FILE\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace axvp;
  if (argc != 3) return usage();
  const std::string_view name = argv[1];
  const auto* host =
      std::find_if(kMutantHosts.begin(), kMutantHosts.end(), [name](const MutantHost& h) { return h.name == name; });
  if (host == kMutantHosts.end()) return usage();
  const auto& designs = built_in_designs();
  const auto design =
      std::find_if(designs.begin(), designs.end(), [host](const MultiplierDesign& d) { return d.id == host->design; });
  if (design == designs.end()) return usage();
  const ModuleNetlist netlist = netlist_of_design(*design);
  const std::string text =
      mutable_module(netlist, mutants_of(netlist, host->stride), "ax_mutants_" + std::string{host->name});
  if (const auto written = write_file_atomically(argv[2], text); !written) {
    std::fprintf(stderr, "axvp_generate_mutants: %s\n", written.error().message.c_str());
    return 2;
  }
  return 0;
}
