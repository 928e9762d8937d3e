"""Equal error rate and linkability of an attacker's scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ConfigError
from evaluation.intervals import bootstrap
from evaluation.similarity import centroid, cosine

Vector = npt.NDArray[Any]
Score = Callable[[Sequence[Vector], Sequence[Vector]], Vector]
Pairs = dict[tuple[str, str], list[int]]


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

    `by_talker` holds each talker's own equal error rate, `worst_talker` the lowest of them. For pictures: `curve` holds
    the shares missed and of false alarms by threshold, `histogram` the bins' middles and the shares of same-talker and
    other-talker scores in them, `matrix` the mean score of each enrolled talker (rows) with each one's trials.
    """

    eer: float
    low: float
    high: float
    linkability: float
    same: int
    other: int
    worst_talker: str
    worst_eer: float
    by_talker: dict[str, float]
    curve: list[list[float]]
    histogram: list[list[float]]
    matrix: list[list[float]]


def cosines(enrolled: Sequence[Vector], trials: Sequence[Vector]) -> Vector:
    """Cosine of each trial with the mean direction of the enrolment."""
    model = centroid(list(enrolled))
    return np.array([cosine(model, e) for e in trials])


def attack(
    enrol: Mapping[str, Sequence[Vector]],
    trial: Mapping[str, Sequence[Vector]],
    score: Score = cosines,
    pairs: Pairs | None = None,
    draws: int = 300,
) -> Attack:
    """Score every trial against every enrolled talker.

    The same recordings must not stand in both. Talkers missing on either side are left out.

    Args:
        enrol, trial: vectors by talker.
        score: (vectors of one enrolment, trials) to a score for each trial; higher is more alike.
        pairs: a trial list: for each (enrolled talker, talker on trial) which trials count; None for all.
        draws: of the bootstrap, 0 for no interval.

    Raises:
        ConfigError: fewer than two talkers on both sides.
    """
    talkers = sorted(t for t in enrol if len(enrol[t]) and len(trial.get(t, ())))
    if len(talkers) < 2:
        raise ConfigError(f"linking needs two talkers with enrolment and trial, not {len(talkers)}")
    everything = [e for u in talkers for e in trial[u]]
    ends = np.cumsum([len(trial[u]) for u in talkers])[:-1]
    table = {t: np.split(np.asarray(score(enrol[t], everything)), ends) for t in talkers}
    if pairs is not None:
        table = {
            t: [scores[pairs.get((t, u), [])] for u, scores in zip(talkers, row, strict=True)]
            for t, row in table.items()
        }
    same = {t: table[t][i] for i, t in enumerate(talkers)}
    other = {t: np.concatenate([*table[t][:i], *table[t][i + 1 :]]) for i, t in enumerate(talkers)}
    all_same, all_other = np.concatenate(list(same.values())), np.concatenate(list(other.values()))

    def drawn(index: npt.NDArray[np.int64]) -> float:
        chosen = [talkers[i] for i in index]
        parts = np.concatenate([same[t] for t in chosen]), np.concatenate([other[t] for t in chosen])
        return equal_error_rate(*parts) if len(parts[0]) and len(parts[1]) else float("nan")

    low, high = bootstrap(drawn, len(talkers), draws)
    per_talker = {t: equal_error_rate(same[t], other[t]) for t in talkers if len(same[t]) and len(other[t])}
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
        {t: round(value, 2) for t, value in per_talker.items()},
        _curve(all_same, all_other),
        _histogram(all_same, all_other),
        [[round(float(np.mean(x)), 3) if len(x) else 0.0 for x in table[t]] for t in talkers],
    )


def within(trial: Mapping[str, Sequence[Vector]], kinds: Mapping[str, str], pairs: Pairs | None) -> Pairs:
    """Of all pairs, or of those of a trial list, the ones whose talkers are of one kind (a sex, an accent, a corpus).

    Talkers of two corpora differ by room, microphone and kind of text; telling those apart is not recognising anybody.
    """
    return {
        (t, u): list(range(len(trial[u]))) if pairs is None else pairs.get((t, u), [])
        for t in kinds
        for u in kinds
        if kinds[t] == kinds[u] and u in trial
    }


def deidentification(original: list[list[float]], across: list[list[float]]) -> float:
    """How far anonymizing blurs who is who, 0 (not at all) to 1 (fully), after Noe et al. (arXiv 2008.04962).

    One minus the ratio of the similarity matrices' diagonal dominance: anonymized trials against originals, over
    originals against originals.

    Args:
        original, across: `matrix` of the two attacks.
    """
    whole = _dominance(original)
    return 1.0 - _dominance(across) / whole if whole > 0 else float("nan")


def _dominance(similar: list[list[float]]) -> float:
    matrix = np.asarray(similar)
    off = ~np.eye(len(matrix), dtype=bool)
    return float(abs(np.mean(np.diag(matrix)) - np.mean(matrix[off])))


def _curve(same: np.ndarray, other: np.ndarray, points: int = 100) -> list[list[float]]:
    missed, alarms = error_rates(same, other)
    at = np.unique(np.linspace(0, len(missed) - 1, points).astype(int))
    return [missed[at].round(4).tolist(), alarms[at].round(4).tolist()]


def _histogram(same: np.ndarray, other: np.ndarray, bins: int = 25) -> list[list[float]]:
    edges = np.linspace(min(same.min(), other.min()), max(same.max(), other.max()) + 1e-9, bins + 1)
    shares = [np.histogram(x, edges)[0] / len(x) for x in (same, other)]
    return [((edges[1:] + edges[:-1]) / 2).round(4).tolist(), *(x.round(4).tolist() for x in shares)]
