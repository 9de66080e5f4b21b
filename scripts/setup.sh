#!/usr/bin/env bash
# Installs what axvp needs on Debian 12. Idempotent; prints nothing when nothing is missing.
set -euo pipefail

packages=(
  # compiler, build
  g++ cmake ninja-build pkg-config git ca-certificates
  # libraries
  libsystemc-dev libeigen3-dev libfmt-dev libexpected-dev libtomlplusplus-dev nlohmann-json3-dev libcli11-dev libssl-dev
  libonnx-dev libprotobuf-dev protobuf-compiler zlib1g-dev libjpeg62-turbo-dev libpng-dev libsqlite3-dev
  # charts of the report, embedded at build time
  libjs-chart.js
  # training
  libtorch-dev
  # RTL and synthesis
  verilator yosys berkeley-abc qflow-tech-osu018
  # tests and benchmarks
  libgtest-dev libgmock-dev libbenchmark-dev libonnx-testdata
)
case "${1:-}" in
  --tests) packages+=(iverilog opensta libsimde-dev chromium-headless-shell slurmctld slurmd slurm-client munge) ;;  # tests compare with them, look at pages with it
  --checks)  # additionally what formatting, static analysis, fuzzing and coverage use
    packages+=(iverilog opensta libsimde-dev chromium-headless-shell slurmctld slurmd slurm-client munge clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev gcovr) ;;
esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup.sh: needs root or sudo to install: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
echo "setup.sh: installing ${#missing[@]} packages: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
