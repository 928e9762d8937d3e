"""What is compared: the bundle in streaming form, the untouched recording, and simple anonymizers as published."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.spec import SAMPLE_RATE
from core.voices import Row
from evaluation import baselines
from evaluation.cache import Cache, fingerprint
from evaluation.talkers import Recording
from realtime.pipeline import Pipeline
from realtime.recording import anonymize

Sound = npt.NDArray[np.float32]

PEOPLE = "somebody new"
"""Name of the row in which everybody is somebody new in every recording."""
FIRST_PERSON = 1001
"""Seed of the first of them; the others follow."""


@dataclass(frozen=True)
class System:
    """A row of the report.

    Attributes:
        name: of the row.
        make: sound [n] at 24 kHz, the target (a voice, or the number of a pseudo-talker) -> sound [n], aligned.
        targets: what `make` may be asked for.
        key: tells two systems apart in the cache.
        changing: whether each recording has another target, whatever an attacker would like.
    """

    name: str
    make: Callable[[Sound, str], Sound]
    targets: tuple[str, ...]
    key: str
    changing: bool = False

    def __call__(self, samples: Sound, target: str, cache: Cache) -> Sound:
        """`make`, at most once for each sound and target."""
        if self.targets == ("",):
            return self.make(samples, target)
        key = f"{self.key} {target} {fingerprint(samples)}"
        return cache.array("sound-half", key, lambda: self.make(samples, target))


def original() -> System:
    """The recording itself."""
    return System("original", lambda samples, _: samples, ("",), "original")


def of_bundle(pipeline: Pipeline, voices: list[str], prosody: float = 1.0, name: str = "anonymized") -> System:
    """The bundle, block by block through the graphs that ship.

    Raises:
        VoiceError: a voice is not in its bank.
    """
    return _speaking(pipeline, {voice: pipeline.bundle.voices.row(voice) for voice in voices}, prosody, name)


def of_people(pipeline: Pipeline, count: int, prosody: float = 1.0) -> System:
    """The bundle with somebody new each time, one of `count` whom nobody is (`VoiceBank.new`)."""
    seeds = range(FIRST_PERSON, FIRST_PERSON + count)
    rows = {f"nobody {seed}": pipeline.bundle.voices.new(seed) for seed in seeds}
    return _speaking(pipeline, rows, prosody, PEOPLE, changing=True)


def _speaking(pipeline: Pipeline, rows: dict[str, Row], prosody: float, name: str, changing: bool = False) -> System:
    """The bundle, asked for one of `rows`. No voice of a bank is named as people are, with a space."""
    files = json.dumps(pipeline.bundle.manifest["files"], sort_keys=True)

    def make(samples: Sound, target: str) -> Sound:
        return anonymize(pipeline, samples, SAMPLE_RATE, rows[target], prosody)

    key = f"bundle {prosody:g} {files}"
    if changing:  # a bank's voices are among the files; how people are drawn from them is not
        key += f" {fingerprint(np.stack(list(rows.values())))}"
    return System(name, make, tuple(rows), key, changing)


def mcadams() -> System:
    """VoicePrivacy baseline B2: a coefficient drawn for each pseudo-talker, as in the 2022 challenge."""
    targets = {f"b2-{i}": float(a) for i, a in enumerate(np.random.default_rng(2).uniform(0.5, 0.9, 12))}
    return System("McAdams (B2)", lambda x, t: baselines.mcadams(x, targets[t]), tuple(targets), "mcadams 1")


def pitch_shift() -> System:
    """Higher or lower by whole semitones, formants moved along a little: what voice changers do."""
    targets = {f"{s:+d}": s for s in (-5, -4, -3, 3, 4, 5)}
    return System("pitch shift (WORLD)", lambda x, t: baselines.pitch_shift(x, targets[t]), tuple(targets), "world 1")


def dealt(system: System, loaded: list[tuple[Recording, Sound]], moved: int = 0) -> list[str]:
    """A target for each recording: dealt in turn over the sorted talkers, so that each talker keeps one."""
    order = sorted({r.talker for r, _ in loaded})
    return [system.targets[(order.index(r.talker) + moved) % len(system.targets)] for r, _ in loaded]
