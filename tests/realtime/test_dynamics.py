from __future__ import annotations

import numpy as np
import pytest

from core.spec import BLOCK, SAMPLE_RATE
from realtime import dynamics
from realtime.config import GATE_OFF_DB


def noise(level: float = 0.1) -> np.ndarray:
    return (level * np.random.default_rng(1).standard_normal(BLOCK)).astype(np.float32)


def test_nonsense_becomes_zero_and_is_counted() -> None:
    frames = noise()
    wanted = frames.copy()
    for index, value in ((3, np.nan), (77, np.inf), (200, -np.inf)):
        frames[index] = value
        wanted[index] = 0.0
    assert dynamics.clean(frames) == 3
    assert np.array_equal(frames, wanted)
    assert dynamics.clean(frames) == 0


def test_the_limiter_leaves_what_is_quiet_and_bends_the_rest() -> None:
    quiet = np.linspace(-dynamics.KNEE, dynamics.KNEE, 999, dtype=np.float32)
    same = quiet.copy()
    dynamics.limit(same)
    assert np.array_equal(same, quiet)
    ramp = np.linspace(-8.0, 8.0, 9999, dtype=np.float32)
    bent = ramp.copy()
    dynamics.limit(bent)
    assert np.abs(bent).max() <= 1.0
    assert np.all(np.diff(bent) >= 0.0), "louder in, never quieter out"
    assert np.allclose(bent, -bent[::-1], atol=1e-6)
    assert np.diff(bent).max() <= np.diff(ramp).max() + 1e-6, "no step where it begins"


def test_levels() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    peak, rms = dynamics.peak_rms((0.5 * np.sin(2 * np.pi * 100 * time)).astype(np.float32))
    assert peak == pytest.approx(-6.02, abs=0.02)
    assert rms == pytest.approx(-9.03, abs=0.02)
    assert dynamics.peak_rms(np.zeros(BLOCK, np.float32)) == (-120.0, -120.0)
    assert dynamics.amplitude(-20.0) == pytest.approx(0.1)


def test_a_gate_that_is_off_does_nothing() -> None:
    gate, frames = dynamics.Gate(), noise()
    for _ in range(50):
        out = frames.copy()
        gate.apply(-120.0, GATE_OFF_DB, out)
        assert np.array_equal(out, frames)


def test_the_gate_closes_after_its_hold_without_a_click() -> None:
    gate = dynamics.Gate()
    heard = []
    for _ in range(40):
        out = np.ones(BLOCK, np.float32)
        gate.apply(-70.0, -50.0, out)
        heard.append(out)
    got = np.concatenate(heard)
    held = (gate.HOLD_BLOCKS - 1) * BLOCK
    assert not got[-BLOCK:].any()
    assert np.abs(np.diff(got)).max() < 2.0 * gate.CLOSE_PER_BLOCK / BLOCK
    loud, out = dynamics.Gate(), np.ones(BLOCK, np.float32)
    loud.apply(-10.0, -50.0, out)
    for index in range(gate.HOLD_BLOCKS - 1):
        out = np.ones(BLOCK, np.float32)
        loud.apply(-70.0, -50.0, out)
        assert np.all(out == 1.0), f"closed in the pause between two words, after {index} of {held} samples"


def test_the_gate_is_open_before_the_onset_comes_out() -> None:
    """The output is a block older than the input that opens the gate: not a sample of the onset is weakened."""
    gate = dynamics.Gate()
    for _ in range(40):
        gate.apply(-70.0, -50.0, np.ones(BLOCK, np.float32))
    pause_before_onset, onset = np.ones(BLOCK, np.float32), np.ones(BLOCK, np.float32)
    gate.apply(-20.0, -50.0, pause_before_onset)
    gate.apply(-20.0, -50.0, onset)
    assert np.all(onset == 1.0)
    assert np.abs(np.diff(pause_before_onset)).max() < 2.0 / BLOCK, "opens without a click"
