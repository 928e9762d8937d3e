"""The semi-informed attacker's back-end: trained on speech that the same anonymizer made from other people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from core.errors import ConfigError

Vectors = dict[str, list[npt.NDArray[np.float32]]]
"""Embeddings by talker."""

FEWEST_TALKERS = 10
MOST_DIMENSIONS = 60


class Discriminant:
    """Linear discriminant analysis: keeps the directions in which talkers differ more than their own utterances.

    Covariances are shrunk after Ledoit and Wolf, because there are fewer utterances than a 256-d covariance wants.
    """

    def __init__(self, training: Vectors) -> None:
        """Args:
            training: anonymized utterances of talkers who are in neither enrolment nor trial.

        Raises:
            ConfigError: fewer than 10 talkers with two utterances each.
        """
        usable = {t: es for t, es in training.items() if len(es) >= 2}
        if len(usable) < FEWEST_TALKERS:
            raise ConfigError(f"a trained attacker needs {FEWEST_TALKERS} talkers to learn from, not {len(usable)}")
        x = np.stack([e for es in usable.values() for e in es]).astype(np.float64)
        y = [t for t, es in usable.items() for _ in es]
        dimensions = min(MOST_DIMENSIONS, len(usable) - 1, x.shape[1])
        self._analysis = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=dimensions)
        self._analysis.fit(x, y)
        self._mean = self._analysis.transform(x).mean(axis=0)

    def __call__(self, vectors: Vectors) -> Vectors:
        """The same utterances in the space where talkers differ, centred; to be compared by cosine."""
        return {
            talker: list((self._analysis.transform(np.stack(es).astype(np.float64)) - self._mean).astype(np.float32))
            for talker, es in vectors.items()
        }
