#!/usr/bin/env bash
# From a fresh Debian 12 to a first result: installs what is missing, builds, runs the embedded default.
#   scripts/demo.sh [arguments for `axvp simulate`]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
mkdir -p build
echo "demo.sh: building (log: build/release.log)"
{ cmake --preset release -DAXVP_BUILD_TESTS=OFF -DAXVP_BUILD_BENCHMARKS=OFF && cmake --build --preset release --target axvp -j "$(nproc)"; } \
  >build/release.log 2>&1 || { tail -n 40 build/release.log; exit 1; }
exec build/release/sim/axvp simulate --out build/demo "$@"
