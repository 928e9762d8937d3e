"""How much sound the server is asked to hold."""

from __future__ import annotations

from realtime.cushion import Cushion, Reserve

RATE = 48000
LEAST = 240


def grown(cushion: Cushion, gaps: int, since: float, every: float) -> float:
    now = since
    for _ in range(gaps):
        now += every
        cushion.underflow(now)
    return now


def test_one_gap_now_and_then_costs_no_delay() -> None:
    cushion = Cushion(LEAST, RATE)
    grown(cushion, 20, 0.0, every=3.0)
    assert cushion.frames == LEAST


def test_gaps_in_a_row_are_answered_with_more_sound_in_hand() -> None:
    cushion = Cushion(LEAST, RATE)
    assert [cushion.underflow(t) for t in (1.0, 1.1, 1.2, 1.3)] == [False, False, True, False]
    assert cushion.frames == LEAST + 120


def test_there_is_an_end_to_it() -> None:
    cushion = Cushion(LEAST, RATE)
    grown(cushion, 1000, 0.0, every=0.01)
    assert cushion.frames == RATE * 30 // 1000


def test_what_is_not_needed_is_given_back_step_by_step() -> None:
    cushion = Cushion(LEAST, RATE)
    now = grown(cushion, 6, 1e6, every=0.1)
    assert cushion.frames == LEAST + 240
    assert not cushion.ease(now + 59)
    assert cushion.ease(now + 61)
    assert cushion.frames == LEAST + 120
    assert not cushion.ease(now + 62)
    assert cushion.ease(now + 122)
    assert not cushion.ease(now + 1000)
    assert cushion.frames == LEAST


def test_a_reserve_says_when_it_has_no_more() -> None:
    reserve = Reserve(asked=720, wanted=240, turn=256)
    assert reserve.frames == 464
    given = [reserve.underflow(float(t)) for t in range(6)]
    assert given == [True, True, True, True, False, False]
