"""Runs a bundle over recordings, in streaming form, and measures each one. What was measured is kept, so that an
interrupted run goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.audio_file import read_mono, resample
from core.errors import AudioFileError
from core.spec import SAMPLE_RATE
from evaluation import prosody
from evaluation.intelligibility import Recogniser, normalise, word_errors
from evaluation.quality import dnsmos
from evaluation.similarity import Verifier
from evaluation.talkers import Recording

Anonymize = Callable[[np.ndarray, str], np.ndarray]
"""24 kHz samples and the name of a voice to 24 kHz samples, aligned and of the same length."""


@dataclass
class Measured:
    """One recording under one system. `scores` holds numbers by name; embeddings are of the verifier.

    `heard` is what the recogniser understood; `words` how many words were said.
    """

    recording: Recording
    voice: str
    scores: dict[str, float]
    heard: str
    words: int
    embedding: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Instruments:
    """What measures; `recogniser` is None where word errors are not wanted."""

    verifier: Verifier
    recogniser: Recogniser | None


def load(recordings: list[Recording]) -> tuple[list[tuple[Recording, np.ndarray]], list[str]]:
    """Read all at 24 kHz. Unreadable, silent or too short (< 1 s) ones are left out and named, one line each."""
    kept, left_out = [], []
    for r in recordings:
        try:
            samples, rate = read_mono(r.path)
        except AudioFileError as error:
            left_out.append(str(error))
            continue
        samples = resample(samples, rate, SAMPLE_RATE)
        if len(samples) < SAMPLE_RATE or np.abs(samples).max() < 1e-3:
            left_out.append(f"{r.path.name} is silent or shorter than a second")
            continue
        kept.append((r, np.clip(samples, -1, 1)))
    return kept, left_out


def measure(
    recording: Recording,
    original: np.ndarray,
    made: np.ndarray,
    voice: str,
    instruments: Instruments,
    cache: Path,
) -> Measured:
    """Measure `made` (24 kHz) against `original`, or read the result from `cache` if the same sound was measured before."""
    key = hashlib.sha256(made.tobytes() + original.tobytes() + bytes(instruments.recogniser is not None)).hexdigest()
    file = cache / f"{key[:32]}.json"
    if file.is_file():
        entry = json.loads(file.read_text("utf8"))
        return Measured(recording, voice, entry["scores"], entry["heard"], entry["words"], np.array(entry["embedding"]))
    scores = {**dnsmos(made), **prosody.compare(original, made)}
    heard, words = "", 0
    if instruments.recogniser is not None:
        heard = instruments.recogniser(made)
        scores["wer"], words = word_errors(normalise(recording.text), heard)
    embedding = instruments.verifier(made)
    cache.mkdir(parents=True, exist_ok=True)
    entry = {"scores": scores, "heard": heard, "words": words, "embedding": embedding.tolist()}
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(entry), "utf8")
    unfinished.rename(file)
    return Measured(recording, voice, scores, heard, words, embedding)
