"""Where a recording is quiet: to trim it, and to cut a long one where nobody speaks."""

from __future__ import annotations

import numpy as np

FRAME = 0.01
"""Seconds of one level measurement."""
MARGIN = 0.1
"""Seconds left before and after speech."""


def levels(samples: np.ndarray, rate: int) -> np.ndarray:
    """Root mean square of each whole 10 ms: float32 (n // (rate / 100),)."""
    step = max(int(rate * FRAME), 1)
    whole = len(samples) // step * step
    return np.sqrt(np.mean(samples[:whole].reshape(-1, step).astype(np.float32) ** 2, axis=1))


def speech_span(samples: np.ndarray, rate: int, below_db: float = 40.0) -> tuple[float, float]:
    """Seconds from where to where there is speech, with a margin; (0, 0) if it is silent throughout.

    Args:
        below_db: what lies so far below the loudest tenth of a second counts as silence.
    """
    level = levels(samples, rate)
    if not len(level) or not level.any():
        return 0.0, 0.0
    loudest = np.sqrt(np.convolve(level**2, np.full(10, 0.1), mode="same").max())
    loud = np.flatnonzero(level > loudest * 10 ** (-below_db / 20))
    last = len(samples) / rate
    return max(float(loud[0]) * FRAME - MARGIN, 0.0), min(float(loud[-1] + 1) * FRAME + MARGIN, last)


def cut_at_silence(samples: np.ndarray, rate: int, least: float = 5.0, most: float = 15.0) -> list[tuple[float, float]]:
    """Parts of `least` to `most` seconds that together are the whole, cut at the quietest point that allows it.

    Returns:
        (begin, end) in seconds. One part if the whole is shorter than `most`; the last may be shorter than `least`.
    """
    level = levels(samples, rate)
    quiet = np.convolve(level, np.full(10, 0.1), mode="same")
    begin, cuts, total = 0, [], len(samples) / rate
    while (total - begin * FRAME) > most:
        first, last = begin + int(least / FRAME), begin + int(most / FRAME)
        begin = first + int(np.argmin(quiet[first:last]))
        cuts.append(begin * FRAME)
    return list(zip([0.0, *cuts], [*cuts, total], strict=True))
