"""When the machine itself stood still: a thread of real time on each core that wakes every 1 ms, and notes how late.

A virtual machine's cores are taken away by its host now and then, and no priority inside helps. A program that comes
late at such a moment is not at fault; one that comes late at another is.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from time import monotonic, sleep
from typing import IO

PERIOD_S = 0.001
LATE_S = 0.001
"""What counts: several times what a wake-up takes, and as much as may cost a turn of 2.7 ms."""
PRIORITY = 60
"""Above everything that has to do with sound, which is not waited for."""


class Stalls:
    """Watches every core that this process may use, from `with` until its end.

    Attributes:
        found: then, in order of time: (when the core was back, as time.monotonic; seconds late), of all cores.
        real_time: whether the system gave the watchers real time; without it what they note is other programs, too.
    """

    def __init__(self) -> None:
        self.found: list[tuple[float, float]] = []
        self.real_time = True
        self._watchers: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []

    def __enter__(self) -> Stalls:
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [-1]
        for core in cores:
            notes = tempfile.TemporaryFile()
            words = [sys.executable, "-m", "bench.stalls", str(core)]
            self._watchers.append((subprocess.Popen(words, stdout=notes, stdin=subprocess.PIPE), notes))
        return self

    def __exit__(self, *_: object) -> None:
        for watcher, notes in self._watchers:
            watcher.communicate()  # its standard input ends, and so does it
            notes.seek(0)
            granted, *lines = notes.read().decode().splitlines() or [""]
            self.real_time &= granted.startswith("real time")
            for line in lines:
                back, late = line.split()
                self.found.append((float(back), float(late)))
            notes.close()
        self.found.sort()

    def processes(self) -> set[int]:
        """Ids of the watchers."""
        return {watcher.pid for watcher, _ in self._watchers}


def watch(core: int) -> None:
    """Stay on a core (-1: on any) and print a line for each time of being late, until standard input ends."""
    from select import select

    from realtime import priority

    if core >= 0:
        os.sched_setaffinity(0, {core})
    granted = priority.take_real_time(PRIORITY)
    print("real time" if granted else priority.raise_own(priority.AUDIO, wait=True), flush=True)
    due = monotonic() + PERIOD_S
    turns = 0
    while True:
        sleep(max(0.0, due - monotonic()))
        now = monotonic()
        if now - due > LATE_S:
            print(f"{now:.6f} {now - due:.6f}", flush=True)
            due = now
        due += PERIOD_S
        turns += 1
        if turns % 100 == 0 and select([sys.stdin], [], [], 0)[0]:
            return


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        watch(int(sys.argv[1]))
