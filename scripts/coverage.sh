#!/usr/bin/env bash
# Line coverage of the sources by the unit, systemc and cosim tiers alone: the files covered worst, then a line a folder and
# the total. Everything that the program links counts, also what no test reaches; LibTorch's part is not built here.
# Fails below 85 %.
#   scripts/coverage.sh [gcovr arguments, e.g. --html-details build/coverage.html]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --checks
mkdir -p build
jobs=$(nproc)
log=build/coverage.log
cmake --preset coverage >"$log" 2>&1 || { cat "$log"; exit 1; }
cmake --build --preset coverage -j "$jobs" --target axvp axvp_unit_tests axvp_systemc_tests axvp_cosim_tests >>"$log" 2>&1 ||
  { tail -n 60 "$log"; exit 1; }
find build/coverage -name '*.gcda' -delete  # counts of earlier runs
ctest --test-dir build/coverage -L '^(unit|systemc|cosim)$' -j "$jobs" --output-on-failure --no-tests=error >build/coverage-tests.log ||
  { tail -n 200 build/coverage-tests.log; exit 1; }
tail -n 6 build/coverage-tests.log

gcovr --root . --object-directory build/coverage --gcov-ignore-parse-errors -j "$jobs" \
  --filter '(common|lib_multipliers|rtl|power|evolve|workloads|accel|qos|explore|sc_models|sim)/' --exclude '.*(Vax_|verilated_ax).*' \
  --csv build/coverage.csv "$@" >>"$log" 2>&1 || { tail -n 20 "$log"; exit 1; }
echo "lines covered, the 25 worst files:"
awk -F, 'NR > 1 && $2 > 0 { printf "%6.1f %%  %5d of %5d  %s\n", 100 * $3 / $2, $3, $2, $1 }' build/coverage.csv | sort -n | sed -n 1,25p
echo "by folder:"
awk -F, 'NR > 1 { split($1, part, "/"); lines[part[1]] += $2; covered[part[1]] += $3; all += $2; hit += $3 }
  END {
    for (folder in lines) printf "%6.1f %%  %5d of %5d  %s\n", 100 * covered[folder] / lines[folder], covered[folder], lines[folder], folder | "sort -k6"
    close("sort -k6")
    printf "%6.1f %%  %5d of %5d  total\n", 100 * hit / all, hit, all
    exit hit < 0.85 * all
  }' build/coverage.csv
