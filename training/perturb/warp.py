"""Another vocal tract length: the spectral envelope is stretched, the harmonics stay where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, rfft

SIZE, HOP = 1024, 384
LIFTER = 40
"""Cepstral coefficients that make the envelope at 24 kHz: 1.7 ms, shorter than any pitch period of speech."""


@dataclass(frozen=True)
class FormantWarp:
    """Formants move up by `factor` (above 1) or down (below 1); time and pitch stay."""

    factor: float

    @staticmethod
    def draw(rng: np.random.Generator, most: float = 0.15) -> FormantWarp:
        """Up to 15 % either way, evenly in log."""
        return FormantWarp(float(np.exp(rng.uniform(-most, most))))

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] to the same length (overlapping Hann windows, envelopes from the cepstrum)."""
        frames = -(-len(x) // HOP) + SIZE // HOP + 1
        padded = np.zeros((frames - 1) * HOP + SIZE, np.float32)
        padded[SIZE // 2 : SIZE // 2 + len(x)] = x
        window = np.hanning(SIZE + 1)[:SIZE].astype(np.float32)
        pieces = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP] * window
        spectra = rfft(pieces)
        cepstra = irfft(np.log(np.abs(spectra) + 1e-5))
        cepstra[:, LIFTER : SIZE - LIFTER + 1] = 0
        envelope = np.asarray(rfft(cepstra).real, np.float32)
        at = np.arange(SIZE // 2 + 1) / self.factor
        low = np.minimum(at.astype(int), SIZE // 2 - 1)
        part = np.minimum(at - low, 1).astype(np.float32)
        moved = envelope[:, low] * (1 - part) + envelope[:, low + 1] * part
        pieces = irfft(spectra * np.exp(np.clip(moved - envelope, -4, 4)), SIZE) * window
        out, weight = np.zeros_like(padded), np.zeros_like(padded)
        for i, piece in enumerate(pieces):
            out[i * HOP : i * HOP + SIZE] += piece
            weight[i * HOP : i * HOP + SIZE] += window**2
        kept = slice(SIZE // 2, SIZE // 2 + len(x))
        return np.asarray(out[kept] / np.maximum(weight[kept], 0.1), np.float32)
