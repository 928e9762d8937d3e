"""Intervals, word errors and the trained attacker, on numbers whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.errors import ConfigError
from evaluation.attributes import guessed
from evaluation.backend import Discriminant, Plda
from evaluation.intelligibility import normalise, word_errors
from evaluation.intervals import estimate
from evaluation.privacy import attack


def test_word_errors_count_substitutions_insertions_and_deletions() -> None:
    assert word_errors("the cat sat down", "the cat sat down") == (0.0, 4)
    rate, words = word_errors("the cat sat down", "a cat sat")
    assert (rate, words) == (pytest.approx(0.5), 4)


def test_case_and_punctuation_do_not_count() -> None:
    assert normalise("Well-known: “DON’T!”") == "well known don't"


def test_nothing_said_has_no_rate() -> None:
    rate, words = word_errors("", "something")
    assert math.isnan(rate)
    assert words == 0


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Talkers differ more than their utterances: an interval over utterances alone would be far too narrow."""
    rng = np.random.default_rng(0)
    talkers = [f"t{i // 5}" for i in range(150)]
    covered = 0
    for draw in range(60):
        means = np.repeat(rng.normal(0, 1, 30), 5)
        found = estimate(list(means + rng.normal(0, 0.1, 150)), talkers, draws=300, seed=draw)
        covered += found.low < 0 < found.high
    assert covered >= 50


def test_too_few_talkers_give_no_interval() -> None:
    found = estimate([1.0, 2.0, 3.0], ["a", "a", "b"])
    assert found.value == 2.0
    assert math.isnan(found.low)


def test_a_trained_attacker_finds_talkers_in_a_direction_that_plain_cosine_misses() -> None:
    rng = np.random.default_rng(3)

    def utterances(names: list[str], each: int) -> dict[str, list[np.ndarray]]:
        """Four small directions hold the talker; all others are strong and new in every utterance."""
        found = {}
        for name in names:
            mark = 0.3 * rng.standard_normal(4)
            found[name] = [
                np.concatenate([mark + 0.03 * rng.standard_normal(4), rng.standard_normal(40)]) for _ in range(each)
            ]
        return found

    trained = Discriminant(utterances([f"train{i}" for i in range(60)], 10))
    tested = utterances([f"test{i}" for i in range(20)], 8)
    enrol, trial = {t: es[:4] for t, es in tested.items()}, {t: es[4:] for t, es in tested.items()}
    assert attack(trained(enrol), trained(trial)).eer < 0.6 * attack(enrol, trial).eer


def test_too_few_talkers_to_learn_from_are_refused() -> None:
    with pytest.raises(ConfigError, match="needs 10 talkers"):
        Discriminant({f"t{i}": [np.zeros(4), np.ones(4)] for i in range(5)})


def test_plda_is_the_likelihood_ratio_of_its_model() -> None:
    """In one dimension with B = 4 and W = 1 the ratio of two normal densities can be written down."""
    rng = np.random.default_rng(0)
    training = {f"t{i}": list(2 * rng.standard_normal() + rng.standard_normal((20, 1))) for i in range(3000)}
    model = Plda(training)
    enrolled, trial = [np.array([1.0]), np.array([2.0])], np.array([1.2])

    def log_normal(x: float, mean: float, variance: float) -> float:
        return -0.5 * ((x - mean) ** 2 / variance + math.log(2 * math.pi * variance))

    gain = 4 / (4 + 1 / 2)
    expected = log_normal(1.2, gain * 1.5, 1 + 4 - gain * 4) - log_normal(1.2, 0.0, 5.0)
    assert model(enrolled, [trial])[0] == pytest.approx(expected, abs=0.1)
    assert model(enrolled, [np.array([-5.0])])[0] < 0


def test_a_label_is_guessed_where_it_shows_and_not_where_it_does_not() -> None:
    rng = np.random.default_rng(0)
    sexes = {f"t{i}": "FM"[i % 2] for i in range(60)}

    def vectors(first: int, shift: float) -> dict[str, list[np.ndarray]]:
        return {f"t{i}": [rng.standard_normal(8) + shift * (i % 2) for _ in range(6)] for i in range(first, first + 30)}

    assert guessed(vectors(0, 2.0), vectors(30, 2.0), sexes) == pytest.approx(100, abs=5)
    assert guessed(vectors(0, 0.0), vectors(30, 0.0), sexes) == pytest.approx(50, abs=12)
    assert guessed(vectors(0, 2.0), vectors(30, 2.0), dict.fromkeys(sexes, "F")) is None


def test_constants_and_doubles_do_not_stop_an_attacker() -> None:
    """A code that nobody uses, and two that always go together."""
    rng = np.random.default_rng(0)

    def utterance() -> np.ndarray:
        x = rng.standard_normal(6)
        return np.concatenate([x, x, np.zeros(3)])

    training = {f"t{i}": [utterance() for _ in range(2)] for i in range(12)}
    turned = Discriminant(training)(training)
    assert all(np.isfinite(x).all() for xs in turned.values() for x in xs)
    assert np.isfinite(Plda(turned)(turned["t0"], turned["t1"])).all()
    same = {f"t{i}": [np.ones(4), np.ones(4)] for i in range(12)}
    with pytest.raises(ConfigError, match="all alike"):
        Discriminant(same)
