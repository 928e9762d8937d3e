"""How much of the melody and the stress survives."""

from __future__ import annotations

import numpy as np
import parselmouth
from scipy.signal import find_peaks

from core.spec import SAMPLE_RATE

STEP = 0.01


def contours(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F0 in Hz (0 unvoiced) and energy in dB of 24 kHz samples, every 10 ms.

    F0 in two passes: quartiles of the first set the range of the second (De Looze and Hirst 2008), which keeps Praat
    from octave jumps at the ends of phrases.
    """
    sound = parselmouth.Sound(samples.astype(np.float64), SAMPLE_RATE)
    first = _voiced(sound.to_pitch_ac(time_step=STEP, pitch_floor=60.0, pitch_ceiling=500.0))
    low, high = np.percentile(first, [25, 75]) if len(first) > 10 else (80.0, 300.0)
    pitch = sound.to_pitch_ac(time_step=STEP, pitch_floor=max(50.0, 0.72 * low), pitch_ceiling=min(600.0, 1.7 * high))
    count = int(len(samples) / SAMPLE_RATE / STEP)
    times = (np.arange(count) + 0.5) * STEP
    frequency = pitch.selected_array["frequency"]
    index = np.clip(np.round((times - pitch.xs()[0]) / STEP).astype(int), 0, len(frequency) - 1)
    hop = int(STEP * SAMPLE_RATE)
    frames = samples[: count * hop].reshape(count, hop)
    return frequency[index], 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-7)


def _voiced(pitch: parselmouth.Pitch) -> np.ndarray:
    frequency = pitch.selected_array["frequency"]
    return np.asarray(frequency[frequency > 0])


def compare(original: np.ndarray, anonymized: np.ndarray) -> dict[str, float]:
    """Both at 24 kHz, aligned.

    Returns:
        `f0_correlation` of log-F0 where both are voiced, `energy_correlation` of dB, `voicing_error` as a share of
        frames, `f0_shift` in semitones, and `rate_change`: syllables a second after, divided by before, minus one.
        NaN where fewer than 20 frames are voiced in both, or no syllable is found.
    """
    (f_a, e_a), (f_b, e_b) = contours(original), contours(anonymized)
    n = min(len(f_a), len(f_b))
    f_a, f_b, e_a, e_b = f_a[:n], f_b[:n], e_a[:n], e_b[:n]
    both = (f_a > 0) & (f_b > 0)
    correlation, shift = float("nan"), float("nan")
    if both.sum() >= 20:
        log_a, log_b = np.log(f_a[both]), np.log(f_b[both])
        correlation = float(np.corrcoef(log_a, log_b)[0, 1])
        shift = float(np.mean(log_b - log_a) * 12 / np.log(2))
    return {
        "f0_correlation": correlation,
        "energy_correlation": float(np.corrcoef(e_a, e_b)[0, 1]),
        "voicing_error": float(np.mean((f_a > 0) != (f_b > 0))),
        "f0_shift": shift,
        "rate_change": _ratio(syllables(f_b, e_b), syllables(f_a, e_a)) - 1.0,
    }


def syllables(f0: np.ndarray, energy: np.ndarray) -> int:
    """Syllable nuclei: voiced peaks of energy with a dip of 2 dB before them (after de Jong and Wempe 2009).

    Args:
        f0, energy: of `contours`.
    """
    window = np.hanning(9) / np.hanning(9).sum()
    level = np.convolve(energy, window, "same")
    peaks, _ = find_peaks(level, height=np.percentile(level, 95) - 25.0, prominence=2.0)
    return int(np.sum(f0[peaks] > 0))


def _ratio(a: int, b: int) -> float:
    return a / b if b else float("nan")
