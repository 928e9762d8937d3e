"""What a sound server says of its streams' latencies, without its slips; and whether it stood still."""

from __future__ import annotations

from collections import deque
from statistics import median
from time import monotonic

FROZEN_S = 0.3
WAKING_TURNS = 100
"""A device that was asleep takes its time to find its rhythm: so often it must have taken sound first."""


class SteadyLatency:
    """The middle of the last readings of both streams' latencies."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, float]] = deque(maxlen=25)
        self._served = monotonic()
        self._turns = 0

    def served(self, now: float) -> bool:
        """The server took sound; whether it had stood still before (and not only been waking up)."""
        still = now - self._served > FROZEN_S
        self._served = now
        self._turns += 1
        if still and self._turns <= WAKING_TURNS:
            self._readings.clear()
            return False
        return still

    def note(self, record_s: float, playback_s: float) -> None:
        """A further reading of each."""
        if monotonic() - self._served < FROZEN_S:
            self._readings.append((record_s, playback_s))

    @property
    def seconds(self) -> tuple[float, float]:
        """Of the record and of the playback stream."""
        if not self._readings:
            return 0.0, 0.0
        record, playback = zip(*self._readings, strict=True)
        return median(record), median(playback)
