"""When the model's thread needs real time: where the machine lets it wait for a processor, and only then."""

from __future__ import annotations

from collections import deque
from time import monotonic, sleep

BREATH_S = 0.0002
"""Enough for a sound server to pass on what waits."""


def breathe() -> None:
    """Leave the core for a moment: a model of real time holds it for a whole block else, and the sound server, whose
    threads that serve programs have no real time, waits behind it for longer than its sound lasts.
    """
    sleep(BREATH_S)


class Urgency:
    """Learns from blocks how much of their time was waiting.

    With real time a model of this size makes others wait: on two cores the sound server ran out of sound 11 to 16 times
    in 40 s, and once or never without. On a busy machine it is the other way about. So real time is asked for when
    several blocks have waited, and given back after a while; where that was too early, the next while is twice as long.

    Attributes:
        real_time: whether it is wanted now.
    """

    WAITED_S = 0.002
    """A block that lost more than that waited (0.2 ms is usual)."""
    OFTEN, WITHIN_S = 5, 5.0
    CALM_S, LONGEST_S = 15.0, 240.0

    def __init__(self) -> None:
        self.real_time = False
        self._times: deque[float] = deque(maxlen=self.OFTEN)
        self._while = self.CALM_S
        self._since = -self.LONGEST_S

    def note(self, clock_s: float, processor_s: float, now: float | None = None) -> bool:
        """A block took so long by the clock, and so long of a processor; whether `real_time` is another now."""
        now = monotonic() if now is None else now
        if self.real_time:
            if now - self._since < self._while:
                return False
            self.real_time, self._since = False, now
            self._times.clear()
            return True
        if clock_s - processor_s < self.WAITED_S:
            return False
        self._times.append(now)
        if len(self._times) < self.OFTEN or now - self._times[0] > self.WITHIN_S:
            return False
        early = now - self._since < self._while
        self._while = min(2 * self._while, self.LONGEST_S) if early else self.CALM_S
        self.real_time, self._since = True, now
        return True
