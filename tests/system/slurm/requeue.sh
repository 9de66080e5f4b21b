#!/usr/bin/env bash
# Runs a sweep as a job array of four tasks, kills the second one half-way and requeues it, waits until all have completed.
#   requeue.sh EXPLORE_SBATCH SWEEP FOLDER
set -euo pipefail
job=$(sbatch --parsable --array=1-4 --output="$3/log-%a.txt" "$1" "$2" "$3")
for _ in $(seq 200); do
  [ -s "$3/shard-2-of-4.sqlite-wal" ] && [ "$(squeue -h -j "${job}_2" -o %t)" = R ] && break
  sleep 0.02
done
[ "$(squeue -h -j "${job}_2" -o %t)" = R ] || { echo "task 2 was never seen half-way"; exit 1; }
scontrol requeue "${job}_2"
# Slurm holds a requeued task back for two minutes. Within the second of its end slurmd would still refuse the same job
# number ("already killed"), so it starts three seconds later.
restarted=no
for _ in $(seq 600); do
  states=$(squeue -h -j "$job" -t all -o "%K:%t" 2>/dev/null || true)
  if [ $restarted = no ] && [[ $states == *2:PD* ]] && scontrol update jobid="${job}_2" StartTime=now+3; then restarted=yes; fi
  [ "$(grep -c ':CD' <<<"$states")" = 4 ] && break
  grep -qE ':(F|CA|TO|NF)' <<<"$states" && break
  sleep 0.1
done
if [ "$(grep -c ':CD' <<<"$states")" != 4 ]; then
  echo "not all tasks completed: $states"
  tail -n +1 "$3"/log-*.txt
  tail -n 20 "${SLURM_CONF%/*}"/log/slurm{ctld,d}
  exit 1
fi
echo "task 2: $(scontrol show job "${job}_2" | grep -oE 'Restarts=[0-9]+')"
