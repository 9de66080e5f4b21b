#!/usr/bin/env bash
# Operating points of the networks in AXVP_DATA: search on validation images, accuracy and energy on test images, cascade.
#   scripts/reproduce_qosnets.sh NETWORK [CIRCUITS]
# NETWORK: resnet20, resnet32, resnet56 or mobilenet_v2. CIRCUITS: a folder with evoapprox8.csv and the tables as tables/NAME.npy;
# then the published circuits and powers are searched instead of the own designs. Results go to build/qosnets.
set -euo pipefail
cd "$(dirname "$0")/.."

network=${1:?NETWORK}
circuits=${2:-}
data=${AXVP_DATA:-../shared/data}
program=build/release/sim/axvp
out=build/qosnets/$network${circuits:+_library}
scripts/setup.sh
mkdir -p "$out"
{ cmake --preset release -DAXVP_BUILD_TESTS=OFF -DAXVP_BUILD_BENCHMARKS=OFF && cmake --build --preset release --target axvp -j "$(nproc)"; } \
  >build/release.log 2>&1 || { tail -n 40 build/release.log; exit 1; }

case $network in
  resnet*)
    model=$data/weights/${network}_cifar10.onnx
    tuning=cifar10:$data/cifar10/train_exact.bin
    validation=cifar10:$data/cifar10/test_jpeg.bin@3000:5000
    test=cifar10:$data/cifar10/test_exact.bin+cifar10:$data/cifar10/test_jpeg.bin@1000:3000
    save=${circuits:+66,78,85}
    save=${save:-71.5,81,86}
    ;;
  mobilenet_v2)
    model=$(realpath "$out")/network.toml
    printf 'model = "%s"\nheight = 64\nwidth = 64\n' "$(realpath "$data")/weights/mobilenet_v2_tinyimagenet.onnx" >"$model"
    tuning=tiny-imagenet:$data/tiny-imagenet-200:train
    validation=tiny-imagenet:$data/tiny-imagenet-200:val@0:5000
    test=tiny-imagenet:$data/tiny-imagenet-200:val@5000:
    save=${circuits:+26,44,56}
    save=${save:-42,58,69}
    ;;
  *) echo "unknown network $network" >&2; exit 2 ;;
esac

config=$out/run.toml
: >"$config"
if [ -n "$circuits" ]; then
  printf '[library]\ntables = "%s/tables"\ncosts = "%s/evoapprox8.csv"\ncolumn = "pub_power_mw"\n' \
    "$(realpath "$circuits")" "$(realpath "$circuits")" >"$config"
fi
points=$out/operating_points.json
run() { "$program" --quiet "$@"; }

run search --config "$config" --network "$model" --data "$validation" --calibration-data "$tuning" --save "$save" --clusterings \
  ${circuits:+--metric library} --out "$out" | tee "$out/search.txt"
run evaluate --config "$config" --network "$model" --data "$test" --operating-points "$points" | tee "$out/accuracy.txt"
[ -n "$circuits" ] && exit 0
run power --config "$config" --network "$model" --data "$test" --images 8 --operating-points "$points" --out "$out/power" >"$out/power.txt"
grep -A 8 'operating point *multiplications' "$out/power.txt" || tail -n 20 "$out/power.txt"
