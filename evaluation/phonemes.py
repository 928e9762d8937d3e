"""Phoneme errors: what was heard and what was said, both put into phonemes by espeak-ng."""

from __future__ import annotations

import math
from functools import cache
from importlib.util import find_spec
from typing import Any

import jiwer

NEEDED = ("phonemizer", "espeakng_loader")
"""Packages of the extra "teacher"; without them there are no phoneme errors."""


def available() -> bool:
    """Whether espeak-ng and phonemizer are installed."""
    return all(find_spec(name) is not None for name in NEEDED)


def phonemes(text: str) -> list[str]:
    """American English phonemes of normalised words."""
    if not text.strip():
        return []
    from phonemizer.separator import Separator

    spoken = _backend().phonemize([text], separator=Separator(phone=" ", word="|", syllable=""), strip=True)[0]
    return [p for p in spoken.replace("ˈ", "").replace("ˌ", "").replace("|", " ").split() if p]


def phoneme_errors(said: str, heard: str) -> tuple[float, int]:
    """Phoneme error rate of `heard` against `said` (both normalised), and the number of phonemes said.

    A word that is misheard as one that sounds alike costs little here and a whole word in the word error rate.
    """
    truth = phonemes(said)
    if not truth:
        return math.nan, 0
    return float(jiwer.wer(" ".join(truth), " ".join(phonemes(heard)))), len(truth)


@cache
def _backend() -> Any:
    import logging

    import espeakng_loader
    from phonemizer.backend import EspeakBackend
    from phonemizer.backend.espeak.wrapper import EspeakWrapper

    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    quiet = logging.getLogger("voxveil.phonemizer")
    quiet.setLevel(logging.ERROR)
    return EspeakBackend("en-us", with_stress=False, logger=quiet)
