"""The attacker's figures are right on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.privacy import attack, equal_error_rate, linkability, within

RNG = np.random.default_rng(0)


def talkers(spread: float, count: int = 20, each: int = 6) -> dict[str, list[np.ndarray]]:
    """Made-up embeddings: a direction for each talker, and noise of strength `spread` around it."""
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((count, 64))
    return {f"t{i}": [c + spread * rng.standard_normal(64) for _ in range(each)] for i, c in enumerate(centres)}


def test_identical_copies_give_an_equal_error_rate_of_zero() -> None:
    copies = talkers(0.0)
    found = attack(copies, copies)
    assert found.eer == 0.0
    assert found.linkability > 0.99
    assert found.worst_eer == 0.0


def test_random_assignment_gives_fifty() -> None:
    everybody = [e for es in talkers(1.0, 40, 10).values() for e in es]
    RNG.shuffle(everybody)
    enrol = {f"t{i}": everybody[i * 5 : i * 5 + 5] for i in range(40)}
    trial = {f"t{i}": everybody[200 + i * 5 : 205 + i * 5] for i in range(40)}
    found = attack(enrol, trial)
    assert 43 < found.eer < 57
    assert found.low < 50 < found.high
    assert found.linkability < 0.2


def test_equal_error_rate_of_two_known_normal_distributions() -> None:
    """Unit variance, means 2 apart: the threshold lies at 1 on both sides, so EER = Phi(-1) = 15.87 %."""
    same, other = RNG.normal(2, 1, 40_000), RNG.normal(0, 1, 40_000)
    assert equal_error_rate(same, other) == pytest.approx(15.87, abs=0.5)


def test_scores_that_say_nothing_are_no_evidence() -> None:
    """A constant score must not look like perfect privacy nor like perfect linking."""
    assert equal_error_rate(np.zeros(10), np.zeros(1000)) == pytest.approx(50.0)


def test_linkability_is_zero_for_equal_distributions_and_one_for_separate_ones() -> None:
    scores = RNG.normal(0, 1, 5000)
    assert linkability(scores, scores) == 0.0
    assert linkability(scores + 100, scores) == pytest.approx(1.0)


def test_the_worst_protected_talker_is_named() -> None:
    enrol = {t: [*es] for t, es in talkers(0.0).items()}
    rng = np.random.default_rng(2)
    trial = {t: [rng.standard_normal(64) for _ in es] for t, es in enrol.items()}
    trial["t7"] = enrol["t7"]
    assert attack(enrol, trial).worst_talker == "t7"


def test_two_corpora_are_no_talkers() -> None:
    """Vectors that tell the corpus and nothing else: half of all impostors fail, none of those from the same corpus."""
    rng = np.random.default_rng(3)
    room = {f"t{i}": (1.0 if i < 20 else -1.0) * np.ones(8) for i in range(40)}
    sides = [{t: [r + rng.standard_normal(8) for _ in range(5)] for t, r in room.items()} for _ in range(2)]
    kinds = {t: "read" if r[0] > 0 else "free" for t, r in room.items()}
    assert attack(*sides).eer < 35
    close = attack(*sides, pairs=within(sides[1], kinds, None))
    assert 45 < close.eer < 55
    assert close.other == 2 * 20 * 19 * 5
    listed = within(sides[1], kinds, {("t0", "t1"): [2], ("t0", "t30"): [3], ("t0", "t0"): [0]})
    assert listed["t0", "t1"] == [2]
    assert listed["t0", "t0"] == [0]
    assert ("t0", "t30") not in listed
