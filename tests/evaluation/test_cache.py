"""What was measured once is not measured again; what changed is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from evaluation.cache import Cache, fingerprint


def test_a_value_is_made_once_for_each_stage_and_key(tmp_path: Path) -> None:
    calls = []

    def make() -> dict[str, float]:
        calls.append(1)
        return {"a": 1.5, "b": math.nan}

    for _ in range(2):
        found = Cache(tmp_path).value("dnsmos", "x", make)
        assert found["a"] == 1.5
        assert math.isnan(found["b"])
    Cache(tmp_path).value("dnsmos", "y", make)
    Cache(tmp_path).value("prosody", "x", make)
    assert len(calls) == 3


def test_an_interrupted_stage_leaves_nothing_that_counts(tmp_path: Path) -> None:
    def fail() -> dict[str, float]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cache(tmp_path).value("dnsmos", "x", fail)
    assert Cache(tmp_path).value("dnsmos", "x", lambda: 2.0) == 2.0


def test_sound_is_the_same_on_first_and_second_use(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).standard_normal(500).astype(np.float32) * 0.1
    first = Cache(tmp_path).array("sound-half", "x", lambda: sound)
    again = Cache(tmp_path).array("sound-half", "x", lambda: np.zeros(1))
    assert np.array_equal(first, again)
    assert np.abs(first - sound).max() < 3e-4


def test_sounds_are_told_apart_by_one_sample() -> None:
    sound = np.zeros(100, dtype=np.float32)
    other = sound.copy()
    other[50] = 1e-6
    assert fingerprint(sound) != fingerprint(other)
