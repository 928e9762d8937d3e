"""Equal error rate and linkability of an attacker's scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.intervals import bootstrap
from evaluation.similarity import centroid, cosine


def equal_error_rate(same: np.ndarray, other: np.ndarray) -> float:
    """EER in percent: where as many same-talker scores fall below a threshold as other-talker scores lie above it.

    Above 50 means that the scores point the wrong way; what an attacker can use is then still at most 50.
    """
    scores = np.concatenate([same, other])
    is_same = np.concatenate([np.ones(len(same)), np.zeros(len(other))])
    order = np.argsort(scores, kind="stable")
    missed = np.concatenate([[0], np.cumsum(is_same[order])]) / len(same)
    alarms = 1 - np.concatenate([[0], np.cumsum(1 - is_same[order])]) / len(other)
    at = int(np.argmin(np.abs(missed - alarms)))
    return float(50 * (missed[at] + alarms[at]))


def linkability(same: np.ndarray, other: np.ndarray, bins: int = 20) -> float:
    """D_sys in 0..1: 0 unlinkable, 1 fully linkable (Gomez-Barrero et al. 2017), prior odds of one."""
    edges = np.linspace(min(same.min(), other.min()), max(same.max(), other.max()) + 1e-9, bins + 1)
    p_same = np.histogram(same, edges)[0] / len(same)
    p_other = np.histogram(other, edges)[0] / len(other)
    ratio = np.divide(p_same, p_other, out=np.full(bins, np.inf), where=p_other > 0)
    local = np.where(ratio > 1, np.where(np.isinf(ratio), 1.0, 2 * ratio / (1 + ratio) - 1), 0.0)
    return float(np.sum(local * p_same))


@dataclass(frozen=True)
class Attack:
    """How well a verifier links talkers. EER in percent with a 95 % interval over talkers; D_sys; trials per kind."""

    eer: float
    low: float
    high: float
    linkability: float
    same: int
    other: int
    worst_talker: str
    worst_eer: float


def attack(enrol: dict[str, list[np.ndarray]], trial: dict[str, list[np.ndarray]]) -> Attack:
    """Enrol each talker by the mean of `enrol[talker]`, score every embedding in `trial`, cosine distance.

    The same recordings must not stand in both. Talkers missing on either side are left out.
    """
    talkers = sorted(t for t in enrol if enrol[t] and trial.get(t))
    models = {t: centroid(enrol[t]) for t in talkers}
    same = {t: np.array([cosine(models[t], e) for e in trial[t]]) for t in talkers}
    other = {t: np.array([cosine(models[t], e) for u in talkers if u != t for e in trial[u]]) for t in talkers}
    all_same, all_other = np.concatenate(list(same.values())), np.concatenate(list(other.values()))

    def drawn(index: np.ndarray) -> float:
        chosen = [talkers[i] for i in index]
        return equal_error_rate(np.concatenate([same[t] for t in chosen]), np.concatenate([other[t] for t in chosen]))

    low, high = bootstrap(drawn, len(talkers), draws=300)
    per_talker = {t: equal_error_rate(same[t], other[t]) for t in talkers}
    worst = min(per_talker, key=lambda t: per_talker[t])
    return Attack(
        equal_error_rate(all_same, all_other),
        low,
        high,
        linkability(all_same, all_other),
        len(all_same),
        len(all_other),
        worst,
        per_talker[worst],
    )
