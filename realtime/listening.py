"""Sound on its way to a second output of the same process: what the call hears, for the talker's headphones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]
LISTENING_S = 0.06
"""What may wait for the device on which the talker listens to the own voice."""


class Listening:
    """A single-producer single-consumer ring between two callbacks, which holds a little and never blocks.

    The two devices' clocks are their own. When too much waits, the oldest is left out; when nothing waits, there is
    silence until half of it is there again.

    Args:
        frames: the most that may wait.
    """

    def __init__(self, frames: int) -> None:
        self._most = frames
        self._data = np.zeros(4 * frames, np.float32)
        self._written = self._read = 0
        self._filling = True

    def write(self, frames: Frames) -> None:
        """The call's callback: what it gave to its device."""
        frames = frames[-self._most :]
        at = self._written % len(self._data)
        first = min(len(frames), len(self._data) - at)
        self._data[at : at + first] = frames[:first]
        self._data[: len(frames) - first] = frames[first:]
        self._written += len(frames)

    def read_into(self, out: Frames) -> None:
        """The headphones' callback: fill `out` with what waits, else with silence."""
        out[:] = 0.0
        self._read = max(self._read, self._written - self._most)
        waiting = self._written - self._read
        if waiting < len(out):
            self._filling = True
        if self._filling and waiting < max(self._most // 2, len(out)):
            return
        self._filling = False
        count = min(len(out), waiting)
        at = self._read % len(self._data)
        first = min(count, len(self._data) - at)
        out[:first] = self._data[at : at + first]
        out[first:count] = self._data[: count - first]
        self._read += count
