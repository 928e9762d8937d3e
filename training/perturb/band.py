"""Band limits: telephone, wide-band call, cheap laptop microphone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.perturb.linear import apply_linear, frequencies

KINDS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "telephone": ((250.0, 400.0), (3200.0, 3600.0)),
    "wideband": ((50.0, 120.0), (6500.0, 7800.0)),
    "laptop": ((120.0, 350.0), (5000.0, 10_000.0)),
}
"""Ranges of the lower and upper corner in Hz."""


@dataclass(frozen=True)
class Band:
    """Corners in Hz, 3 dB down, and how steeply it falls outside: 6 dB per octave and order."""

    low: float
    high: float
    low_order: int
    high_order: int

    @staticmethod
    def draw(rng: np.random.Generator) -> Band:
        """One of the KINDS."""
        kind = str(rng.choice(list(KINDS)))
        low, high = KINDS[kind]
        gentle = kind == "laptop"
        return Band(float(rng.uniform(*low)), float(rng.uniform(*high)), 2 if gentle else 4, 3 if gentle else 12)

    def tail(self, rate: int) -> int:
        """50 ms."""
        return rate // 20

    def response(self, size: int, rate: int) -> np.ndarray:
        """Real gains of a Butterworth shape."""
        hz = frequencies(size, rate)
        below = 1 + (np.float32(self.low) / hz) ** (2 * self.low_order)
        above = 1 + (hz / np.float32(self.high)) ** (2 * self.high_order)
        return np.asarray(1 / np.sqrt(below * above), np.float32)

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] to the same length."""
        return apply_linear([self], x, rate)
