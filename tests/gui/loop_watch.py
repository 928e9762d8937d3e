"""How long the event loop stood still by its own doing: waiting for a processor that others use does not count."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer

EVERY_MS = 5


class LoopWatch(QObject):
    """Counts from `begin` to `end`; Linux tells how long the thread waited in the run queue."""

    def __init__(self) -> None:
        super().__init__()
        self._statistics = Path(f"/proc/self/task/{os.getpid()}/schedstat")
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.worst_ms = 0.0

    def begin(self) -> None:
        """Start anew."""
        self.worst_ms = 0.0
        self._then, self._queued = monotonic(), self._waited()
        self._timer.start(EVERY_MS)

    def end(self) -> float:
        """The longest stall in milliseconds."""
        self._tick()
        self._timer.stop()
        return self.worst_ms

    def _waited(self) -> float:
        try:
            return int(self._statistics.read_text().split()[1]) * 1e-9
        except (OSError, IndexError):
            return 0.0

    def _tick(self) -> None:
        now, queued = monotonic(), self._waited()
        stalled = 1e3 * (now - self._then - (queued - self._queued)) - EVERY_MS
        self.worst_ms = max(self.worst_ms, stalled)
        self._then, self._queued = now, queued
