"""Room and microphone: one linear filter, applied as one product of spectra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from core.spec import SAMPLE_RATE


@dataclass(frozen=True)
class Channel:
    """A drawn filter.

    Attributes:
        tilt: gains in dB at 9 points evenly spaced in log-frequency from 60 Hz to 12 kHz.
        low_pass, high_pass: corner frequencies in Hz, 0 for none.
        decay: seconds for the reverberation to fall by 60 dB, 0 for none.
        wet: level of the reverberation relative to the direct sound.
        seed: of the reverberation's noise.
    """

    tilt: tuple[float, ...]
    low_pass: float
    high_pass: float
    decay: float
    wet: float
    seed: int

    @staticmethod
    def draw(rng: np.random.Generator) -> Channel:
        """Draw all parameters; what is drawn can be replayed."""
        points = np.cumsum(rng.normal(0, 3.0, 9)) if rng.random() < 0.7 else np.zeros(9)
        reverberant = rng.random() < 0.35
        return Channel(
            tilt=tuple(np.clip(points - points.mean(), -12, 12).tolist()),
            low_pass=float(rng.choice([3400.0, 5000.0, 7000.0])) if rng.random() < 0.2 else 0.0,
            high_pass=float(rng.uniform(80, 250)) if rng.random() < 0.3 else 0.0,
            decay=float(rng.uniform(0.15, 0.6)) if reverberant else 0.0,
            wet=float(rng.uniform(0.1, 0.6)) if reverberant else 0.0,
            seed=int(rng.integers(2**31)),
        )

    def apply(self, x: np.ndarray) -> np.ndarray:
        """x float32 [n] at 24 kHz to the same length; the direct sound keeps its time."""
        tail = int(self.decay * SAMPLE_RATE)
        size = next_fast_len(len(x) + max(tail, 2400))
        freqs = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
        knots = np.log(np.geomspace(60, 12000, len(self.tilt)))
        gain = 10 ** (np.interp(np.log(np.maximum(freqs, 30)), knots, self.tilt) / 20)
        if self.low_pass:
            gain = gain / np.sqrt(1 + (freqs / self.low_pass) ** 16)
        if self.high_pass:
            gain = gain / np.sqrt(1 + (self.high_pass / np.maximum(freqs, 1.0)) ** 4)
        response = gain.astype(np.complex64)
        if tail:
            response = response * (1 + self.wet * rfft(self._reverberation(tail), size))
        return irfft(rfft(x, size) * response, size)[: len(x)].astype(np.float32)

    def _reverberation(self, tail: int) -> np.ndarray:
        noise = np.random.default_rng(self.seed).standard_normal(tail).astype(np.float32)
        noise *= np.exp(-6.9 * np.arange(tail, dtype=np.float32) / tail)
        noise[: int(0.003 * SAMPLE_RATE)] = 0
        return noise / np.sqrt(np.sum(noise**2) + 1e-9)
