"""A room: a few early reflections, then noise that dies away, faster at high frequencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import rfft

from training.perturb.linear import apply_linear

EARLY = 6
LATE_AFTER = 0.02
"""Seconds after the direct sound at which the diffuse part begins."""


@dataclass(frozen=True)
class Reverb:
    """The direct sound keeps its time and level.

    Attributes:
        decay: seconds to fall by 60 dB.
        wet: level of all reflections relative to the direct sound.
        seed: of the reflections.
    """

    decay: float
    wet: float
    seed: int

    @staticmethod
    def draw(rng: np.random.Generator) -> Reverb:
        """A small to middling room, the talker at 0.3 to 2 m."""
        return Reverb(float(rng.uniform(0.12, 0.7)), float(rng.uniform(0.1, 0.8)), int(rng.integers(2**31)))

    def tail(self, rate: int) -> int:
        """The decay."""
        return int(self.decay * rate)

    def impulse(self, rate: int) -> np.ndarray:
        """float32 (decay * rate,), 1 at time 0."""
        rng = np.random.default_rng(self.seed)
        t = np.arange(self.tail(rate), dtype=np.float32) / rate
        late = rng.standard_normal(len(t), dtype=np.float32) * np.exp(-6.9 * t / self.decay)
        # A moving average whose share grows with time: the high frequencies die first.
        smooth = np.convolve(late, np.full(4, 0.25, np.float32), mode="same")
        share = np.minimum(t / self.decay * 2, 1)
        late = late + share * (2 * smooth - late)
        late[: int(LATE_AFTER * rate)] = 0
        taps = (rng.uniform(0.002, 0.03, EARLY) * rate).astype(int)
        late[taps] += rng.choice([-1, 1], EARLY) * rng.uniform(0.3, 1.0, EARLY) * np.abs(late).max()
        late *= self.wet / (np.sqrt(np.sum(late**2)) + 1e-9)
        late[0] = 1
        return late.astype(np.float32)

    def response(self, size: int, rate: int) -> np.ndarray:
        """Complex."""
        return np.asarray(rfft(self.impulse(rate), size))

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] to the same length."""
        return apply_linear([self], x, rate)
