#!/usr/bin/env bash
# The catalogue against published circuits: writes the tables of docs/evoapprox.md to standard output.
#   scripts/reproduce_evoapprox.sh CIRCUITS.csv    (name, signed, mae, error_std, osu018_pg_rel, osu018_p0_rel)
set -euo pipefail
cd "$(dirname "$0")/.."

[[ $# -eq 1 ]] || { sed -n '2,3s/^# *//p' "$0" >&2; exit 2; }
exec "${AXVP:-build/release/sim/axvp}" --quiet multipliers compare "$1"
