"""The semi-informed attacker's back-end: trained on speech that the same anonymizer made from other people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from core.errors import ConfigError

Vectors = dict[str, list[npt.NDArray[np.float32]]]
"""Embeddings by talker."""
Scores = npt.NDArray[np.float64]

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
            ConfigError: fewer than 10 talkers with two utterances each, or all of them sound alike.
        """
        usable = {t: es for t, es in training.items() if len(es) >= 2}
        if len(usable) < FEWEST_TALKERS:
            raise ConfigError(f"a trained attacker needs {FEWEST_TALKERS} talkers to learn from, not {len(usable)}")
        x = np.stack([e for es in usable.values() for e in es]).astype(np.float64)
        y = [t for t, es in usable.items() for _ in es]
        deviation = x.std(axis=0)
        if deviation.max() < 1e-6:
            raise ConfigError("what the attacker should learn from is all alike; is the verifier trained?")
        # A code that nobody used, or a constant, says nothing and would make the covariance singular.
        self._kept = np.flatnonzero(deviation > 1e-4 * deviation.max())
        self._scale = 1.0 / deviation[self._kept]
        self._analysis = _fitted(x[:, self._kept] * self._scale, y)
        self._mean = self._analysis.transform(x[:, self._kept] * self._scale).mean(axis=0)

    def __call__(self, vectors: Vectors) -> Vectors:
        """The same utterances in the space where talkers differ, centred; to be compared by cosine."""
        return {talker: list(self._turned(np.stack(es))) for talker, es in vectors.items()}

    def _turned(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        scaled = x[:, self._kept].astype(np.float64) * self._scale
        return np.asarray(self._analysis.transform(scaled) - self._mean, dtype=np.float32)


def _fitted(x: npt.NDArray[np.float64], y: list[str]) -> LinearDiscriminantAnalysis:
    dimensions = min(MOST_DIMENSIONS, len(set(y)) - 1, x.shape[1])
    try:
        return LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=dimensions).fit(x, y)
    except np.linalg.LinAlgError:
        return LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.3, n_components=dimensions).fit(x, y)


class Plda:
    """Probabilistic linear discriminant analysis with two covariances (Sizov, Lee, Kinnunen 2014).

    A talker is drawn around the mean with covariance B, an utterance around the talker with covariance W; the score is
    the logarithm of how much likelier enrolment and trial are with one talker than with two.
    """

    def __init__(self, training: Vectors) -> None:
        """Args:
        training: vectors already in the space of the `Discriminant`.
        """
        groups = [np.stack(es).astype(np.float64) for es in training.values() if len(es) >= 2]
        means = np.stack([g.mean(axis=0) for g in groups])
        self._mean = means.mean(axis=0)
        within = sum((g - g.mean(axis=0)).T @ (g - g.mean(axis=0)) for g in groups) / sum(len(g) - 1 for g in groups)
        size = float(np.mean([len(g) for g in groups]))
        within = within + 1e-3 * np.trace(within) / len(within) * np.eye(len(within))
        between = np.cov(means.T) - within / size
        # In the axes of the generalised eigenvectors W is the identity and B is diagonal: every axis counts alone.
        spread, self._axes = eigh((between + between.T) / 2, within)
        self._spread = np.maximum(spread, 1e-6)

    def __call__(
        self, enrolled: Sequence[npt.NDArray[np.float32]], trials: Sequence[npt.NDArray[np.float32]]
    ) -> Scores:
        """Log-likelihood ratio of each trial against one enrolment of n utterances."""
        model = self._turned(enrolled).mean(axis=0)
        heard, spread, count = self._turned(trials), self._spread, len(enrolled)
        gain = spread / (spread + 1.0 / count)
        knows = 1.0 + spread - gain * spread
        same = -0.5 * ((heard - gain * model) ** 2 / knows + np.log(knows))
        other = -0.5 * (heard**2 / (1.0 + spread) + np.log(1.0 + spread))
        return np.asarray((same - other).sum(axis=1))

    def _turned(self, vectors: Sequence[npt.NDArray[np.float32]]) -> Scores:
        return np.asarray((np.stack(list(vectors)).astype(np.float64) - self._mean) @ self._axes)
