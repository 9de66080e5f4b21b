#!/usr/bin/env bash
# Relative energies of the catalogue in two technologies, as in docs/results.md: osu018 (Debian) and IHP's sg13g2.
#   scripts/reproduce_technologies.sh SG13G2.lib [FOLDER]
# The second library is sg13g2_stdcell_typ_1p20V_25C.lib of the IHP open PDK (Apache-2.0). Takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
library=${1:?name sg13g2_stdcell_typ_1p20V_25C.lib of the IHP open PDK}
folder=${2:-build/technologies}
axvp=${AXVP:-build/release/sim/axvp}
mkdir -p "$folder"
"$axvp" power --update "$folder/osu018.json" >"$folder/osu018.txt"
"$axvp" power --update "$folder/sg13g2.json" --liberty "$library" >"$folder/sg13g2.txt"
"$axvp" power --compare "$folder/osu018.json" "$folder/sg13g2.json"
