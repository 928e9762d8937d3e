"""Additive noise of a drawn colour, and mains hum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from training.perturb.linear import frequencies


@dataclass(frozen=True)
class Noise:
    """Noise below the signal.

    Attributes:
        snr: dB below the signal's level.
        slope: dB per octave: 0 white, -3 pink, -6 brown.
        hum: frequency of the mains in Hz, 0 for none.
        seed: of the noise.
    """

    snr: float
    slope: float
    hum: float
    seed: int

    @staticmethod
    def draw(rng: np.random.Generator, snr: tuple[float, float] = (5.0, 45.0)) -> Noise:
        """Any colour from brown to a little brighter than white; hum now and then."""
        level, slope = rng.uniform(*snr), rng.uniform(-6.0, 1.0)
        hum = rng.choice([50.0, 60.0]) if rng.random() < 0.15 else 0.0
        return Noise(float(level), float(slope), float(hum), int(rng.integers(2**31)))

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] plus noise."""
        rng = np.random.default_rng(self.seed)
        size = next_fast_len(len(x), real=True)
        hz = np.maximum(frequencies(size, rate), 40.0)
        spectrum = rfft(rng.standard_normal(size, dtype=np.float32)) * (hz / 1000) ** np.float32(self.slope / 6.02)
        noise = irfft(spectrum, size)[: len(x)]
        if self.hum:
            t = np.arange(len(x), dtype=np.float32) * np.float32(2 * np.pi * self.hum / rate)
            noise = noise + rms(noise) * sum(np.sin(t * k) / k for k in (1, 2, 3, 5))
        return add_at_snr(x, noise, self.snr)


def rms(x: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.dot(x, x) / max(len(x), 1)))


def add_at_snr(x: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """float32 [n]: x plus noise scaled to `snr` dB below x; silence gets a faint one."""
    level = (rms(x) + 1e-5) * 10 ** (-snr / 20)
    return (x + noise * np.float32(level / (rms(noise) + 1e-9))).astype(np.float32)
