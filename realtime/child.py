"""Starting the engine's processes: plain `python -m`, so that nothing of the caller's program is imported again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DEBUG = "VOXVEIL_DEBUG"
"""Set in the environment, the processes' complaints are shown."""


def spawn(module: str, arguments: list[str], stdin: int, stdout: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start `python -m module arguments`, quiet, in a session of its own (a terminal's Ctrl-C is not for it).

    Args:
        stdin, stdout: a file descriptor, subprocess.PIPE or subprocess.DEVNULL.
    """
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = "1"
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=None if DEBUG in environment else subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
