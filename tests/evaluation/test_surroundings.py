"""Noise has the level that it is asked for; a room leaves the direct sound in its place."""

from __future__ import annotations

import numpy as np
import pytest

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.spec import SAMPLE_RATE
from evaluation.phonemes import available, phoneme_errors
from evaluation.surroundings import babble, room


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Four seconds at 24 kHz."""
    samples, rate = read_mono(sample_path())
    return 0.3 * resample(samples, rate, SAMPLE_RATE)[: 4 * SAMPLE_RATE]


def test_babble_has_its_level_and_is_the_same_each_time(speech: np.ndarray) -> None:
    others = [np.roll(speech[::-1], 7000 * i).astype(np.float32) for i in range(6)]
    make = babble(others, 15.0)
    added = make(speech, 3) - speech
    assert 10 * np.log10(np.mean(speech**2) / np.mean(added**2)) == pytest.approx(15.0, abs=0.1)
    assert np.array_equal(make(speech, 3), make(speech, 3))
    assert not np.array_equal(make(speech, 3), make(speech, 4))


def test_a_room_keeps_the_time(speech: np.ndarray) -> None:
    heard = room(speech, 0)
    assert heard.shape == speech.shape
    lags = np.correlate(heard[20000:60000], speech[20000:60000], "full")
    assert abs(int(np.argmax(lags)) - 39999) <= 2
    assert np.abs(heard).max() == pytest.approx(np.abs(speech).max(), rel=1e-3)


@pytest.mark.skipif(not available(), reason="needs phonemizer and espeak-ng (voxveil[teacher])")
def test_words_that_sound_alike_cost_few_phonemes() -> None:
    near, count = phoneme_errors("the brown fox", "the brown box")
    far, _ = phoneme_errors("the brown fox", "a purple elephant")
    assert count > 8
    assert 0 < near < 0.2 < far
