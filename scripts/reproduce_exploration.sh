#!/usr/bin/env bash
# 100,000 configurations of ResNet-50 and MobileNetV2 at 224 x 224, the front's agreement with level lt, and the page of it.
#   scripts/reproduce_exploration.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/exploration}
axvp=${AXVP:-build/release/sim/axvp}
[ -x "$axvp" ] || { cmake --preset release >/dev/null && cmake --build --preset release --target axvp; }
rm -rf "$folder"
time "$axvp" --quiet explore explore/sweeps/hundred_thousand.toml --output "$folder"
"$axvp" explore explore/sweeps/hundred_thousand.toml --output "$folder" --confirm lt --confirm-points 10
"$axvp" report "$folder" --out "$folder/report.html"
