#include <cstdlib>
#include <string>

#include "axvp/workloads/convolution_kernel.h"
#include "kernel_set.h"

namespace axvp {
namespace {

constexpr KernelTier kTiers[] = {KernelTier::Avx512, KernelTier::Avx2, KernelTier::Portable};  // fastest first

KernelTier fastest_tier() {
  for (const KernelTier tier : kTiers)
    if (is_available(tier)) return tier;
  return KernelTier::Portable;
}

}  // namespace

std::string_view to_string(KernelTier tier) {
  switch (tier) {
    case KernelTier::Avx512:
      return "avx512";
    case KernelTier::Avx2:
      return "avx2";
    default:
      return "portable";
  }
}

bool is_available(KernelTier tier) {
#if defined(__x86_64__)
  switch (tier) {
    case KernelTier::Avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
    case KernelTier::Avx2:
      return __builtin_cpu_supports("avx2");
    default:
      return true;
  }
#else
  return tier == KernelTier::Portable;
#endif
}

Result<KernelTier> choose_kernel_tier() {
  const char* wanted = std::getenv("AXVP_KERNELS");
  if (wanted == nullptr || *wanted == '\0') return fastest_tier();
  for (const KernelTier tier : kTiers) {
    if (to_string(tier) != wanted) continue;
    if (!is_available(tier)) return fail("AXVP_KERNELS: this processor has no {}", wanted);
    return tier;
  }
  return fail("AXVP_KERNELS: {} is unknown; use portable, avx2 or avx512", wanted);
}

KernelTier default_kernel_tier() {
  static const KernelTier tier = choose_kernel_tier().value_or(fastest_tier());
  return tier;
}

namespace kernels {

const KernelSet& kernels_of(KernelTier tier) {
#if defined(__x86_64__)
  if (tier == KernelTier::Avx512) return avx512_kernels();
  if (tier == KernelTier::Avx2) return avx2_kernels();
#endif
  static_cast<void>(tier);
  return portable_kernels();
}

}  // namespace kernels
}  // namespace axvp
