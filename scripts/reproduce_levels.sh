#!/usr/bin/env bash
# One image through a whole network at the array's four levels; fails if logits or array cycles of any layer differ.
#   scripts/reproduce_levels.sh [arguments for `axvp simulate`, e.g. --network resnet20.onnx --data cifar10:test.bin]
set -euo pipefail
cd "$(dirname "$0")/.."

program=build/release/sim/axvp
out=build/levels
scripts/setup.sh
mkdir -p build
{ cmake --preset release -DAXVP_BUILD_TESTS=OFF -DAXVP_BUILD_BENCHMARKS=OFF && cmake --build --preset release --target axvp -j "$(nproc)"; } \
  >build/release.log 2>&1 || { tail -n 40 build/release.log; exit 1; }

for level in analytic lt cycle rtl; do
  "$program" --quiet simulate --images 1 --level "$level" --out "$out/$level" "$@" >"$out.$level.log"
  for file in array_cycles.csv logits.csv; do
    cmp "$out/analytic/$file" "$out/$level/$file"
  done
  echo "level $level: logits and array cycles of every layer equal level analytic"
done
grep ',total,' "$out/rtl/array_cycles.csv"
