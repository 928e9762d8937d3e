"""Who speaks, from melody alone: what an attacker has if timbre is gone altogether."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evaluation.prosody import contours

NAME = "melody"


def melody_vector(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Nineteen numbers about pitch, stress and tempo of a sound at 24 kHz; nothing about its spectrum.

    Pitch quantiles and slopes (semitones), share and length of voiced stretches, energy quantiles, pause share, and a
    syllable rate guessed from energy peaks.
    """
    f0, energy = contours(samples)
    voiced = f0 > 0
    tones = 12 * np.log2(f0[voiced]) if voiced.sum() > 10 else np.zeros(11)
    slope = np.diff(12 * np.log2(np.maximum(f0, 1.0)))[voiced[1:] & voiced[:-1]]
    slope = slope if len(slope) > 10 else np.zeros(11)
    edges = np.diff(np.concatenate([[0], voiced.astype(int), [0]]))
    runs = (np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)) / 100.0
    loud = energy - np.percentile(energy, 95)
    smooth = np.convolve(loud, np.hanning(9) / np.hanning(9).sum(), "same")
    peaks = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > -25)
    numbers = [
        *np.percentile(tones, [5, 25, 50, 75, 95]),
        *np.percentile(slope, [10, 50, 90]),
        np.mean(np.abs(slope)),
        voiced.mean(),
        runs.mean() if len(runs) else 0.0,
        runs.std() if len(runs) else 0.0,
        *np.percentile(loud, [5, 25, 50, 75]),
        np.mean(loud < -35),
        np.std(np.diff(smooth)),
        peaks.sum() / (len(energy) / 100.0),
    ]
    return np.asarray(numbers, dtype=np.float32)
