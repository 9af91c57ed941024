#!/bin/bash
# A pipeline as a Slurm job array: each task does its share of the tiles, all meet in the output directory, which every node must see.
#
#   Pipelines/cluster/slurm.sh submit PIPELINE [TASKS]     submits the array, and a last job that merges, prunes and tries the rest
#
# The tasks find their share by themselves (SLURM_ARRAY_TASK_ID, _COUNT, _MIN). What became of a task is its exit code:
#
#   0        done
#   1, 130   its surroundings failed, or it was told to stop: requeued at once, and goes on from the finished segments
#   4        a run that is no shard holds the output directory: requeued after a while
#   2        the pipeline, the checkpoint or the call is wrong: failed, trying again would not help
#   3        sources failed: failed, and reported in OUTPUT/.orthoweave/reports; later runs try them again
#
# What to adapt: the five lines below; memory goes with `inference.memory` in the pipeline, cpus with `inference.workers` (both are found
# out from the task's cgroup where Slurm makes one).
#SBATCH --job-name=orthoweave
#SBATCH --cpus-per-task=8
#SBATCH --mem=12G
#SBATCH --time=12:00:00
#SBATCH --output=orthoweave-%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
set -u
program=${ORTHOWEAVE:-orthoweave}
tries=${ORTHOWEAVE_TRIES:-5}

if [ "${1:-}" = submit ]; then
  pipeline=$(realpath "${2:?which pipeline?}")
  tasks=${3:-4}
  array=$(sbatch --parsable --array="0-$((tasks - 1))" "$0" "$pipeline") || exit
  # Without an array's variables it is a plain run: it publishes what a lost task left over, merges and prunes.
  last=$(sbatch --parsable --dependency="afterany:$array" --output=orthoweave-%j.log "$0" "$pipeline") || exit
  echo "array $array of $tasks tasks, then job $last"
  exit 0
fi

pipeline=${1:?which pipeline?}
# Slurm signals this shell before the time limit, and before it takes the node away: pass it on, and wait for the clean end.
"$program" run --progress plain "$pipeline" &
run=$!
trap 'kill -TERM $run 2>/dev/null' TERM INT
wait $run
code=$?
# A signal that was passed on ends the wait, not the run.
while kill -0 $run 2>/dev/null; do wait $run; code=$?; done

job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID:-0}}
job=${job:-${SLURM_JOB_ID:-}}
case $code in
  1 | 4 | 130)
    if [ -n "$job" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "$tries" ]; then
      echo "exit code $code: requeued, try $((${SLURM_RESTART_COUNT:-0} + 1)) of $tries"
      [ $code = 4 ] && sleep "${ORTHOWEAVE_WAIT:-300}"
      # Slurm ends this shell now and starts the task again, after two minutes.
      trap - TERM INT
      scontrol requeue "$job" && sleep 60
    fi
    ;;
esac
exit $code
