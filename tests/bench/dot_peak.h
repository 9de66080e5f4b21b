#pragma once

namespace axvp::bench {

/// Runs `rounds` x kProductsOfRound multiply-accumulates of vpdpbusd on registers alone: the most that the machine can
/// do.
void run_dot_peak(int rounds);
inline constexpr int kProductsOfRound = 12 * 64;

}  // namespace axvp::bench
