#!/usr/bin/env bash
# One image through whole networks at the array's four levels; fails if logits or array cycles of any layer differ.
#   scripts/reproduce_levels.sh                the embedded network and, where AXVP_DATA (else ../shared/data) has them,
#                                              ResNet-20 and MobileNetV2 at 64 px, three operating points each
#   scripts/reproduce_levels.sh --network ...  arguments for `axvp simulate` instead
set -euo pipefail
cd "$(dirname "$0")/.."

program=build/release/sim/axvp
out=build/levels
scripts/setup.sh
mkdir -p build
{ cmake --preset release -DAXVP_BUILD_TESTS=OFF -DAXVP_BUILD_BENCHMARKS=OFF && cmake --build --preset release --target axvp -j "$(nproc)"; } \
  >build/release.log 2>&1 || { tail -n 40 build/release.log; exit 1; }

compare_levels() { # arguments of `axvp simulate`
  for level in analytic lt cycle rtl; do
    "$program" --quiet simulate --images 1 --level "$level" --out "$out/$level" "$@" >"$out.$level.log"
    for file in array_cycles.csv logits.csv; do
      cmp "$out/analytic/$file" "$out/$level/$file"
    done
    echo "level $level: logits and array cycles of every layer equal level analytic"
  done
  grep ',total,' "$out/rtl/array_cycles.csv"
}

if (($# > 0)); then
  compare_levels "$@"
  exit
fi
echo "== resnet8_synth10"
compare_levels
export AXVP_DATA=${AXVP_DATA:-$(realpath -m ../shared/data)}
compare_where_present() { # network, data set, what both need below AXVP_DATA
  local network=$1 data=$2 path
  shift 2
  echo "== $network"
  for path in "$@"; do
    [[ -e $AXVP_DATA/$path ]] || { echo "SKIPPED: $AXVP_DATA lacks $path"; return; }
  done
  compare_levels --network "$network" --data "$data"
}
compare_where_present "$AXVP_DATA/weights/resnet20_cifar10.onnx" cifar10:cifar10/test_exact.bin \
  weights/resnet20_cifar10.onnx cifar10/test_exact.bin
compare_where_present workloads/networks/mobilenet_v2_tinyimagenet.toml tiny-imagenet:tiny-imagenet-200:val \
  weights/mobilenet_v2_tinyimagenet.onnx tiny-imagenet-200/val
