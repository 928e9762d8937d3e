"""Times as people compare them: percentiles in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Percentiles:
    """Of `count` times, in milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float
    mean: float
    count: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Percentiles of times given in seconds.

    Raises:
        ValueError: there are none.
    """
    if not len(seconds):
        raise ValueError("no times to summarise")
    ms = 1000.0 * np.asarray(seconds, dtype=np.float64)
    p50, p95, p99 = np.percentile(ms, [50, 95, 99])
    return Percentiles(float(p50), float(p95), float(p99), float(ms.max()), float(ms.mean()), len(ms))
