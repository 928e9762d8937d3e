"""Measures one sound after the other. Every stage is kept in the cache, so that an interrupted run goes on."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.audio_file import read_mono, resample
from core.errors import AudioFileError
from core.spec import SAMPLE_RATE
from evaluation import prosody
from evaluation.cache import Cache, fingerprint
from evaluation.intelligibility import Recogniser, normalise, word_errors
from evaluation.quality import dnsmos
from evaluation.similarity import Verifier
from evaluation.talkers import Recording

Sound = npt.NDArray[np.float32]

SHORTEST = 1.0
QUIETEST = 1e-3
_PROSODY = hashlib.sha256(Path(prosody.__file__).read_bytes()).hexdigest()
"""In the name of what is kept: with another way of tracking pitch, old results do not count."""


@dataclass
class Measured:
    """One recording under one system.

    Attributes:
        target: voice or pseudo-talker that was asked for ("" for originals).
        scores: numbers by name; NaN where a thing cannot be measured.
        heard: what the recogniser understood. words: how many were said. own_words: how many it heard in the original.
        embedding: of the first verifier.
    """

    recording: Recording
    target: str
    scores: dict[str, float]
    embedding: npt.NDArray[np.float32] = field(repr=False)
    heard: str = ""
    words: int = 0
    own_words: int = 0


@dataclass(frozen=True)
class Instruments:
    """What measures, and where results are kept; `recogniser` is None where word errors are not wanted."""

    cache: Cache
    verifier: Verifier
    recogniser: Recogniser | None


def load(recordings: list[Recording]) -> tuple[list[tuple[Recording, Sound]], list[str]]:
    """Read all at 24 kHz. Unreadable, silent or too short (< 1 s) ones are left out and named, one line each."""
    kept, left_out = [], []
    for r in recordings:
        try:
            samples, rate = read_mono(r.path)
        except AudioFileError as error:
            left_out.append(str(error))
            continue
        samples = resample(samples, rate, SAMPLE_RATE)
        if len(samples) < SHORTEST * SAMPLE_RATE or np.abs(samples).max() < QUIETEST:
            left_out.append(f"{r.path.name} is silent or shorter than a second")
            continue
        kept.append((r, np.clip(samples, -1, 1)))
    return kept, left_out


def embed(sound: Sound, instruments: Instruments) -> npt.NDArray[np.float32]:
    """Unit vector of the verifier for a sound at 24 kHz."""
    key = f"{instruments.verifier.name} {fingerprint(sound)}"
    return instruments.cache.array("embedding", key, lambda: instruments.verifier(sound))


def measure(recording: Recording, original: Sound, made: Sound, target: str, instruments: Instruments) -> Measured:
    """Quality, melody, words and embedding of `made` against `original` (both at 24 kHz, aligned)."""
    cache, name = instruments.cache, fingerprint(made)
    scores: dict[str, float] = dict(cache.value("dnsmos", name, lambda: dnsmos(made)))
    pair = f"{_PROSODY} {fingerprint(original)} {name}"
    scores.update(cache.value("prosody", pair, lambda: prosody.compare(original, made)))
    result = Measured(recording, target, scores, embed(made, instruments))
    recogniser = instruments.recogniser
    if recogniser is not None:
        result.heard = cache.value("heard", name, lambda: recogniser(made))
        own = cache.value("heard", fingerprint(original), lambda: recogniser(original))
        scores["wer"], result.words = word_errors(normalise(recording.text), result.heard)
        scores["wer_own"], result.own_words = word_errors(own, result.heard)
    else:
        scores["wer"] = scores["wer_own"] = math.nan
    return result
