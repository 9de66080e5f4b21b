#!/usr/bin/env bash
# Runs a sweep as a job array of four tasks, kills the second one half-way and requeues it, waits for all.
#   requeue.sh EXPLORE_SBATCH SWEEP FOLDER
set -euo pipefail
job=$(sbatch --parsable --array=1-4 --output="$3/log-%a.txt" "$1" "$2" "$3")
for _ in $(seq 200); do
  [ -s "$3/shard-2-of-4.sqlite-wal" ] && [ "$(squeue -h -j "${job}_2" -o %t)" = R ] && break
  sleep 0.02
done
[ "$(squeue -h -j "${job}_2" -o %t)" = R ] || { echo "task 2 was never seen half-way"; exit 1; }
scontrol requeue "${job}_2"
for _ in $(seq 300); do
  states=$(squeue -h -j "$job" -t all -o "%K:%t" 2>/dev/null || true)
  case "$states" in *2:PD*) scontrol update jobid="${job}_2" StartTime=now 2>/dev/null || true ;; esac
  grep -qE ':(R|PD|CG|CF|RQ)' <<<"$states" || break
  sleep 0.1
done
echo "$states"
restarts=$(scontrol show job "${job}_2" | grep -oE 'Restarts=[0-9]+')
echo "task 2: $restarts"
