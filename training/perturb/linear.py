"""Filters of zero delay, several of them applied as one product of spectra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft


class Linear(Protocol):
    """A filter with no delay: symmetric in time, or starting with the direct sound."""

    def tail(self, rate: int) -> int:
        """Samples that the answer to a click lasts on either side."""
        ...

    def response(self, size: int, rate: int) -> np.ndarray:
        """Its spectrum on the `size // 2 + 1` frequencies of a real FFT of `size` samples."""
        ...


def apply_linear(filters: Sequence[Linear], x: np.ndarray, rate: int) -> np.ndarray:
    """x float32 [n] through all filters, to the same length."""
    if not filters:
        return x
    size = next_fast_len(len(x) + sum(f.tail(rate) for f in filters), real=True)
    spectrum = rfft(x, size)
    for f in filters:
        spectrum *= f.response(size, rate)
    return np.asarray(irfft(spectrum, size)[: len(x)], np.float32)


def frequencies(size: int, rate: int) -> np.ndarray:
    """float32 Hz of each bin of a real FFT, the first one moved off zero so that its logarithm exists."""
    hz = np.arange(size // 2 + 1, dtype=np.float32) * np.float32(rate / size)
    hz[0] = hz[1] / 2
    return hz
