"""How late one sound is against another of the same shape: by their envelopes, word by word."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]

STEP_S = 0.0005
"""Envelopes have 2000 values a second; between two of them a parabola finds the peak."""
SMOOTH_S = 0.004
WINDOW_S, HOP_S = 1.5, 0.25
MOST_S = 0.4
ALIKE = 0.8
"""Windows whose best correlation is lower are no evidence (silence, overlap with an underrun)."""


def envelope(samples: Sound, rate: int) -> npt.NDArray[np.float64]:
    """Root of the smoothed power, 2000 values a second."""
    hop = round(rate * STEP_S)
    power = np.square(samples[: len(samples) // hop * hop].astype(np.float64)).reshape(-1, hop).mean(axis=1)
    width = round(SMOOTH_S / STEP_S)
    window = np.hanning(width + 2)[1:-1]
    return np.sqrt(np.convolve(power, window / window.sum(), "same"))


def delays(reference: Sound, heard: Sound, rate: int, alike: float = ALIKE) -> npt.NDArray[np.float64]:
    """Delay of `heard` against `reference` in seconds, one for each window of 1.5 s that tells something.

    Args:
        reference, heard: sounds at `rate` that start at the same moment.
        alike: correlation that a window must reach.
    """
    return delays_at(reference, heard, rate, alike)[1]


def delays_at(
    reference: Sound, heard: Sound, rate: int, alike: float = ALIKE
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """As `delays`, and before them where the middle of each window is, in seconds from the start of `reference`."""
    a, b = envelope(reference, rate), envelope(heard, rate)
    window, hop, most = round(WINDOW_S / STEP_S), round(HOP_S / STEP_S), round(MOST_S / STEP_S)
    middles, found = [], []
    for start in range(0, min(len(a), len(b)) - window - most, hop):
        piece = a[start : start + window]
        if piece.std() < 1e-3:
            continue
        curve = _correlation(piece, b[start : start + window + most])
        at = int(np.argmax(curve))
        if curve[at] >= alike and 0 < at < len(curve) - 1:
            middles.append((start + window / 2) * STEP_S)
            found.append((at + _vertex(curve[at - 1 : at + 2])) * STEP_S)
    return np.asarray(middles), np.asarray(found)


def _correlation(piece: npt.NDArray[np.float64], longer: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Pearson correlation of `piece` with every stretch of `longer`."""
    n = len(piece)
    centred = piece - piece.mean()
    sums = np.concatenate([[0.0], np.cumsum(longer)])
    squares = np.concatenate([[0.0], np.cumsum(longer**2)])
    mean = (sums[n:] - sums[:-n]) / n
    variance = np.maximum((squares[n:] - squares[:-n]) / n - mean**2, 1e-12)
    return np.asarray(np.correlate(longer, centred, "valid") / (n * piece.std() * np.sqrt(variance)))


def _vertex(three: npt.NDArray[np.float64]) -> float:
    left, middle, right = three
    bend = left - 2 * middle + right
    return 0.0 if bend == 0 else float(0.5 * (left - right) / bend)
