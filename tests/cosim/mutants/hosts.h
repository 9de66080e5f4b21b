#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace axvp {

/// A design whose RTL the mutants are made of, and every how many-th of its mutants are taken: one of each kind of
/// partial product, adder and gate that generated RTL has, in both encodings.
struct MutantHost {
  std::string_view name;  ///< Of the module, behind "ax_mutants_", and of CMake's list.
  std::string_view design;
  std::size_t stride;
};

inline constexpr std::array<MutantHost, 6> kMutantHosts{{{"gated", "gated_dadda-468c", 5},
                                                         {"gated_bits", "gated_bw_bits-123", 5},
                                                         {"mix", "dadda_mix-u3v6c", 4},
                                                         {"pair", "dadda_pair-u4v8c", 4},
                                                         {"perf", "bw_perf-w2", 4},
                                                         {"booth", "booth-v6", 5}}};

}  // namespace axvp
