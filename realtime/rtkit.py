"""A higher priority through rtkit, the service by which desktops give it to programs that may not take it themselves.

It is asked with systemd's `busctl`, which is there wherever rtkit is, so that no library for D-Bus is needed for one
call. The threads of the audio devices get real-time scheduling, the model's thread only a nice value: a program that
has a real-time thread from rtkit is ended by the system when that thread works for 0.2 s without a rest, as a model on
a machine that is too slow does.
"""

from __future__ import annotations

import os
import subprocess
import sys

SERVICE, PATH = "org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1"
LONGEST_US = 200_000
"""Processor time without a rest that rtkit allows at most."""
PATIENCE_S = 2.0


def real_time(thread: int, level: int) -> bool:
    """Ask for real-time scheduling of a thread of this process; whether it was given. Takes a few milliseconds.

    Args:
        thread: its native id.
        level: real-time priority, at most 20.
    """
    if sys.platform != "linux":
        return False
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
    least = min(LONGEST_US, *(limit for limit in (soft, hard, LONGEST_US) if limit != resource.RLIM_INFINITY))
    try:
        resource.setrlimit(resource.RLIMIT_RTTIME, (least, least))
    except (OSError, ValueError):
        return False
    return _ask("MakeThreadRealtimeWithPID", "ttu", thread, level)


def nice(thread: int, value: int) -> bool:
    """Ask for a nice value of a thread of this process; whether it was given."""
    return sys.platform == "linux" and _ask("MakeThreadHighPriorityWithPID", "tti", thread, value)


def _ask(method: str, signature: str, thread: int, value: int) -> bool:
    words = ["busctl", "--system", f"--timeout={PATIENCE_S:g}", "call", SERVICE, PATH, SERVICE, method, signature]
    try:
        done = subprocess.run(
            [*words, "--", str(os.getpid()), str(thread), str(value)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=2 * PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
