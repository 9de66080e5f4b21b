#!/usr/bin/env bash
# The table of docs/results.md: int8 against float, in both encodings, on images that nothing was chosen on. Needs the
# networks and images of AXVP_DATA and a built program; takes about 20 minutes on two free cores.
#   scripts/reproduce_quantisation.sh [folder for the JSON files, default build/quantisation]
set -euo pipefail
cd "$(dirname "$0")/.."

: "${AXVP_DATA:=$PWD/../shared/data}"
export AXVP_DATA
axvp="${AXVP_PROGRAM:-build/release/sim/axvp}"
out="${1:-build/quantisation}"
mkdir -p "$out"

# evaluate NAME NETWORK IMAGES DATA CALIBRATION
evaluate() {
  local encoding
  for encoding in sm8 s8; do
    "$axvp" evaluate --network "$2" --images "$3" --data "$4" --calibration-data "$5" --encoding "$encoding" \
      --float --out "$out/$1.$encoding.json"
    echo
  done
}

for depth in 20 32 56; do
  evaluate "resnet$depth" "weights/resnet${depth}_cifar10.onnx" 1000 cifar10:cifar10/test_exact.bin cifar10:cifar10/train_exact.bin
done
evaluate mobilenet_v2_cifar10 workloads/networks/mobilenet_v2_cifar10.toml 1000 \
  cifar10:cifar10/test_exact.bin cifar10:cifar10/train_exact.bin
evaluate mobilenet_v2_imagenet workloads/networks/mobilenet_v2_imagenet.toml 1000 \
  tiny-imagenet:tiny-imagenet-200:val@5000:6000 tiny-imagenet:tiny-imagenet-200:train
evaluate mobilenet_v2_tinyimagenet workloads/networks/mobilenet_v2_tinyimagenet.toml 1000 \
  tiny-imagenet:tiny-imagenet-200:val@5000:6000 tiny-imagenet:tiny-imagenet-200:train
