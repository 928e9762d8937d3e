"""The delay between two files, found by their loudness."""

from __future__ import annotations

import numpy as np
import pytest

from core.assets import sample_path
from core.audio_file import read_mono
from voxveil.sample import file_delay


@pytest.mark.parametrize("milliseconds", [0, 46, 120])
def test_a_shift_is_found_in_another_sound_with_the_same_loudness(milliseconds: int) -> None:
    speech, rate = read_mono(sample_path())
    # Noise that is as loud as the speech at every moment: no sample of it is alike.
    loudness = np.sqrt(np.convolve(speech.astype(np.float64) ** 2, np.full(rate // 100, 100 / rate), mode="same"))
    other = (np.random.default_rng(0).normal(size=len(speech)) * loudness).astype(np.float32)
    shift = milliseconds * rate // 1000
    late = np.concatenate([np.zeros(shift, np.float32), other])[: len(speech)]
    found = file_delay(speech, late, rate)
    assert found is not None
    assert 1e3 * found == pytest.approx(milliseconds, abs=4)


def test_sounds_that_have_nothing_in_common_have_no_delay() -> None:
    speech, rate = read_mono(sample_path())
    noise = np.random.default_rng(0).normal(0, 0.1, len(speech)).astype(np.float32)
    assert file_delay(speech, noise, rate) is None
    assert file_delay(speech, np.zeros_like(speech), rate) is None
