#!/usr/bin/env bash
# From a fresh Debian 12 to a first result: installs what is missing, builds, runs the two embedded networks, or what the
# arguments say.
#   scripts/demo.sh [arguments for `axvp simulate`]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
mkdir -p build
echo "demo.sh: building (log: build/release.log)"
{ cmake --preset release -DAXVP_BUILD_TESTS=OFF -DAXVP_BUILD_BENCHMARKS=OFF && cmake --build --preset release --target axvp -j "$(nproc)"; } \
  >build/release.log 2>&1 || { tail -n 40 build/release.log; exit 1; }
axvp=build/release/sim/axvp
[ $# -eq 0 ] || exec "$axvp" simulate --out build/demo "$@"
"$axvp" simulate --config sim/configs/mobilenet_v2_synth10.toml --out build/demo_mobilenet_v2
echo
exec "$axvp" simulate --out build/demo
