#!/usr/bin/env bash
# The evolved multipliers of a network beside the best others, under operands of layers and images that the searches
# did not see: writes the tables of docs/evolution.md to standard output.
#   scripts/reproduce_streams.sh [DATA]    (folder with weights/ and cifar10/; $AXVP_DATA or ../shared/data without it)
set -euo pipefail
cd "$(dirname "$0")/.."

data="${1:-${AXVP_DATA:-../shared/data}}"
axvp="${AXVP:-build/release/sim/axvp}"
images="$data/cifar10/test_exact.bin"
for file in "$data/weights/resnet20_cifar10.onnx" "$data/weights/mobilenet_v2_cifar10.onnx" "$images"; do
  [[ -f "$file" ]] || { echo "$file: no such file" >&2; exit 2; }
done
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

held_out() {  # NAME MODEL LAYERS...
  "$axvp" --quiet multipliers operands --network "$data/weights/$2" --data "cifar10:$images" --images 8 \
    --layers "${@:3}" --count 16384 --output "$folder/$1.csv" > /dev/null
  "$axvp" --quiet multipliers streams "$folder/$1.csv" --circuits "evolved-$1"
}
held_out resnet20 resnet20_cifar10.onnx 2 4 6 8 10 12 14 16 18
held_out mobilenetv2 mobilenet_v2_cifar10.onnx 6 8 12 14 18 20 24 26 30 32 36 38 42 44 48 50
