"""The whole perturbation: channel, noise, level and clipping, each with its own probability."""

from __future__ import annotations

import numpy as np

from training.perturb.channel import Channel
from training.perturb.noise import Noise


class Perturb:
    """Draws and applies; never moves the sound in time.

    Args:
        channel: probability of a drawn filter.
        noise: probability of noise.
        gain_db: range of the level, in dB.
        clip: probability of soft clipping.
    """

    def __init__(
        self,
        channel: float = 0.7,
        noise: float = 0.6,
        gain_db: tuple[float, float] = (-15.0, 8.0),
        clip: float = 0.05,
    ) -> None:
        self.channel, self.noise, self.gain_db, self.clip = channel, noise, gain_db, clip

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """x float32 [n] at 24 kHz; the same length comes back, within [-1, 1]."""
        if rng.random() < self.channel:
            x = Channel.draw(rng).apply(x)
        if rng.random() < self.noise:
            x = Noise.draw(rng).apply(x)
        x = x * np.float32(10 ** (rng.uniform(*self.gain_db) / 20))
        if rng.random() < self.clip:
            drive = rng.uniform(2, 8)
            x = np.tanh(drive * x) / np.float32(drive)
        return np.clip(x, -1.0, 1.0).astype(np.float32)
