#pragma once

namespace axvp::bench {

/// Registers "conv/<shape>/<table>/<tier>" beside "conv/<shape>/peers", ".../peers_by_patch" and ".../scalar_rows", and
/// "peak/vpdpbusd". Rates are multiply-accumulates a second of thread CPU time.
void register_convolutions();

}  // namespace axvp::bench
