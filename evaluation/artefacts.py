"""Faults that a mean opinion hides: clicks, a changed level, noise where the talker pauses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.spec import SAMPLE_RATE

Sound = npt.NDArray[np.float32]

FRAME = SAMPLE_RATE // 100
PAUSE_DB = 35.0
"""A frame of the original that lies so far below its loud frames is a pause."""
CLICK_RATIO = 12.0
"""A jump this many times the typical one of its surroundings is a click."""
CLICK_LEAST = 0.01


def faults(original: Sound, made: Sound) -> dict[str, float]:
    """Both at 24 kHz, aligned.

    Returns:
        `clicks`: a minute (original's own subtracted, at least 0); `level_change`: of the loud frames in dB;
        `pause_level`: of the output in the original's pauses, dB below its own loud frames (NaN without pauses);
        `pause_level_original`: the same of the original; `clipped`: share of samples at full scale.
    """
    n = min(len(original), len(made))
    before, after = _levels(original[:n]), _levels(made[:n])
    loud = before > np.percentile(before, 95) - 15.0
    pause = before < np.percentile(before, 95) - PAUSE_DB
    minutes = n / SAMPLE_RATE / 60
    enough = pause.sum() >= 10
    loud_before, loud_after = _power_mean(before[loud]), _power_mean(after[loud])
    return {
        "clicks": max(0.0, (clicks(made[:n]) - clicks(original[:n])) / minutes),
        "level_change": loud_after - loud_before,
        "pause_level": float(np.median(after[pause])) - loud_after if enough else float("nan"),
        "pause_level_original": float(np.median(before[pause])) - loud_before if enough else float("nan"),
        "clipped": float(np.mean(np.abs(made[:n]) >= 0.999)),
    }


def clicks(samples: Sound) -> int:
    """Jumps of the second difference that stand far out of what fills a tenth of the 30 ms around them.

    Speech has sharp edges too, at bursts and at the glottis, but those come back or ring on.
    """
    bend = np.abs(np.diff(samples.astype(np.float64), n=2))
    if len(bend) < 2 * FRAME:
        return 0
    frames = bend[: len(bend) // FRAME * FRAME].reshape(-1, FRAME)
    peak = frames.max(axis=1)
    # The ninth decile of the frame and of its neighbours: a voice's own pulses fill more than a tenth of a frame.
    usual = np.percentile(frames, 90, axis=1)
    around = np.maximum(usual, np.maximum(np.roll(usual, 1), np.roll(usual, -1)))
    found = (peak > CLICK_RATIO * around) & (peak > CLICK_LEAST)
    return int(np.sum(found[1:] & ~found[:-1])) + int(found[0])


def _levels(samples: Sound) -> npt.NDArray[np.float64]:
    """dBFS of each 10 ms."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 1e-12))


def _power_mean(levels: npt.NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels / 10))))
