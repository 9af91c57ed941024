#!/usr/bin/env bash
# Makes the Python environment for training: PyTorch, mmsegmentation 1.2.2, all versions pinned. Does nothing when it is complete.
#
#   ./setup.sh [VENV]        default: venv beside this file
#
# Needs Python 3.11 with venv (PYTHON=… names another interpreter) and a package index. TORCH=2.13.0 takes PyPI's CUDA build (for a GPU).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${1:-$here/venv}
torch=${TORCH:-2.13.0+cpu}

complete() { "$venv/bin/python" -W ignore -c 'import torch, cv2, mmseg; from mmseg.models import ISAHead' 2>/dev/null; }
if complete; then exit 0; fi

[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
pip() { "$venv/bin/python" -m pip --disable-pip-version-check -q "$@"; }
pip install numpy==1.26.4 scipy==1.17.1 pillow==13.0.0 opencv-python-headless==4.10.0.84 matplotlib==3.11.2 addict==2.4.0 pyyaml==6.0.3 \
    yapf==0.43.0 platformdirs==4.14.5 packaging==26.3 rich==15.0.0 termcolor==3.3.0 prettytable==3.18.0 regex==2026.11.15 ftfy==6.3.1 \
    setuptools==80.9.0 sympy==1.14.0 networkx==3.6.1 jinja2==3.1.6 fsspec==2026.9.0 filelock==4.2.11 typing_extensions==4.16.0
if ! pip install --no-deps "torch==$torch" --extra-index-url https://download.pytorch.org/whl/cpu 2>/dev/null; then
    echo "torch $torch is not to be had here: taking PyPI's build with all it needs (gigabytes)" >&2
    pip install "torch==${torch%%+*}"
fi
# Without their dependencies: they ask for opencv-python beside the headless one, and for operators that are not used here.
pip install --no-deps mmcv-lite==2.1.0 mmengine==0.10.7 mmsegmentation==1.2.2
# mmsegmentation imports mmcv's compiled operators at start-up. No network here calls one; this stand-in raises if one is called.
cat > "$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/mmcv/_ext.py" <<'PY'
"""Stand-in for mmcv's compiled operators."""


def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)

    def missing(*args, **kwargs):
        raise NotImplementedError(f'mmcv operator {name} needs the full mmcv')

    return missing
PY
complete || { echo 'the environment is not complete: see above' >&2; exit 1; }
