#!/usr/bin/env bash
# Line coverage of the sources by the unit, systemc and cosim tiers alone.
#   scripts/coverage.sh [gcovr arguments, e.g. --html-details build/coverage.html]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --checks
cmake --preset coverage >/dev/null
cmake --build --preset coverage -j "$(nproc)" >/dev/null
ctest --test-dir build/coverage -L '^(unit|systemc|cosim)$' -j "$(nproc)" --output-on-failure --no-tests=error | tail -n 8
gcovr --root . --object-directory build/coverage --filter '(common|lib_multipliers|rtl|power|evolve|workloads|accel|sc_models|sim)/.*' \
  --exclude '.*/(Vax_|verilated).*' --exclude-throw-branches --print-summary "$@" | tail -n 120
