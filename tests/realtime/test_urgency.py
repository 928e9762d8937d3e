"""Real time for the model where blocks have to wait for a processor, and not for ever."""

from __future__ import annotations

from realtime.urgency import Urgency

BLOCK_S = 0.02


def blocks(urgency: Urgency, start: float, seconds: float, waited_s: float) -> list[tuple[float, bool]]:
    """Blocks of 4 ms that wait so long each; when `real_time` changed, and to what."""
    changes = []
    for n in range(round(seconds / BLOCK_S)):
        now = start + n * BLOCK_S
        if urgency.note(0.004 + waited_s, 0.004, now):
            changes.append((now - start, urgency.real_time))
    return changes


def test_a_quiet_machine_needs_none() -> None:
    urgency = Urgency()
    assert blocks(urgency, 100.0, 60.0, 0.0004) == []
    assert not urgency.real_time


def test_a_hiccup_is_not_enough() -> None:
    urgency = Urgency()
    for minute in range(5):
        assert blocks(urgency, 100.0 + 60 * minute, 0.06, 0.02) == []


def test_a_slow_block_that_did_not_wait_is_no_reason() -> None:
    urgency = Urgency()
    assert not any(urgency.note(0.030, 0.0295, 100.0 + n * BLOCK_S) for n in range(500))


def test_waiting_brings_it_soon_and_calm_takes_it_back() -> None:
    urgency = Urgency()
    ((after, wanted),) = blocks(urgency, 100.0, 1.0, 0.005)
    assert wanted
    assert after < 0.2
    ((after, wanted),) = blocks(urgency, 101.0, 60.0, 0.0)
    assert not wanted
    assert abs(1.0 + after - Urgency.CALM_S) < 0.2


def test_it_stays_longer_each_time_it_was_given_back_too_early() -> None:
    urgency = Urgency()
    seen = blocks(urgency, 100.0, 1200.0, 0.005)
    stays = [seen[i + 1][0] - seen[i][0] for i in range(0, len(seen) - 1, 2)]
    expected = [15.0, 30.0, 60.0, 120.0, 240.0, 240.0]
    assert [round(stay) for stay in stays[:6]] == expected
    # A long calm is forgiven.
    urgency.note(0.004, 0.004, 10_000.0)
    assert blocks(urgency, 12_000.0, 20.0, 0.005)[1][0] < 16.0
