"""What else a voice tells: sex, accent."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evaluation.backend import Vectors

FEWEST = 3
"""Talkers of a class, on either side, below which a guess says nothing."""


def guessed(learned: Vectors, trials: Vectors, labels: dict[str, str]) -> float | None:
    """Balanced percentage of right guesses of a label, learned on other talkers' anonymized speech.

    Args:
        learned, trials: vectors by talker. labels: by talker; "" and "?" are unknown.

    Returns:
        0 to 100; with n labels 100 / n is blind guessing. None with fewer than two labels that three talkers have.
    """
    classes = {label for label in labels.values() if label not in ("", "?") and _enough(label, labels, learned, trials)}
    if len(classes) < 2:
        return None
    x, y = _labelled(learned, labels, classes)
    x_trial, y_trial = _labelled(trials, labels, classes)
    guesser = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, class_weight="balanced", max_iter=1000))
    guesses = guesser.fit(x, y).predict(x_trial)
    right = [np.mean(guesses[np.array(y_trial) == label] == label) for label in sorted(classes)]
    return float(100 * np.mean(right))


def _enough(label: str, labels: dict[str, str], *sides: Vectors) -> bool:
    return all(sum(labels.get(talker) == label for talker in side) >= FEWEST for side in sides)


def _labelled(vectors: Vectors, labels: dict[str, str], classes: set[str]) -> tuple[np.ndarray, list[str]]:
    pairs = [(e, labels[t]) for t, es in vectors.items() for e in es if labels.get(t) in classes]
    return np.stack([e for e, _ in pairs]), [label for _, label in pairs]
