"""Known words to phoneme classes, through espeak-ng."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from core.errors import ConfigError
from training.data.phones import MODIFIERS, SILENCE, STRESS, UNKNOWN, label

TIE = "\u0361"
ALONE = {"aɪ": "I", "aʊ": "W", "eɪ": "A", "oʊ": "O", "əʊ": "O", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ", "ts": "ʧ", "dz": "ʤ"}
"""Two tied symbols that are one class."""
ENGLISH = {"ɜː": "ɜɹ", "ɚ": "əɹ", "ɪə": "iə", "x": "k", "ç": "k"}
"""What American English of espeak-ng is in the synthesiser's alphabet."""


def word_labels(text: str, lang: str = "en-us") -> list[list[int]]:
    """One list of classes for each word of `text`.

    Args:
        text: in any case, punctuation is ignored.
        lang: espeak-ng's name of the language.

    Raises:
        ConfigError: phonemizer is not installed, or espeak-ng does not know the language.
    """
    spoken = _backend(lang).phonemize([text.lower()], strip=True)[0]
    return [labels for word in spoken.split() if (labels := _labels(word, lang))]


def sequence(words: Sequence[Sequence[int]]) -> tuple[list[int], list[bool]]:
    """Classes in order with an optional silence around each word.

    Returns:
        The classes, and for each whether it may be left out.
    """
    states, optional = [SILENCE], [True]
    for word in words:
        states += [*word, SILENCE]
        optional += [False] * len(word) + [True]
    return states, optional


def _labels(word: str, lang: str) -> list[int]:
    if lang.startswith("en"):
        for spelt, meant in ENGLISH.items():
            word = word.replace(spelt, meant)
    word = "".join(c for c in word if c not in MODIFIERS and c not in STRESS)
    for pair, one in ALONE.items():
        word = word.replace(TIE.join(pair), one)
    found = [label(c) for c in word.replace(TIE, "")]
    return [c for c in found if c != UNKNOWN]


@lru_cache(maxsize=8)
def _backend(lang: str) -> Any:
    try:
        import espeakng_loader
        from phonemizer.backend import EspeakBackend
        from phonemizer.backend.espeak.wrapper import EspeakWrapper
    except ImportError as error:
        raise ConfigError(
            f"{error.name} is missing; pip install phonemizer espeakng-loader, or pass --no-text"
        ) from error
    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    try:
        return EspeakBackend(lang, tie=True, language_switch="remove-flags")
    except RuntimeError as error:
        raise ConfigError(f"espeak-ng does not know the language {lang}: {error}") from error
