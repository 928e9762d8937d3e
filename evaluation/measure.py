"""Measures one sound after the other. Every stage is kept in the cache, so that an interrupted run goes on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.audio_file import read_mono, resample
from core.errors import AudioFileError
from core.spec import SAMPLE_RATE
from evaluation import artefacts, codes, melody, prosody, quality, similarity, tdnn
from evaluation.cache import Cache, fingerprint
from evaluation.codes import CodeReader
from evaluation.intelligibility import normalise, word_errors
from evaluation.phonemes import available, phoneme_errors
from evaluation.similarity import Verifier
from evaluation.talkers import Recording
from evaluation.tdnn import TdnnVerifier, features

Sound = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]

SHORTEST = 1.0
QUIETEST = 1e-3


def _version(*modules: object) -> str:
    """In the name of what is kept: with another way of measuring, old results do not count."""
    return hashlib.sha256(b"".join(Path(str(m.__file__)).read_bytes() for m in modules)).hexdigest()  # type: ignore[attr-defined]


_QUALITY, _PAIR, _MELODY = _version(quality), _version(prosody, artefacts), _version(melody, prosody)
_SIMILARITY, _BANDS, _CODES = _version(similarity), _version(tdnn), _version(codes)


class Recogniser(Protocol):
    """What turns sounds at 24 kHz into normalised words.

    Attributes:
        name: for the report. key: in the name of what is kept, with all that changes results.
    """

    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...
    def __call__(self, samples: np.ndarray) -> str: ...


@dataclass
class Measured:
    """One recording under one system.

    Attributes:
        target: voice or pseudo-talker that was asked for ("" for originals).
        scores: numbers by name; NaN where a thing cannot be measured.
        weights: by the name of a score, how many words or phonemes it stands for.
        heard: what the first recogniser understood.
        embedding: of the first verifier.
    """

    recording: Recording
    target: str
    scores: dict[str, float]
    embedding: Vector = field(repr=False)
    heard: str = ""
    weights: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Instruments:
    """What measures, and where results are kept.

    Attributes:
        recognisers: by the score that each makes: "wer", then "wer_second" and "wer_sphinx" for comparison; none where
            word errors are not wanted.
    """

    cache: Cache
    verifier: Verifier
    second: TdnnVerifier | None
    recognisers: dict[str, Recogniser]


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


def embed(sound: Sound, instruments: Instruments) -> Vector:
    """Unit vector of the first verifier for a sound at 24 kHz."""
    key = f"{instruments.verifier.name} {_SIMILARITY} {fingerprint(sound)}"
    return instruments.cache.array("embedding", key, lambda: instruments.verifier(sound))


def embed_again(sound: Sound, verifier: TdnnVerifier, cache: Cache) -> Vector:
    """The same of a second verifier; its input is kept, because a fine-tuned twin will want it too."""
    name = fingerprint(sound)
    return cache.array("embedding", f"{verifier.name} {_BANDS} {name}", lambda: verifier.of_bands(bands(sound, cache)))


def bands(sound: Sound, cache: Cache) -> Vector:
    """Log-mel bands (T, 64) of `evaluation.tdnn.features`."""
    return cache.array("bands-half", f"{_BANDS} {fingerprint(sound)}", lambda: features(sound))


def melody_of(sound: Sound, cache: Cache) -> Vector:
    """Nineteen numbers of pitch, stress and tempo."""
    return cache.array("melody", f"{_MELODY} {fingerprint(sound)}", lambda: melody.melody_vector(sound))


def codes_of(sound: Sound, reader: CodeReader, cache: Cache) -> Vector:
    """Usage of the bottleneck's codes."""
    return cache.array("codes", f"{reader.key} {_CODES} {fingerprint(sound)}", lambda: reader(sound))


def heard_by(recogniser: Recogniser, sound: Sound, cache: Cache) -> str:
    """Normalised words."""
    return str(cache.value("heard", f"{recogniser.key} {fingerprint(sound)}", lambda: recogniser(sound)))


def quality_of(made: Sound, cache: Cache) -> dict[str, float]:
    """Predicted opinions of a sound at 24 kHz."""

    def find() -> dict[str, float]:
        return {**quality.dnsmos(made), "PLC": quality.plcmos(made)}

    return dict(cache.value("quality", f"{_QUALITY} {fingerprint(made)}", find))


def against(original: Sound, made: Sound, cache: Cache) -> dict[str, float]:
    """Melody and faults of `made` beside `original` (both at 24 kHz, aligned)."""

    def find() -> dict[str, float]:
        return {**prosody.compare(original, made), **artefacts.faults(original, made)}

    return dict(cache.value("prosody", f"{_PAIR} {fingerprint(original)} {fingerprint(made)}", find))


def measure(recording: Recording, original: Sound, made: Sound, target: str, instruments: Instruments) -> Measured:
    """Quality, melody, faults, words and embedding of `made` against `original` (both at 24 kHz, aligned)."""
    cache = instruments.cache
    scores = {**quality_of(made, cache), **against(original, made, cache)}
    result = Measured(recording, target, scores, embed(made, instruments))
    said = normalise(recording.text)
    for key, recogniser in instruments.recognisers.items():
        _score_words(result, key, said, heard_by(recogniser, made, cache))
    first = instruments.recognisers.get("wer")
    if first is not None:
        result.heard = heard_by(first, made, cache)
        _score_words(result, "wer_own", heard_by(first, original, cache), result.heard)
        if available():
            texts = f"{said}\n{result.heard}"
            found = cache.value("phonemes", texts, lambda: phoneme_errors(said, result.heard))
            scores["per"], result.weights["per"] = found
    return result


def _score_words(result: Measured, key: str, said: str, heard: str) -> None:
    result.scores[key], result.weights[key] = word_errors(said, heard)
