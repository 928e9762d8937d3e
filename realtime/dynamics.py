"""Small, cheap work on one block: clean-up of a microphone's nonsense, gain, soft limiter, gate, levels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from realtime.config import GATE_OFF_DB
from realtime.snapshot import SILENCE_DB

Frames = NDArray[np.float32]
KNEE = 0.8
"""Below this the limiter leaves the sound as it is."""


def clean(frames: Frames) -> int:
    """Put zeros in place of NaN and infinity, in place; how many there were."""
    bad = ~np.isfinite(frames)
    count = int(np.count_nonzero(bad))
    if count:
        frames[bad] = 0.0
    return count


def limit(frames: Frames) -> None:
    """Bend what is louder than KNEE towards 1, in place; nothing exceeds 1 and nothing is cut square."""
    size = np.abs(frames)
    loud = size > KNEE
    if loud.any():
        bent = KNEE + (1.0 - KNEE) * np.tanh((size[loud] - KNEE) / (1.0 - KNEE))
        frames[loud] = np.copysign(bent, frames[loud])


def amplitude(db: float) -> float:
    """Decibels to a factor."""
    return float(10.0 ** (db / 20.0))


def level_db(value: float) -> float:
    """An amplitude in dBFS, not below SILENCE_DB."""
    return max(SILENCE_DB, 20.0 * math.log10(value)) if value > 1e-6 else SILENCE_DB


def peak_rms(frames: Frames) -> tuple[float, float]:
    """Peak and root mean square of a block in dBFS."""
    if not len(frames):
        return SILENCE_DB, SILENCE_DB
    peak = float(np.max(np.abs(frames)))
    return level_db(peak), level_db(math.sqrt(float(np.dot(frames, frames)) / len(frames)))


class Gate:
    """A noise gate that listens to the input and acts on the output.

    The model's output is 20 ms (its delay) older than its input, so the gate is open before the onset that opened it
    comes out: no word is clipped, and no delay is added.
    """

    HOLD_BLOCKS = 15
    """Stays open for 300 ms after the last loud block."""
    CLOSE_PER_BLOCK = 0.25

    def __init__(self) -> None:
        self._hold = 0
        self._gain = 1.0

    def apply(self, in_rms_db: float, gate_db: float, out: Frames) -> None:
        """Scale the output block (480,) in place.

        Args:
            in_rms_db: level of the newest input block.
            gate_db: below this the gate closes; GATE_OFF_DB never does.
        """
        loud = gate_db <= GATE_OFF_DB or in_rms_db >= gate_db
        self._hold = self.HOLD_BLOCKS if loud else max(0, self._hold - 1)
        before = self._gain
        self._gain = 1.0 if self._hold else max(0.0, before - self.CLOSE_PER_BLOCK)
        if before != 1.0 or self._gain != 1.0:
            out *= np.linspace(before, self._gain, len(out), dtype=np.float32)
