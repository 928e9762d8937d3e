from __future__ import annotations

import pytest

from realtime.lead import CEILING_S, FALL_S_PER_S, SAFETY_S, WINDOW_S, Lead, guess

BLOCK_S = 0.02


def test_blocks_that_are_quick_need_no_more_than_the_floor() -> None:
    lead = Lead(0.006)
    for _ in range(1000):
        lead.note(0.003, BLOCK_S)
    assert lead.target == 0.006


def test_one_hiccup_costs_its_block_and_little_delay_which_is_given_back() -> None:
    lead = Lead(0.006)
    assert lead.missed(0.03)
    assert 0.006 < lead.target < 0.009
    high = lead.target
    before = high
    for _ in range(round(4 * WINDOW_S / BLOCK_S)):
        lead.note(0.003, BLOCK_S)
        assert before - lead.target <= FALL_S_PER_S * BLOCK_S + 1e-12, "falls too fast: heard as a change of pitch"
        before = lead.target
    assert lead.target == pytest.approx(0.006)


def test_lateness_again_and_again_gets_the_time_that_it_needs() -> None:
    lead = Lead(0.006)
    misses = 0
    while lead.target < 0.03 + SAFETY_S - 1e-9:
        assert lead.missed(0.03)
        misses += 1
        assert misses < 8
    lead.note(0.03, BLOCK_S)
    assert lead.target == pytest.approx(0.03 + SAFETY_S)


def test_a_machine_that_is_too_slow_is_told_from_one_that_is_late() -> None:
    lead = Lead(0.006)
    assert not lead.missed(CEILING_S)
    assert lead.target == 0.006


def test_what_was_learnt_before_is_where_it_starts() -> None:
    assert Lead(0.006, 0.015).target == 0.015
    assert Lead(0.006, 9.0).target == CEILING_S


def test_before_anything_is_learnt_it_goes_by_blocks_without_a_call() -> None:
    assert guess([0.004, 0.2, 0.004, 0.003]) == pytest.approx(0.008 + SAFETY_S), "one hiccup says nothing"
    assert guess([1.0]) == CEILING_S
    lead = Lead(0.003, guess([0.004]))
    lead.note(0.0079, BLOCK_S)
    assert lead.target == pytest.approx(0.01, abs=1e-4), "blocks that took twice as long in the call were on time"
