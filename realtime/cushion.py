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

    def underflow(self, now: float) -> None:
        """The server ran out of sound."""
        self.frames, self._changed = max(0, self.frames - self._step), now

    def ease(self, now: float) -> None:
        """Time has passed."""
        if self.frames < self._most and now - self._changed > self.EASE_S:
            self.frames, self._changed = min(self._most, self.frames + self._step), now


class Cushion:
    """How much sound the server is asked to hold.

    A server without real-time rights, or on a busy machine, comes late and finds nothing to play: a gap of a
    millisecond or two, heard as a crackle. When that happens several times in a short while, more is asked for, a step
    a second at most. After a pause half of what was added is given back; where that was too early, the next pause is
    twice as long.

    Args:
        frames: what is asked for at first, and at least.
        rate: frames a second.
    """

    STEP_S, MOST_S = 0.0025, 0.03
    OFTEN, WITHIN_S, AGAIN_S = 3, 4.0, 1.0
    EASE_S, LONGEST_S = 2.0, 120.0

    def __init__(self, frames: int, rate: int) -> None:
        self.frames = self._least = frames
        self._step, self._most = round(self.STEP_S * rate), max(frames, round(self.MOST_S * rate))
        self._times: deque[float] = deque(maxlen=self.OFTEN)
        self._changed, self._grown = monotonic(), 0.0
        self._pause, self._eased = self.EASE_S, False

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
