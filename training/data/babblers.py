"""Speech of a prepared corpus as a source of babble."""

from __future__ import annotations

import numpy as np

from core.spec import HOP
from training.data.prepared import PreparedCorpus, Utterance


class Babblers:
    """Draws pieces of utterances; a `training.perturb.babble.Source`.

    Args:
        corpus: where they stand.
        utterances: who may babble; at least one.
    """

    def __init__(self, corpus: PreparedCorpus, utterances: list[Utterance]) -> None:
        self.corpus, self.utterances = corpus, utterances

    def __call__(self, rng: np.random.Generator, samples: int) -> np.ndarray:
        """float32 [samples]: one utterance from a drawn frame on, another one after it if it ends too soon."""
        speech = np.zeros(0, np.float32)
        while len(speech) < samples:
            u = self.utterances[rng.integers(len(self.utterances))]
            start = int(rng.integers(max(u.frames - samples // HOP, 1)))
            frames = min(u.samples // HOP - start, samples // HOP + 1)
            speech = np.concatenate([speech, self.corpus.audio(u, "src", start, max(frames, 1))])
        return speech[:samples]
