"""How much sound the server holds ahead of the device: as little as can be, and more where it runs out."""

from __future__ import annotations

from collections import deque
from time import monotonic


class Cushion:
    """How much sound the server is to hold.

    A server without real-time rights, or on a busy machine, comes late and finds nothing to play: a gap of a
    millisecond or two, heard as a crackle. When that happens several times in a short while, it is to hold more, a step
    a second at most. After a pause half of what was added is given back; where that was too early, the next pause is
    twice as long.

    Args:
        least, most: frames; it begins with the least.
        step: frames by which it grows.

    Attributes:
        frames: what the server is to hold now.
    """

    OFTEN, WITHIN_S, AGAIN_S = 3, 4.0, 1.0
    EASE_S, LONGEST_S = 2.0, 120.0

    def __init__(self, least: int, most: int, step: int) -> None:
        self.frames = self._least = least
        self._step, self._most = step, max(least, most)
        self._times: deque[float] = deque(maxlen=self.OFTEN)
        self._changed, self._grown = monotonic(), 0.0
        self._pause, self._eased = self.EASE_S, False

    @property
    def more(self) -> int:
        """Frames beyond the least."""
        return self.frames - self._least

    def underflow(self, now: float) -> bool:
        """The server ran out of sound; whether `frames` is larger now."""
        self._times.append(now)
        if len(self._times) < self.OFTEN or now - self._times[0] > self.WITHIN_S:
            return False
        if self.frames >= self._most or now - self._grown < self.AGAIN_S:
            return False
        if self._eased:
            self._pause, self._eased = min(2 * self._pause, self.LONGEST_S), False
        self.frames = min(self._most, self.frames + self._step)
        self._changed = self._grown = now
        self._times.clear()
        return True

    def ease(self, now: float) -> bool:
        """Time has passed; whether `frames` is smaller now."""
        since = max(self._changed, self._times[-1] if self._times else 0.0)
        if now - since < self._pause:
            return False
        if self.frames <= self._least:
            if now - since > self.LONGEST_S:
                self._pause, self._eased = self.EASE_S, False
            return False
        steps = (self.frames - self._least) // self._step // 2
        self.frames = self._least + steps * self._step
        self._changed, self._eased = now, True
        return True
