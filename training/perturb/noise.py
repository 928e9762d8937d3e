"""Additive noise of a drawn colour, level and seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, rfft

from core.spec import SAMPLE_RATE


@dataclass(frozen=True)
class Noise:
    """Coloured noise and mains hum.

    Attributes:
        snr: dB below the signal's level.
        slope: spectral slope in dB per octave, 0 white, -3 pink, -6 brown.
        hum: frequency of the mains in Hz, 0 for none.
        seed: of the noise.
    """

    snr: float
    slope: float
    hum: float
    seed: int

    @staticmethod
    def draw(rng: np.random.Generator) -> Noise:
        """Draw all parameters."""
        return Noise(
            snr=float(rng.uniform(5, 45)),
            slope=float(rng.uniform(-6.0, 1.0)),
            hum=float(rng.choice([50.0, 60.0])) if rng.random() < 0.15 else 0.0,
            seed=int(rng.integers(2**31)),
        )

    def apply(self, x: np.ndarray) -> np.ndarray:
        """x float32 [n] to x plus noise."""
        rng = np.random.default_rng(self.seed)
        spectrum = rfft(rng.standard_normal(len(x)).astype(np.float32))
        freqs = np.maximum(np.fft.rfftfreq(len(x), 1 / SAMPLE_RATE), 40.0)
        noise = irfft(spectrum * ((freqs / 1000.0) ** (self.slope / 6.02)).astype(np.float32), len(x))
        if self.hum:
            t = np.arange(len(x)) / SAMPLE_RATE
            noise = noise + noise.std() * sum(np.sin(2 * np.pi * self.hum * k * t) / k for k in (1, 2, 3, 5))
        level = np.sqrt(np.mean(x**2)) + 1e-5
        noise *= level * 10 ** (-self.snr / 20) / (np.sqrt(np.mean(noise**2)) + 1e-9)
        return (x + noise).astype(np.float32)
