"""A preamplifier that is turned up too far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SoftClip:
    """tanh, driven so hard that the signal's peak stands at `drive`; the level of quiet parts stays."""

    drive: float

    @staticmethod
    def draw(rng: np.random.Generator) -> SoftClip:
        """From barely heard to plainly distorted."""
        return SoftClip(float(rng.uniform(1.0, 6.0)))

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] to the same length."""
        scale = np.float32(self.drive / (np.abs(x).max() + 1e-6))
        return np.asarray(np.tanh(x * scale) / scale, np.float32)
