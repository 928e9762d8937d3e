"""Other people talking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.perturb.noise import add_at_snr

Source = Callable[[np.random.Generator, int], np.ndarray]
"""(generator, samples) -> float32 speech of that length at the rate of the signal."""


@dataclass(frozen=True)
class Babble:
    """Several talkers at once.

    Attributes:
        snr: dB below the signal's level.
        talkers: how many.
        seed: of who says what.
    """

    snr: float
    talkers: int
    seed: int

    @staticmethod
    def draw(rng: np.random.Generator, snr: tuple[float, float] = (8.0, 30.0)) -> Babble:
        """3 to 6 talkers: fewer would be a second speaker, not babble."""
        return Babble(float(rng.uniform(*snr)), int(rng.integers(3, 7)), int(rng.integers(2**31)))

    def apply(self, x: np.ndarray, rate: int, source: Source) -> np.ndarray:
        """x float32 [n] plus the talkers, each from `source`."""
        rng = np.random.default_rng(self.seed)
        voices = np.zeros(len(x), np.float32)
        for _ in range(self.talkers):
            speech = source(rng, len(x))
            voices += speech * np.float32(rng.uniform(0.5, 1.0) / (np.abs(speech).max() + 1e-3))
        return add_at_snr(x, voices, self.snr)
