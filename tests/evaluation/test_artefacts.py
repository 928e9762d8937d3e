"""Faults are found where they were put, and not where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.spec import SAMPLE_RATE
from evaluation.artefacts import clicks, faults
from evaluation.prosody import compare, contours, syllables


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Six seconds at 24 kHz."""
    samples, rate = read_mono(sample_path())
    return resample(samples, rate, SAMPLE_RATE)[: 6 * SAMPLE_RATE]


def test_a_recording_has_no_fault_against_itself(speech: np.ndarray) -> None:
    found = faults(speech, speech)
    assert found["clicks"] == 0
    assert found["level_change"] == pytest.approx(0.0, abs=1e-6)
    assert found["pause_level"] == found["pause_level_original"]
    assert found["clipped"] < 1e-3


def test_clicks_are_counted(speech: np.ndarray) -> None:
    spoilt = speech.copy()
    places = SAMPLE_RATE // 2 * np.arange(1, 11)
    spoilt[places] += 0.3
    assert clicks(spoilt) - clicks(speech) == pytest.approx(10, abs=1)
    assert faults(speech, spoilt)["clicks"] == pytest.approx(100, abs=10)


def test_level_and_hiss_in_pauses_are_measured(speech: np.ndarray) -> None:
    quiet_pauses = np.concatenate([speech, np.zeros(SAMPLE_RATE, np.float32)])
    hiss = 1e-3 * np.random.default_rng(0).standard_normal(len(quiet_pauses)).astype(np.float32)
    assert faults(quiet_pauses, 0.5 * quiet_pauses)["level_change"] == pytest.approx(-6.02, abs=0.01)
    clean, noisy = faults(quiet_pauses, quiet_pauses), faults(quiet_pauses, quiet_pauses + hiss)
    assert noisy["pause_level"] > clean["pause_level"] + 3


def test_faster_speech_has_a_higher_rate(speech: np.ndarray) -> None:
    faster = resample(speech, round(1.25 * SAMPLE_RATE), SAMPLE_RATE)
    before, after = (syllables(*contours(x)) for x in (speech, faster))
    assert 12 <= before <= 40
    assert after / len(faster) > 1.1 * before / len(speech)
    assert compare(speech, speech)["rate_change"] == 0.0
    assert compare(speech, speech)["voicing_error"] == 0.0
