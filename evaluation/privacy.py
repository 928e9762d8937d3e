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
    missed, alarms = error_rates(same, other)
    gap = missed - alarms
    at = int(np.searchsorted(gap, 0.0))
    if at == 0 or gap[at] == 0.0:
        return float(100 * missed[at])
    share = -gap[at - 1] / (gap[at] - gap[at - 1])
    return float(100 * (missed[at - 1] + share * (missed[at] - missed[at - 1])))


def error_rates(same: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of same-talker scores below, and of other-talker scores at or above, every threshold, rising.

    Equal scores fall together: a constant score goes from (0, 1) to (1, 0) in one step.
    """
    thresholds = np.concatenate([np.unique(np.concatenate([same, other])), [np.inf]])
    missed = np.searchsorted(np.sort(same), thresholds, side="left") / len(same)
    alarms = 1.0 - np.searchsorted(np.sort(other), thresholds, side="left") / len(other)
    return missed, alarms


def linkability(same: np.ndarray, other: np.ndarray, bins: int = 20) -> float:
    """D_sys in 0..1: 0 unlinkable, 1 fully linkable (Gomez-Barrero et al. 2017), prior odds of one."""
    edges = np.linspace(min(same.min(), other.min()), max(same.max(), other.max()) + 1e-9, bins + 1)
    p_same = np.histogram(same, edges)[0] / len(same)
    p_other = np.histogram(other, edges)[0] / len(other)
    ratio = np.divide(p_same, p_other, out=np.full(bins, np.inf), where=p_other > 0)
    ratio = np.minimum(ratio, 1e12)
    local = np.maximum(0.0, 2 * ratio / (1 + ratio) - 1)
    return float(np.sum(local * p_same))


@dataclass(frozen=True)
class Attack:
    """How well a verifier links talkers. EER in percent with a 95 % interval over talkers; D_sys; trials per kind.

    For pictures: `curve` holds the shares missed and of false alarms by threshold, `histogram` the bins' middles
    and the shares of same-talker and other-talker scores in them.
    """

    eer: float
    low: float
    high: float
    linkability: float
    same: int
    other: int
    worst_talker: str
    worst_eer: float
    curve: list[list[float]]
    histogram: list[list[float]]


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
        _curve(all_same, all_other),
        _histogram(all_same, all_other),
    )


def _curve(same: np.ndarray, other: np.ndarray, points: int = 100) -> list[list[float]]:
    missed, alarms = error_rates(same, other)
    at = np.unique(np.linspace(0, len(missed) - 1, points).astype(int))
    return [missed[at].round(4).tolist(), alarms[at].round(4).tolist()]


def _histogram(same: np.ndarray, other: np.ndarray, bins: int = 25) -> list[list[float]]:
    edges = np.linspace(min(same.min(), other.min()), max(same.max(), other.max()) + 1e-9, bins + 1)
    shares = [np.histogram(x, edges)[0] / len(x) for x in (same, other)]
    return [((edges[1:] + edges[:-1]) / 2).round(4).tolist(), *(x.round(4).tolist() for x in shares)]
