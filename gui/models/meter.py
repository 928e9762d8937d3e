"""Ballistics of a level meter: instant attack, slow fall, a held peak, a clip lamp."""

from __future__ import annotations

FLOOR_DB = -60.0
FALL_DB_PER_S = 24.0
HOLD_S = 1.2
PEAK_FALL_DB_PER_S = 12.0
CLIP_DB = -0.1
CLIP_LAMP_S = 2.0


class MeterBallistics:
    """Feed levels in dBFS with the time in seconds; read `level`, `peak` (dBFS) and `clipped`."""

    def __init__(self) -> None:
        self.level = FLOOR_DB
        self.peak = FLOOR_DB
        self.clipped = False
        self._then: float | None = None
        self._held_at = float("-inf")
        self._clipped_at = float("-inf")

    def feed(self, rms_db: float, peak_db: float, now: float) -> None:
        """Take the levels of the last moments; values below the floor (and NaN) count as the floor."""
        passed = 0.0 if self._then is None else max(0.0, now - self._then)
        self._then = now
        rms_db = rms_db if rms_db > FLOOR_DB else FLOOR_DB
        peak_db = peak_db if peak_db > FLOOR_DB else FLOOR_DB
        self.level = max(rms_db, self.level - FALL_DB_PER_S * passed)
        if peak_db >= self.peak:
            self.peak, self._held_at = peak_db, now
        elif now - self._held_at > HOLD_S:
            self.peak = max(peak_db, self.peak - PEAK_FALL_DB_PER_S * passed)
        if peak_db >= CLIP_DB:
            self._clipped_at = now
        self.clipped = now - self._clipped_at < CLIP_LAMP_S


def fraction(level_db: float) -> float:
    """Where a level stands on the meter, 0 (floor) to 1 (full scale)."""
    return min(1.0, max(0.0, 1.0 - level_db / FLOOR_DB))
