"""Who does it sound like: embeddings of a speaker verifier (Resemblyzer, GE2E, arXiv 1710.10467)."""

from __future__ import annotations

import contextlib
import io

import numpy as np

from core.audio_file import resample
from core.spec import SAMPLE_RATE


class Verifier:
    """Embeds speech; the weights come with the package."""

    name = "Resemblyzer"

    def __init__(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            from resemblyzer import VoiceEncoder

            self._encoder = VoiceEncoder("cpu", verbose=False)

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """24 kHz samples to a unit vector (256,). Level is normalised first, as the package does."""
        heard = resample(samples, SAMPLE_RATE, 16000)
        level = np.sqrt(np.mean(heard**2)) + 1e-9
        heard = np.clip(heard * 10 ** (-30 / 20) / level, -1, 1)
        return np.asarray(self._encoder.embed_utterance(heard.astype(np.float32)))


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Cosine of the angle between two embeddings."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))


def centroid(embeddings: list[np.ndarray]) -> np.ndarray:
    """Mean direction."""
    mean = np.mean([e / np.linalg.norm(e) for e in embeddings], axis=0)
    return np.asarray(mean / np.linalg.norm(mean))
