#pragma once

namespace axvp::bench {

/// Registers "network/<network>/<table>[/<threads>_threads]": whole int8 inferences, im2col and requantisation
/// included; and "layers/<network>/<table>": the convolutions' bare sums, one layer after the other, of the same
/// images.
void register_networks();

}  // namespace axvp::bench
