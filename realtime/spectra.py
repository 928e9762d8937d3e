"""Rough 80-band spectra for the pictures in the app; not the model's front end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.spec import BLOCK, MELS, SAMPLE_RATE

Frames = NDArray[np.float32]
WINDOW = 2 * BLOCK
FLOOR_DB = -120.0


class BandSpectrum:
    """Turns blocks of 480 samples into rows of 80 levels (dB, mel-spaced, 0 to 12 kHz, window of two blocks)."""

    def __init__(self) -> None:
        self._past = np.zeros(WINDOW, np.float32)
        self._window = (np.hanning(WINDOW) * 2.0 / np.hanning(WINDOW).sum()).astype(np.float32)
        mel = np.linspace(0.0, 2595.0 * np.log10(1.0 + SAMPLE_RATE / 2 / 700.0), MELS + 1)
        edges = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
        bins = np.round(edges * WINDOW / SAMPLE_RATE).astype(np.intp)
        starts = np.maximum(bins[:-1], np.arange(MELS))
        self._starts = np.minimum(starts, WINDOW // 2 - 1)

    def row(self, block: Frames) -> Frames:
        """The levels (80,) after a further block (480,)."""
        self._past[:BLOCK] = self._past[BLOCK:]
        self._past[BLOCK:] = block
        power = np.abs(np.fft.rfft(self._past * self._window)[: WINDOW // 2]) ** 2
        bands = np.maximum.reduceat(power, self._starts)
        return np.maximum(10.0 * np.log10(bands + 1e-12), FLOOR_DB).astype(np.float32)
