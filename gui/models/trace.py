"""The inspector's memory: the last minutes of delay and stage times, one point a second."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from realtime.snapshot import Snapshot

KEPT_S = 180


@dataclass(frozen=True)
class Point:
    """One second: monotonic time (s), measured delay (ms), p50 and p99 of the pipeline (ms)."""

    at: float
    delay_ms: float
    p50_ms: float
    p99_ms: float


class Trace:
    """Keeps the last three minutes; nothing is kept while nothing flows."""

    def __init__(self) -> None:
        self.points: deque[Point] = deque(maxlen=KEPT_S)

    def feed(self, snapshot: Snapshot, now: float) -> bool:
        """Take a snapshot; True when it made a new point."""
        if snapshot.state not in ("live", "muted") or not snapshot.blocks:
            return False
        if self.points and now - self.points[-1].at < 1.0:
            return False
        pipeline = snapshot.stages.get("pipeline")
        p50, p99 = (pipeline.p50, pipeline.p99) if pipeline else (float("nan"), float("nan"))
        self.points.append(Point(now, snapshot.delay_ms, p50, p99))
        return True
