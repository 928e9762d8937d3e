"""The simple anonymizers do what their papers say, on real speech."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.spec import SAMPLE_RATE
from evaluation.baselines import mcadams, pitch_shift
from evaluation.prosody import compare


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Four seconds at 24 kHz."""
    samples, rate = read_mono(sample_path())
    return resample(samples, rate, SAMPLE_RATE)[: 4 * SAMPLE_RATE]


def test_a_coefficient_of_one_changes_nothing_but_the_band(speech: np.ndarray) -> None:
    band = resample(resample(speech, SAMPLE_RATE, 16000), 16000, SAMPLE_RATE)[: len(speech)]
    same = mcadams(speech, 1.0)
    assert same.shape == speech.shape
    assert np.corrcoef(band, same)[0, 1] > 0.999


def test_formants_move_by_the_power_of_the_coefficient() -> None:
    """A resonance at 1600 Hz lies at phi = 0.2 pi; with 0.8 it has to move to 0.689 rad = 1755 Hz."""
    rng = np.random.default_rng(0)
    phi = 2 * np.pi * 1600 / 16000
    tone = lfilter([1.0], [1.0, -2 * 0.99 * np.cos(phi), 0.99**2], rng.standard_normal(32000)).astype(np.float32)
    moved = resample(mcadams(resample(0.02 * tone, 16000, SAMPLE_RATE), 0.8), SAMPLE_RATE, 16000)
    spectrum = np.abs(np.fft.rfft(moved[8000:24000])) ** 2
    smooth = np.convolve(spectrum, np.ones(60) / 60, "same")
    assert np.argmax(smooth) == pytest.approx(phi**0.8 / (2 * np.pi) * 16000, abs=60)


def test_melody_stays_under_mcadams_and_is_moved_by_the_pitch_shift(speech: np.ndarray) -> None:
    assert abs(compare(speech, mcadams(speech, 0.8))["f0_shift"]) < 0.5
    shifted = compare(speech, pitch_shift(speech, 4.0))
    assert shifted["f0_shift"] == pytest.approx(4.0, abs=1.0)
    assert shifted["f0_correlation"] > 0.8


def test_a_pitch_shift_of_silence_is_silence() -> None:
    silence = np.zeros(SAMPLE_RATE, dtype=np.float32)
    assert np.array_equal(pitch_shift(silence, 4.0), silence)
