#!/usr/bin/env bash
# A Slurm cluster of one machine in FOLDER, for explore_slurm_test: starts munged, slurmctld and slurmd on free ports, runs
# the command behind FOLDER with SLURM_CONF set, and ends the three by the process ids they wrote.
#   cluster.sh FOLDER COMMAND...
# Exit code 77: this machine cannot run them (not root, packages missing, daemons do not start).
set -uo pipefail
folder=$(realpath "$1"); shift
PATH=$PATH:/usr/sbin
skip() { echo "cannot run a Slurm cluster here: $1"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "not root"
for program in munged slurmctld slurmd sbatch squeue scontrol; do
  command -v "$program" >/dev/null || skip "$program is missing (scripts/setup.sh --tests installs it)"
done
mkdir -p "$folder"/{state,spool,log}
chmod 755 "$folder"
host=$(hostname -s)
port=$((20000 + $$ % 20000))
head -c 1024 /dev/urandom >"$folder/munge.key"
chmod 400 "$folder/munge.key"
cat >"$folder/slurm.conf" <<CONF
ClusterName=axvp
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld
SlurmdLogFile=$folder/log/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=100000
KillWait=1
MailProg=/bin/true
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=10 State=UP
CONF
export SLURM_CONF=$folder/slurm.conf
stop() {
  for daemon in slurmd slurmctld munged; do
    [ -s "$folder/$daemon.pid" ] && kill "$(cat "$folder/$daemon.pid")" 2>/dev/null
  done
}
trap stop EXIT
munged --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" --pid-file="$folder/munged.pid" \
  --log-file="$folder/log/munged" --seed-file="$folder/munge.seed" >"$folder/log/munged.start" 2>&1 ||
  skip "munged: $(tail -n 2 "$folder/log/munged.start")"
slurmctld -c >"$folder/log/slurmctld.start" 2>&1 || skip "slurmctld: $(tail -n 2 "$folder/log/slurmctld.start")"
slurmd -N "$host" >"$folder/log/slurmd.start" 2>&1 || skip "slurmd: $(tail -n 2 "$folder/log/slurmd.start")"
for _ in $(seq 100); do
  [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && break
  sleep 0.1
done
[ "$(sinfo -h -o %t 2>/dev/null)" = idle ] || skip "the node does not become idle: $(tail -n 3 "$folder/log/slurmd")"
"$@"
