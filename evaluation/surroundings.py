"""Speech as microphones hear it: other people talking, a room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

from core.spec import SAMPLE_RATE

Sound = npt.NDArray[np.float32]
Condition = Callable[[Sound, int], Sound]
"""(sound at 24 kHz, seed) to a sound of the same length."""

TALKERS = 5
DECAY_S, DIRECT_TO_ROOM_DB = 0.5, 3.0


def babble(others: Sequence[Sound], snr_db: float) -> Condition:
    """Five other people, `snr_db` below the talker's mean power.

    Args:
        others: recordings at 24 kHz of people who are not measured.
    """

    def make(sound: Sound, seed: int) -> Sound:
        rng = np.random.default_rng(seed)
        voices = np.zeros(len(sound), dtype=np.float64)
        for number in rng.choice(len(others), size=min(TALKERS, len(others)), replace=False):
            other = np.roll(others[number], int(rng.integers(len(others[number]))))
            level = np.sqrt(np.mean(other**2)) + 1e-9
            voices += np.resize(other, len(sound)) / level
        gain = np.sqrt(np.mean(sound.astype(np.float64) ** 2) / (np.mean(voices**2) + 1e-12)) * 10 ** (-snr_db / 20)
        return np.clip(sound + gain * voices, -1, 1).astype(np.float32)

    return make


def room(sound: Sound, seed: int) -> Sound:
    """A living room: reverberation time half a second, the direct sound 3 dB above all reflections, in time."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(DECAY_S * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(times)) * np.exp(-6.9 * times / DECAY_S)
    tail[: int(0.004 * SAMPLE_RATE)] = 0
    tail *= 10 ** (-DIRECT_TO_ROOM_DB / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    heard = fftconvolve(sound, tail)[: len(sound)]
    peak = float(np.abs(sound).max()) / max(1e-9, float(np.abs(heard).max()))
    return np.asarray(heard * peak, dtype=np.float32)
