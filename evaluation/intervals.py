"""Bootstrap intervals that respect talkers: whole talkers are drawn, for their utterances are not independent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval; `count` values from `talkers` talkers. NaN interval with fewer than 5 talkers."""

    value: float
    low: float
    high: float
    count: int
    talkers: int

    def __str__(self) -> str:
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"


def estimate(
    values: Sequence[float],
    talkers: Sequence[str],
    weights: Sequence[float] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Weighted mean over utterances, interval by drawing talkers with replacement.

    Args:
        values: one per utterance; NaN is left out.
        talkers: whose each is.
        weights: of each utterance (number of words, for word errors), or None.
    """
    x = np.asarray(values, dtype=float)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    names = np.asarray(talkers)
    keep = np.isfinite(x) & (w > 0)
    x, w, names = x[keep], w[keep], names[keep]
    if not len(x):
        return Estimate(float("nan"), float("nan"), float("nan"), 0, 0)
    groups = sorted(set(names.tolist()))
    sums = np.array([[(x * w)[names == g].sum(), w[names == g].sum()] for g in groups])
    mean = float(sums[:, 0].sum() / sums[:, 1].sum())
    low, high = bootstrap(lambda index: sums[index, 0].sum() / sums[index, 1].sum(), len(groups), draws, seed)
    return Estimate(mean, low, high, len(x), len(groups))


def bootstrap(
    statistic: Callable[[np.ndarray], float], groups: int, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """2.5 and 97.5 percentiles of `statistic(indices of drawn groups)`; NaN with no draws or fewer than 5 groups."""
    if groups < 5 or not draws:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    drawn = [statistic(rng.integers(groups, size=groups)) for _ in range(draws)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)
