#!/usr/bin/env bash
# From nothing to SampleData/models/sample.pth: environment, generator, data, training. Can be broken off and started again at any point.
#
#   ./train.sh                                  1 to 3 hours on two cores
#   ITERATIONS=20 TRAIN=16 VAL=4 ./train.sh     minutes: shows that everything is in place
#   BFLOAT16=1 ./train.sh                       half the time where the processor has AVX512_BF16
#   DEVICE=cuda TORCH=2.13.0 ./train.sh         minutes on a GPU
#
# LANDCOVER=FOLDER adds the land-cover data set; default: shared/data/landcover beside the repository, if it is there.
# VENV, WORK, DATA and EXPORT name other folders; GENERATOR names a built orthoweave-sample.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=${VENV:-$here/venv}
data=${DATA:-$here/data}
work=${WORK:-$here/work}
export_to=${EXPORT:-$here/../models/sample}
landcover=${LANDCOVER:-$root/../shared/data/landcover}

"$here/setup.sh" "$venv"
generator=${GENERATOR:-}
if [ -z "$generator" ]; then
    swift build --package-path "$root" -c release --product orthoweave-sample
    generator=$(swift build --package-path "$root" -c release --show-bin-path)/orthoweave-sample
fi
"$venv/bin/python" -W ignore "$here/prepare.py" --generator "$generator" --train "${TRAIN:-900}" --val "${VAL:-64}" --landcover "$landcover" --data "$data"
"$venv/bin/python" -W ignore "$here/train.py" --iterations "${ITERATIONS:-6000}" --batch "${BATCH:-8}" --threads "${THREADS:-$(nproc)}" \
    ${BFLOAT16:+--bfloat16} ${DEVICE:+--device "$DEVICE"} --work "$work" --data "$data" --export "$export_to"
