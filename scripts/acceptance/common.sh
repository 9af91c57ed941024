# What the acceptance scripts share. Sourced; bash.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
program=$(realpath -m "${ORTHOWEAVE:-.build/release/orthoweave}")
[ -x "$program" ] || { echo "$program is missing: swift build -c release --product orthoweave" >&2; exit 1; }
folder=$root/.build/acceptance
# What a developer's machine sets must not decide which kernels run.
unset OPENBLAS_CORETYPE

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# need PROGRAM PACKAGE...: installs Debian packages where the program is missing, and fails where that does not help.
need() {
  local wanted=$1
  shift
  PATH=$PATH:/usr/sbin command -v "$wanted" >/dev/null && return
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
  PATH=$PATH:/usr/sbin command -v "$wanted" >/dev/null || { echo "$wanted could not be installed" >&2; exit 1; }
}

fail() { echo "$*" >&2; exit 1; }

# Copies the pipelines to a place of their own, so that their layers go to $folder/layers and nothing of the user's is touched.
prepare_pipelines() {
  mkdir -p "$folder"
  ln -sfn "$root/SampleData" "$folder/SampleData"
  rm -rf "$folder/Pipelines"
  cp -r Pipelines "$folder/Pipelines"
}

# Publishes the layers that other programs then read: a mosaic, single sheets, a rotated one, 16 bits.
sample_layers=(demo/demo rotated/rotated multispectral/multispectral)
publish_samples() {
  prepare_pipelines
  local name
  for name in demo rotated multispectral; do
    "$program" run --quiet "$folder/Pipelines/$name.yaml" || fail "Pipelines/$name.yaml: exit code $?"
  done
}

# checksums DIRECTORY: of all published files, by relative path.
checksums() { (cd "$1" && find . -type f -not -path './.orthoweave/*' -not -path './report/*' -print0 | sort -z | xargs -0 -r sha256sum); }
