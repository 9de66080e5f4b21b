#!/usr/bin/env bash
# Installs what is missing, builds everything with warnings as errors, runs all tests and the unit tier under the address
# and undefined-behaviour sanitizers. Closes with CTest's summary.
#   scripts/test.sh [ctest arguments, e.g. -L unit]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --tests
mkdir -p build
jobs=$(nproc)

cmake --preset asan >build/asan.log 2>&1 || { cat build/asan.log; exit 1; }
cmake --build --preset asan --target axvp_unit_tests -j "$jobs" >>build/asan.log 2>&1 || { tail -n 60 build/asan.log; exit 1; }
UBSAN_OPTIONS=print_stacktrace=1 ctest --test-dir build/asan -L unit -j "$jobs" --output-on-failure --no-tests=error \
  >build/asan-tests.log || { grep -A 60 '\*\*\*' build/asan-tests.log | head -n 300; tail -n 20 build/asan-tests.log; exit 1; }
tail -n 5 build/asan-tests.log

cmake --preset dev >build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
cmake --build --preset dev -j "$jobs" >>build/dev.log 2>&1 || { tail -n 60 build/dev.log; exit 1; }
ctest --test-dir build/dev -j "$jobs" --output-on-failure --no-tests=error "$@"
