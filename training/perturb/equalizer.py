"""A smooth drawn curve over frequency: microphones, rooms and talkers' distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.perturb.linear import apply_linear, frequencies

LOWEST, HIGHEST = 60.0, 12_000.0


@dataclass(frozen=True)
class Equalizer:
    """Gains in dB at points evenly spaced in log-frequency from 60 Hz to 12 kHz."""

    gains_db: tuple[float, ...]

    @staticmethod
    def draw(rng: np.random.Generator, points: int = 9, step_db: float = 3.0) -> Equalizer:
        """A random walk over frequency, its mean taken out, within 12 dB."""
        walk = np.cumsum(rng.normal(0.0, step_db, points))
        return Equalizer(tuple(np.clip(walk - walk.mean(), -12, 12).tolist()))

    def tail(self, rate: int) -> int:
        """The lowest point is narrow: 50 ms."""
        return rate // 20

    def response(self, size: int, rate: int) -> np.ndarray:
        """Real gains."""
        hz = np.log(frequencies(size, rate))
        knots = np.log(np.geomspace(LOWEST, HIGHEST, len(self.gains_db)))
        return np.exp(np.interp(hz, knots, self.gains_db) * (np.log(10) / 20)).astype(np.float32)

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] to the same length."""
        return apply_linear([self], x, rate)
