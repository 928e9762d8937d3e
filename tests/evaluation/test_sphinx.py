"""The recogniser that shares nothing with Whisper, on the sample that ships."""

from __future__ import annotations

import numpy as np
import pytest

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.spec import SAMPLE_RATE
from evaluation.intelligibility import normalise, word_errors
from evaluation.sphinx import Sphinx

SAID = normalise(
    "Fisher took the card from the salver and read: Mister George Gathercole Junior, Travellers Club. I'll see this "
    "gentleman, he said with a sudden brisk interest."
)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    samples, rate = read_mono(sample_path())
    return np.asarray(resample(samples, rate, SAMPLE_RATE))


def test_hears_half_of_a_strange_text_and_nothing_of_it_backwards(sound: np.ndarray) -> None:
    recogniser = Sphinx()
    errors, words = word_errors(SAID, recogniser(sound))
    assert words == 26
    assert errors < 0.65
    assert word_errors(SAID, recogniser(sound[::-1].copy()))[0] > 0.9


def test_hears_the_same_whatever_came_before(sound: np.ndarray) -> None:
    recogniser = Sphinx()
    first = recogniser(sound)
    recogniser(0.2 * sound[::-1].copy())
    assert recogniser(sound) == first


def test_loud_noise_is_no_speech_and_no_failure() -> None:
    recogniser = Sphinx()
    noise = np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)
    assert len(recogniser(noise).split()) < 8
    assert recogniser(np.zeros(SAMPLE_RATE, np.float32)) == ""
