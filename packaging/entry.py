"""The packaged program: the app when started plainly, `voxveil` commands otherwise.

A packaged program has no Python beside it, so the engine's `python -m realtime.host …`
and the recording of a voice come here, too.
"""

from __future__ import annotations

import multiprocessing
import runpy
import sys

OURS = ("realtime.", "gui.platform.")


def main() -> int:
    """Run the engine's module, a command, or the app."""
    multiprocessing.freeze_support()  # the keeper of shared memory starts this program, too
    words = sys.argv[1:]
    if words[:1] == ["-m"] and len(words) > 1:
        if words[1] == "voxveil":
            del sys.argv[1:3]
        elif words[1].startswith(OURS):
            sys.argv = [sys.argv[0], *words[2:]]
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
            return 0
    from voxveil.cli import main as command_line

    return command_line(sys.argv[1:] or ["app"])


if __name__ == "__main__":
    raise SystemExit(main())
