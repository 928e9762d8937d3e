"""Anonymizers that need no training, to compare with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from core.audio_file import resample
from core.spec import SAMPLE_RATE
from evaluation.world import pyworld

Sound = npt.NDArray[np.float32]

RATE = 16000
WINDOW, SHIFT, ORDER = 320, 160, 20
"""20 ms windows every 10 ms, linear prediction of order 20, as the baseline's authors chose."""


def mcadams(samples: Sound, coefficient: float) -> Sound:
    """Turn the poles of the vocal tract: their angle phi becomes phi ** coefficient.

    Patino, Tomashenko, Todisco, Nautsch, Evans: "Speaker anonymisation using the McAdams coefficient" (arXiv
    2011.01130); baseline B2 of the VoicePrivacy challenges. Pitch and melody stay as they are.

    Args:
        samples: [n] at 24 kHz.
        coefficient: 0.5 to 0.9 in the challenge; 1 changes nothing.

    Returns:
        [n] at 24 kHz, band-limited to 8 kHz, with the input's peak.
    """
    heard = resample(samples, SAMPLE_RATE, RATE).astype(np.float64)
    window = np.hanning(WINDOW + 1)[:WINDOW]
    padded = np.concatenate([heard, np.zeros(2 * WINDOW)])
    out = np.zeros_like(padded)
    for start in range(0, len(heard), SHIFT):
        frame = padded[start : start + WINDOW] * window
        if np.sum(frame**2) < 1e-8:
            continue
        forward = _linear_prediction(frame)
        residual = lfilter(forward, [1.0], frame)
        out[start : start + WINDOW] += lfilter([1.0], _turned(forward, coefficient), residual)
    out = out[: len(heard)]
    out *= np.abs(heard).max() / max(float(np.abs(out).max()), 1e-9)
    result = resample(out.astype(np.float32), RATE, SAMPLE_RATE)
    return np.pad(result, (0, max(0, len(samples) - len(result))))[: len(samples)].astype(np.float32)


def pitch_shift(samples: Sound, semitones: float) -> Sound:
    """Move pitch by `semitones` and formants by a quarter of that, with the vocoder WORLD (evaluation.world).

    Args:
        samples: [n] at 24 kHz.

    Returns:
        [n] at 24 kHz; the input itself where no voice is found in it.
    """
    heard = samples.astype(np.float64)
    rough, times = pyworld.dio(heard, SAMPLE_RATE, f0_floor=60.0, f0_ceil=500.0)
    f0 = pyworld.stonemask(heard, rough, times, SAMPLE_RATE)
    if not np.any(f0 > 0):
        return samples.copy()
    envelope = pyworld.cheaptrick(heard, f0, times, SAMPLE_RATE)
    noise = pyworld.d4c(heard, f0, times, SAMPLE_RATE)
    ratio = 2 ** (semitones / 12)
    bins = np.arange(envelope.shape[1])
    from_bins = np.minimum(bins / ratio**0.25, bins[-1])
    low, share = from_bins.astype(int), from_bins % 1
    high = np.minimum(low + 1, bins[-1])
    moved = np.exp((1 - share) * np.log(envelope[:, low]) + share * np.log(envelope[:, high]))
    result = pyworld.synthesize(ratio * f0, np.ascontiguousarray(moved), noise, SAMPLE_RATE).astype(np.float32)
    return np.clip(np.pad(result, (0, max(0, len(samples) - len(result))))[: len(samples)], -1, 1)


def _linear_prediction(frame: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Autocorrelation method: [1, a1 .. a20]; a little white noise (-90 dB) keeps the equations solvable."""
    lags = np.correlate(frame, frame, "full")[len(frame) - 1 : len(frame) + ORDER]
    lags[0] *= 1 + 1e-9
    return np.concatenate([[1.0], -solve_toeplitz(lags[:-1], lags[1:])])


def _turned(forward: npt.NDArray[np.float64], coefficient: float) -> npt.NDArray[np.float64]:
    poles = np.roots(forward)
    angle, radius = np.angle(poles), np.minimum(np.abs(poles), 0.999)
    complex_pole = np.abs(poles.imag) > 1e-9
    turned = np.where(complex_pole, np.sign(angle) * np.abs(angle) ** coefficient, angle)
    return np.real(np.poly(radius * np.exp(1j * turned)))
