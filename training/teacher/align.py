"""Forced alignment: known phonemes in order, laid on the rows of a probe's posteriors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FLOOR = 1e-3
"""No row is less likely than this, so that one mistake of the probe cannot bend a whole alignment."""
TRUSTED = 0.05
"""An aligned class counts where the probe thinks it at least this likely."""


def align(posteriors: np.ndarray, states: Sequence[int], optional: Sequence[bool]) -> np.ndarray | None:
    """The likeliest way through all states in order (Viterbi).

    Args:
        posteriors: (rows, classes).
        states: the class of each state.
        optional: states that may be left out; never two in a row.

    Returns:
        int64 (rows,) classes, or None if there are fewer rows than states that must be there.
    """
    classes, rows, count = np.asarray(states), len(posteriors), len(states)
    skippable = np.asarray(optional, bool)
    if rows < count - skippable.sum():
        return None
    emission = np.log(np.maximum(posteriors, FLOOR))[:, classes]
    score = np.full(count, -np.inf)
    score[0] = emission[0, 0]
    if skippable[0]:
        score[1] = emission[0, 1]
    came = np.zeros((rows, count), np.int8)
    may_jump = np.concatenate([[False, False], skippable[1:-1]])
    for t in range(1, rows):
        step = np.concatenate([[-np.inf], score[:-1]])
        jump = np.where(may_jump, np.concatenate([[-np.inf, -np.inf], score[:-2]]), -np.inf)
        ways = np.stack([score, step, jump])
        came[t] = ways.argmax(0)
        score = ways.max(0) + emission[t]
    state = count - 1
    if skippable[-1] and score[-2] > score[-1]:
        state = count - 2
    if not np.isfinite(score[state]):
        return None
    path = np.empty(rows, np.int64)
    for t in range(rows - 1, -1, -1):
        path[t] = state
        state -= int(came[t, state])
    return classes[path]


def trusted(posteriors: np.ndarray, aligned: np.ndarray) -> np.ndarray:
    """The aligned classes, -1 where the probe finds them unlikely: int64 (rows,)."""
    likely = posteriors[np.arange(len(aligned)), aligned] >= TRUSTED
    return np.where(likely, aligned, -1)


def mix(posteriors: np.ndarray, aligned: np.ndarray, weight: float = 0.6) -> np.ndarray:
    """Posteriors moved towards the alignment where it can be trusted: float32 (rows, classes), sums 1."""
    sure = (trusted(posteriors, aligned) >= 0)[:, None] * np.float32(weight)
    wanted = np.eye(posteriors.shape[1], dtype=np.float32)[aligned]
    return posteriors * (1 - sure) + wanted * sure


def error_rate(posteriors: np.ndarray, words: Sequence[Sequence[int]]) -> float:
    """Edit distance between what the probe hears (likeliest classes, repeats and silence dropped) and the words."""
    best = posteriors.argmax(1)
    heard = [int(c) for i, c in enumerate(best) if c and (i == 0 or c != best[i - 1])]
    meant = [c for word in words for c in word]
    row = np.arange(len(meant) + 1)
    for i, c in enumerate(heard, 1):
        change = np.minimum(row[1:] + 1, row[:-1] + (np.asarray(meant) != c))
        row = np.minimum.accumulate(np.concatenate([[i], change]) - np.arange(len(row))) + np.arange(len(row))
    return float(row[-1] / max(len(meant), 1))
