#include "instruction_set.h"

namespace axvp {

Result<const Kernels*> kernels_of(InstructionSet set) {
  const bool has_avx512 = avx512_kernels() != nullptr && machine_has_avx512();
  if (set == InstructionSet::Avx512 && !has_avx512) return fail("this machine has no AVX-512 with VPOPCNTDQ");
  if (set == InstructionSet::Portable || !has_avx512) return &portable_kernels();
  return avx512_kernels();
}

Result<std::string> name_of(InstructionSet set) {
  const auto kernels = kernels_of(set);
  if (!kernels) return forward_error(kernels);
  return std::string{(*kernels)->name};
}

}  // namespace axvp
