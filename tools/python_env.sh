#!/usr/bin/env bash
# Make .venv and install Voxveil into it.  tools/python_env.sh run|test
#   run   what the app needs
#   test  also everything for training, evaluation and the checks
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?run or test}
python=${PYTHON:-python3}

"$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "voxveil: Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3" >&2
  exit 2
}
if [ ! -x .venv/bin/python ]; then
  echo "making .venv"
  "$python" -m venv .venv || {
    echo "voxveil: this Python cannot make virtual environments; on Debian: sudo apt-get install python3-venv" >&2
    exit 2
  }
fi
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@" </dev/null; }
install() { pip install -qq --constraint tools/constraints.txt "$@"; }

if [ "$what" = test ]; then
  # First and alone, so that nothing that comes later can choose another build of it.
  echo "installing torch"
  install torch==2.13.0
  # Names that evaluation's packages ask for, answered by the packages that are really used (see tools/shims).
  if [ "$(uname -sm)" = "Linux x86_64" ]; then
    pip install -qq ./tools/shims/onnxruntime
  fi
  pip install -qq ./tools/shims/webrtcvad
  echo "installing Voxveil with everything for training, evaluation and tests"
  install --editable '.[train,eval,perception,dev]'
else
  echo "installing Voxveil"
  install --editable .
fi
