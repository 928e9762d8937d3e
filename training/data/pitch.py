"""F0 labels on the 10 ms grid.

Praat's autocorrelation tracker (Boersma 1993) was chosen by measuring it on 25 parallel utterances whose F0 is known:
it is off by more than 20 % in 2.6 % of the frames that it calls voiced (1.6 % with noise at 15 dB), against 3.2 %
(2.0 %) for Praat's cross-correlation and 9.4 % (10.0 %) for WORLD's Harvest with StoneMask.
"""

from __future__ import annotations

import numpy as np

from core.spec import HOP, SAMPLE_RATE

STEP = HOP / SAMPLE_RATE
LOWEST, HIGHEST = 50.0, 600.0
CURVE_LAG = 0.001
"""Seconds by which the synthesiser's F0 curve runs ahead of its sound, measured against the tracker."""
AGREE = 0.25
"""Difference in log-F0 above which the tracker does not vouch for the exact curve."""


def track(
    audio: np.ndarray, frames: int, floor: float = 65.0, ceiling: float = 500.0, threshold: float = 0.45
) -> np.ndarray:
    """float32 (frames,) in Hz, 0 where unvoiced; frame j at time j * 10 ms.

    Args:
        audio: float32 [n] at 24 kHz.
        frames: at most n // 240 + 1.
        floor, ceiling: range searched, in Hz.
        threshold: how periodic a voiced frame must be, 0 to 1.
    """
    import parselmouth

    sound = parselmouth.Sound(audio.astype(np.float64), SAMPLE_RATE)
    pitch = sound.to_pitch_ac(
        time_step=STEP / 2,
        pitch_floor=max(floor, LOWEST),
        pitch_ceiling=min(ceiling, HIGHEST),
        voicing_threshold=threshold,
        octave_jump_cost=0.5,
    )
    times, values = pitch.xs(), pitch.selected_array["frequency"]
    at = np.round((np.arange(frames) * STEP - times[0]) / (STEP / 2)).astype(int)
    inside = (at >= 0) & (at < len(values))
    return np.where(inside, values[np.clip(at, 0, len(values) - 1)], 0.0).astype(np.float32)


def heard_curve(audio: np.ndarray, frames: int, curve: np.ndarray, step: float) -> np.ndarray:
    """The exact curve where the sound is voiced by ear: float32 (frames,) in Hz, else 0.

    Args:
        curve: Hz every `step` seconds, small or running on through unvoiced sounds.
    """
    at = np.clip((np.arange(frames) * STEP - CURVE_LAG) / step, 0, len(curve) - 1.001)
    low = at.astype(int)
    log = np.log(np.maximum(curve, 1.0))
    exact = np.exp(log[low] * (1 - (at - low)) + log[low + 1] * (at - low))
    sung = curve[curve > LOWEST]
    if not len(sung):
        return np.zeros(frames, np.float32)
    heard = track(audio, frames, np.percentile(sung, 1) * 0.7, np.percentile(sung, 99) * 1.4, threshold=0.4)
    agree = np.abs(np.log(np.maximum(heard, 1.0)) - np.log(exact)) < AGREE
    voiced = (heard > 0) & agree & (np.minimum(curve[low], curve[low + 1]) > 40)
    return np.where(voiced, exact, 0.0).astype(np.float32)
