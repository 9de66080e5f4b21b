#!/usr/bin/env bash
# Operating points of the networks in AXVP_DATA: search and tuning without test images, accuracy and energy on them.
#   scripts/reproduce_qosnets.sh NETWORK [CIRCUITS]
# NETWORK: resnet20, resnet32, resnet56 or mobilenet_v2. CIRCUITS: a folder with evoapprox8.csv and the tables as tables/NAME.npy;
# then the published circuits and powers are searched instead of the own designs. Results go to build/qosnets; a search or tuning
# whose result is there is not done again. EVALUATIONS (300): networks measured to refine each point; IMAGES: only so many
# validation images; AFFINE=0: nothing beyond `match`.
set -euo pipefail
cd "$(dirname "$0")/.."

network=${1:?NETWORK}
circuits=${2:-}
: "${AXVP_DATA:=$PWD/../shared/data}"
export AXVP_DATA
program="${AXVP_PROGRAM:-build/release/sim/axvp}"
out=build/qosnets/$network${circuits:+_library}
mkdir -p "$out"

case $network in
  resnet*)
    model=weights/${network}_cifar10.onnx
    tuning=cifar10:cifar10/train_exact.bin
    validation=cifar10:cifar10/test_jpeg.bin@3000:5000
    test=cifar10:cifar10/test_exact.bin+cifar10:cifar10/test_jpeg.bin@1000:3000
    save=${circuits:+66,78,85}
    save=${save:-70.3,80.3,85.3}
    ;;
  mobilenet_v2)
    model=workloads/networks/mobilenet_v2_tinyimagenet.toml
    tuning=tiny-imagenet:tiny-imagenet-200:train
    validation=tiny-imagenet:tiny-imagenet-200:val@0:5000
    test=tiny-imagenet:tiny-imagenet-200:val@5000:
    save=${circuits:+26,44,56}
    save=${save:-42,58,69}
    ;;
  *) echo "unknown network $network" >&2; exit 2 ;;
esac

config=$out/run.toml
[ -e "$model" ] && model=$(realpath "$model")
printf '[workload]\nnetwork = "%s"\ndata = "%s"\ncalibration_data = "%s"\n' "$model" "$test" "$tuning" >"$config"
if [ -n "$circuits" ]; then
  printf '[library]\ntables = "%s/tables"\ncosts = "%s/evoapprox8.csv"\ncolumn = "pub_power_mw"\n' \
    "$(realpath "$circuits")" "$(realpath "$circuits")" >>"$config"
fi
points=$out/operating_points.json
tuned=$out/affine.json
run() { "$program" --quiet "$@"; }

[ -e "$points" ] || run search --config "$config" --data "$validation" ${IMAGES:+--images "$IMAGES"} --save "$save" \
  --evaluations "${EVALUATIONS:-300}" \
  --clusterings --error-models --out "$out" | tee "$out/search.txt"
run evaluate --config "$config" --operating-points "$points" --search "$out/search.json" --out "$out/match.eval.json"
if [ "${AFFINE:-1}" = 0 ]; then
  tuned=$points
else
  [ -e "$tuned" ] || run tune --config "$config" --method affine --operating-points "$points" --out "$tuned"
  run evaluate --config "$config" --operating-points "$tuned" --search "$out/search.json" --out "$out/affine.eval.json"
fi
[ -n "$circuits" ] && exit 0
run power --config "$config" --images 8 --operating-points "$tuned" --out "$out/power"
run simulate --config "$config" --images 8 --operating-points "$tuned" --out "$out/simulate"
