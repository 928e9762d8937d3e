#!/usr/bin/env bash
# Builds the Linux program into dist/voxveil, starts it once on a hidden screen, and says how large it is.
# An environment of its own: the training packages must not slip in, and the CPU runtime is 250 MB smaller.
set -euo pipefail
cd "$(dirname "$0")/.."
environment=${VOXVEIL_PACKAGE_ENV:-build/package-env}
if [ ! -x "$environment/bin/pyinstaller" ]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" --disable-pip-version-check install -q --constraint tools/constraints.txt \
    numpy sounddevice soxr soundfile safetensors platformdirs rich psutil pulsectl pyqtgraph \
    'PySide6-Essentials>=6.8,<6.12' onnxruntime pyinstaller
fi
"$environment/bin/pyinstaller" --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller packaging/voxveil.spec
install -D -m 644 packaging/voxveil.desktop dist/voxveil/share/applications/voxveil.desktop
install -D -m 644 gui/assets/icon.svg dist/voxveil/share/icons/hicolor/scalable/apps/voxveil.svg
packaging/check_linux.sh dist/voxveil/voxveil
du -sh dist/voxveil
