"""How much sound the server is asked to hold."""

from __future__ import annotations

from realtime.cushion import Cushion

LEAST, MOST, STEP = 240, 1440, 120


def grown(cushion: Cushion, gaps: int, since: float, every: float) -> float:
    now = since
    for _ in range(gaps):
        now += every
        cushion.underflow(now)
    return now


def test_one_gap_now_and_then_costs_no_delay() -> None:
    cushion = Cushion(LEAST, MOST, STEP)
    grown(cushion, 20, 0.0, every=3.0)
    assert cushion.frames == LEAST


def test_gaps_in_a_row_are_answered_with_more_sound_in_hand() -> None:
    cushion = Cushion(LEAST, MOST, STEP)
    assert [cushion.underflow(t) for t in (1.0, 1.1, 1.2, 1.3)] == [False, False, True, False]
    assert cushion.frames == LEAST + 120
    assert cushion.more == 120
    assert [cushion.underflow(t) for t in (1.4, 2.1, 2.3)] == [False, False, True]
    assert cushion.frames == LEAST + 240


def test_there_is_an_end_to_it() -> None:
    cushion = Cushion(LEAST, MOST, STEP)
    grown(cushion, 1000, 1.0, every=0.1)
    assert cushion.frames == MOST


def test_what_is_not_needed_is_given_back_by_halves() -> None:
    cushion = Cushion(LEAST, MOST, STEP)
    now = grown(cushion, 12, 1e6, every=0.4)
    assert cushion.frames == LEAST + 480
    assert not cushion.ease(now + 1.9)
    assert cushion.ease(now + 2.1)
    assert cushion.frames == LEAST + 240
    assert not cushion.ease(now + 4.0)
    assert cushion.ease(now + 4.2)
    assert cushion.ease(now + 6.3)
    assert cushion.frames == LEAST
    assert not cushion.ease(now + 100)


def test_what_was_given_back_too_early_is_kept_longer_the_next_time() -> None:
    cushion = Cushion(LEAST, MOST, STEP)
    now = grown(cushion, 3, 1e6, every=0.1)
    assert cushion.ease(now + 2.1)
    now = grown(cushion, 3, now + 2.2, every=0.1)
    assert cushion.frames == LEAST + 120
    assert not cushion.ease(now + 2.1)
    assert cushion.ease(now + 4.1)
