"""The delay meter is right on delays that are known, and wrong when its clock is."""

from __future__ import annotations

import time

import numpy as np
import pytest

from bench.align import delays
from bench.recorder import Recorder
from bench.rig import play, sample
from bench.server import MIC, RATE, SERVERS
from core.assets import sample_path
from core.audio_file import read_mono, resample
from tests.audio_server import MISSING, PIPEWIRE_MISSING


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Six seconds at 48 kHz."""
    samples, rate = read_mono(sample_path())
    return resample(samples, rate, RATE)[: 6 * RATE]


@pytest.mark.parametrize("delay_ms", [3.0, 41.7, 120.0])
def test_a_known_delay_is_found_by_the_shape_of_the_sound(speech: np.ndarray, delay_ms: float) -> None:
    """Noise with the envelope of the speech: no sample of it is alike, only its shape."""
    envelope = np.sqrt(np.convolve(speech**2, np.hanning(480) / 240, "same"))
    voice = envelope * np.random.default_rng(0).standard_normal(len(speech))
    moved = np.concatenate([np.zeros(round(delay_ms * RATE / 1000)), voice]).astype(np.float32)
    found = 1000 * delays(speech, moved, RATE)
    assert len(found) >= 5
    assert np.median(found) == pytest.approx(delay_ms, abs=2.0)
    twin = np.concatenate([np.zeros(round(delay_ms * RATE / 1000), np.float32), speech])
    assert np.median(1000 * delays(speech, twin, RATE)) == pytest.approx(delay_ms, abs=0.1)


def test_unrelated_sound_gives_no_figure(speech: np.ndarray) -> None:
    noise = np.random.default_rng(0).standard_normal(len(speech)).astype(np.float32)
    assert len(delays(speech, 0.1 * noise, RATE)) == 0


@pytest.mark.parametrize("kind", SERVERS)
def test_two_recorders_of_one_device_agree_on_the_time(kind: str) -> None:
    missing = {"pulseaudio": MISSING, "pipewire": PIPEWIRE_MISSING}[kind]
    if missing:
        pytest.skip(f"needs {missing}")
    found, a, moved = recorded_twice(kind)
    for _ in range(2):  # a machine that stands still for a moment lets one of them lose a piece
        if abs(np.median(found) - 10.0) < 2.0:
            break
        found, a, moved = recorded_twice(kind)
    assert np.median(found) == pytest.approx(10.0, abs=2.0)
    wrong = 1000 * delays(a, np.concatenate([np.zeros(round(0.005 * RATE), np.float32), moved]), RATE)
    assert np.median(wrong) == pytest.approx(np.median(found) + 5.0, abs=0.2)


def recorded_twice(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One device heard by two recorders, the second with 10 ms of silence before it: delays in ms, both sounds."""
    with SERVERS[kind]() as server:
        first = Recorder(server, f"{MIC}.monitor")
        time.sleep(0.2)
        second = Recorder(server, f"{MIC}.monitor")
        play(server, sample())
        time.sleep(4.0)
        (a, zero_a), (b, zero_b) = first.close(), second.close()
    heard = a[max(0, round((zero_b - zero_a) * RATE)) :]
    moved = np.concatenate([np.zeros(round(0.01 * RATE), np.float32), b])
    return 1000 * delays(heard, moved, RATE), heard, moved
