"""A recording of a device whose clock is off comes back on ours."""

from __future__ import annotations

import numpy as np
import pytest

from bench.clock import on_our_clock

RATE = 48_000


@pytest.mark.parametrize("ppm", [0.0, 200.0, -150.0])
def test_drift_is_taken_out(ppm: float) -> None:
    """Clicks once a second of our clock, seen by a device that runs `ppm` fast from the middle on."""
    seconds, begun = 60, 100.0
    drift = np.where(np.arange(seconds * RATE) < 30 * RATE, 0.0, ppm * 1e-6)
    clock = begun + np.cumsum(1 / (RATE * (1 + drift)))
    samples = np.zeros(len(clock), np.float32)
    clicks = np.arange(1, seconds - 1)
    samples[np.searchsorted(clock, begun + clicks)] = 1.0
    ends = np.arange(240, len(samples), 240)
    rng = np.random.default_rng(0)
    arrived = clock[ends] + rng.exponential(0.001, len(ends))

    made, zero = on_our_clock(samples, ends.astype(float), arrived, RATE)

    at = [zero + i / RATE for i in _near(made, clicks, begun - zero)]
    assert np.abs(np.array(at) - begun - clicks).max() < 0.0005
    if ppm:
        plain = begun + np.flatnonzero(samples)[-1] / RATE
        assert abs(plain - begun - clicks[-1]) > 0.004, "without the correction it is off"


def _near(made: np.ndarray, clicks: np.ndarray, shift: float) -> list[int]:
    found = []
    for second in clicks:
        middle = round((second + shift) * RATE)
        found.append(middle - 500 + int(np.argmax(made[middle - 500 : middle + 500])))
    return found
