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
ENGLISH = {"ɜː": "ɜɹ", "ɚ": "əɹ", "ɪə": "iə", "ə͡l": "ᵊl", "r": "ɹ", "x": "k", "ç": "k", "ɐ": "ə", "ɬ": "l"}
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


def synthesiser_symbols(text: str, lang: str = "en-us") -> str:
    """Phonemes, stress marks and punctuation in the synthesiser's alphabet.

    Raises:
        ConfigError: as for `word_labels`.
    """
    return _respelt(_backend(lang, True).phonemize([text], strip=True)[0], lang)


def _labels(word: str, lang: str) -> list[int]:
    found = [label(c) for c in _respelt(word, lang) if c not in MODIFIERS and c not in STRESS]
    return [c for c in found if c != UNKNOWN]


def _respelt(phones: str, lang: str) -> str:
    """From espeak-ng's alphabet to the synthesiser's."""
    if lang.startswith("en"):
        for spelt, meant in ENGLISH.items():
            phones = phones.replace(spelt, meant)
        phones = phones.replace("ː", "")
    for pair, one in ALONE.items():
        phones = phones.replace(TIE.join(pair), one)
    return phones.replace(TIE, "")


@lru_cache(maxsize=8)
def _backend(lang: str, written: bool = False) -> Any:
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
        return EspeakBackend(
            lang, tie=True, language_switch="remove-flags", with_stress=written, preserve_punctuation=written
        )
    except RuntimeError as error:
        raise ConfigError(f"espeak-ng does not know the language {lang}: {error}") from error
