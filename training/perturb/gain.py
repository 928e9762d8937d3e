"""Level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Gain:
    """A factor, given in dB."""

    db: float

    @staticmethod
    def draw(rng: np.random.Generator, low: float = -15.0, high: float = 8.0) -> Gain:
        """Evenly between two levels in dB."""
        return Gain(float(rng.uniform(low, high)))

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] to the same length."""
        return x * np.float32(10 ** (self.db / 20))
