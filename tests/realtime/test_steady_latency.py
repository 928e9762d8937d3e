"""Whether a server stood still is told by when it took sound."""

from __future__ import annotations

from time import monotonic

from realtime.steady_latency import FROZEN_S, WAKING_TURNS, SteadyLatency


def served(latency: SteadyLatency, turns: int) -> float:
    now = monotonic()
    for _ in range(turns):
        now += 0.005
        assert not latency.served(now)
    return now


def test_a_server_that_takes_sound_late_has_stood_still() -> None:
    latency = SteadyLatency()
    now = served(latency, WAKING_TURNS)
    assert not latency.served(now + 0.9 * FROZEN_S)
    assert latency.served(now + 2.0 * FROZEN_S)
    assert not latency.served(now + 2.0 * FROZEN_S + 0.005)


def test_a_device_that_wakes_up_has_not() -> None:
    latency = SteadyLatency()
    now = served(latency, WAKING_TURNS // 2)
    latency.note(0.5, 0.5)
    assert not latency.served(now + 1.0)
    assert latency.seconds == (0.0, 0.0), "what was told before is of no use"


def test_one_slip_does_not_count() -> None:
    latency = SteadyLatency()
    for reading in (0.004, 0.005, 0.3, 0.005, 0.006):
        latency.note(reading, 2 * reading)
    assert latency.seconds == (0.005, 0.01)
