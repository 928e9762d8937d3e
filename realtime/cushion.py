"""How much sound the server holds ahead of the device: as little as can be, and more where it runs out."""

from __future__ import annotations

from collections import deque
from time import monotonic


class Reserve:
    """How much less than it asks for the server is given.

    PipeWire asks for three of its turns of sound (16 ms) where one is enough for a program that answers at once. Each
    time that it runs out all the same, half a turn more is given; with time that is taken back.

    Args:
        asked: frames that the server wants in hand.
        wanted: frames that were asked for.
        turn: frames that it takes at once.
    """

    EASE_S = 20.0

    def __init__(self, asked: int, wanted: int, turn: int) -> None:
        self._most = self.frames = max(0, asked - max(wanted, turn))
        self._step = max(1, turn // 2)
        self._changed = monotonic()

    def underflow(self, now: float) -> bool:
        """The server ran out of sound; whether there was anything left to give."""
        had, self.frames, self._changed = self.frames, max(0, self.frames - self._step), now
        return had > 0

    def ease(self, now: float) -> None:
        """Time has passed."""
        if self.frames < self._most and now - self._changed > self.EASE_S:
            self.frames, self._changed = min(self._most, self.frames + self._step), now


class Cushion:
    """How much sound the server is asked to hold.

    A server without real-time rights, or on a busy machine, comes late and finds nothing to play: a gap of a
    millisecond or two, heard as a crackle. When that happens several times in a short while, more is asked for; after
    a long time without, less.

    Args:
        frames: what is asked for at first, and at least.
        rate: frames a second.
    """

    STEP_S, MOST_S = 0.0025, 0.03
    OFTEN, WITHIN_S = 3, 4.0
    EASE_S = 60.0

    def __init__(self, frames: int, rate: int) -> None:
        self.frames = self._least = frames
        self._step, self._most = round(self.STEP_S * rate), max(frames, round(self.MOST_S * rate))
        self._times: deque[float] = deque(maxlen=self.OFTEN)
        self._changed = monotonic()

    def underflow(self, now: float) -> bool:
        """The server ran out of sound; whether `frames` is larger now."""
        self._times.append(now)
        if len(self._times) < self.OFTEN or now - self._times[0] > self.WITHIN_S or self.frames >= self._most:
            return False
        self.frames = min(self._most, self.frames + self._step)
        self._changed = now
        self._times.clear()
        return True

    def ease(self, now: float) -> bool:
        """Time has passed; whether `frames` is smaller now."""
        since = max(self._changed, self._times[-1] if self._times else 0.0)
        if self.frames <= self._least or now - since < self.EASE_S:
            return False
        self.frames = max(self._least, self.frames - self._step)
        self._changed = now
        return True
