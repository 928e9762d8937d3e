"""Phoneme classes, and labels on the 10 ms grid from the synthesiser's durations.

The classes are single characters of the synthesiser's alphabet (IPA with a few capitals for diphthongs: A = eɪ, I = aɪ,
O = oʊ, W = aʊ, Y = ɔɪ). Sounds under 0.05 % of the frames of the training speech are merged into a near one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SILENCE, UNKNOWN = 0, -1
PHONES: tuple[str, ...] = ("sil", *"AIOWYabdefhijklmnopstuvwzɑæɔðʤəɛɜɡɪŋθɹɾʃʧʊʌ")
"""Index in this tuple = label."""
MERGED: dict[str, str] = {
    **{"ɐ": "ə", "ɚ": "ə", "ᵊ": "ə", "ᵻ": "ɪ", "ɨ": "ɪ", "y": "i", "ø": "e", "œ": "ɛ", "ɒ": "ɑ", "Q": "O", "ɯ": "u"},
    **{"r": "ɹ", "ʁ": "ɹ", "ɻ": "ɹ", "ɽ": "ɾ", "ɬ": "l", "ɫ": "l", "ɲ": "n", "ɳ": "n", "ɱ": "m", "ʎ": "j", "ʝ": "j"},
    **{"β": "b", "ʋ": "v", "ɣ": "ɡ", "x": "h", "χ": "h", "ç": "h", "ʦ": "ʧ", "ʨ": "ʧ", "ʣ": "ʤ", "ʥ": "ʤ", "ɸ": "f"},
    **{"ʔ": "t", "ʈ": "t", "ɖ": "d", "c": "k", "q": "k", "ɟ": "ɡ", "ʒ": "ʃ", "ɕ": "ʃ", "ʂ": "ʃ", "ɥ": "w", "ɰ": "w"},
}
"""Rare or foreign sound -> the class that it counts as."""
STRESS = frozenset("ˈˌ")
"""Takes the label of what follows."""
MODIFIERS = frozenset("ːʰʲ̃ᵝ↓→↗↘")
"""Takes the label of what went before."""
PAUSES = frozenset(' ;:,.!?—…"()“”')
LAG = 0.050
"""Seconds by which the synthesiser's durations run behind its sound: a phoneme is heard two of its 25 ms frames before
its place. Measured on 157 utterances by shifting the labels in steps of 10 ms: a classifier of single spectra, trained
anew at each shift, is best at 50.7 ms; vowels are voiced and voiceless stops are not most often at 46.2 ms."""

_INDEX = {name: i for i, name in enumerate(PHONES)}


def label(symbol: str) -> int:
    """The class of a symbol, UNKNOWN for one that is no sound of the tables."""
    return _INDEX.get(MERGED.get(symbol, symbol), UNKNOWN)


def symbol_labels(symbols: Sequence[str]) -> list[int | None]:
    """A label for each symbol; None for pauses, word ends and pads, which are silent or not by ear.

    Args:
        symbols: one string each, "" for the pads at both ends.
    """
    found: list[int | None] = []
    for i, symbol in enumerate(symbols):
        if not symbol or symbol in PAUSES:
            found.append(None)
        elif symbol in MODIFIERS:
            found.append(found[i - 1] if i else None)
        elif symbol in STRESS:
            rest = (label(s) for s in symbols[i + 1 :] if s not in STRESS)
            found.append(next(rest, UNKNOWN))
        else:
            found.append(label(symbol))
    return found


def frame_labels(symbols: Sequence[str], seconds: np.ndarray, quiet: np.ndarray, lag: float = LAG) -> np.ndarray:
    """Labels on the 10 ms grid (frame j at time j * 10 ms).

    Args:
        symbols: as for `symbol_labels`.
        seconds: (symbols,) how long each lasts.
        quiet: bool (frames,) whether the sound is quiet there.
        lag: how far the durations run behind the sound.

    Returns:
        int16 (frames,): a class; silence where a pause is quiet for at least 30 ms; UNKNOWN in all other pauses.
    """
    times = np.arange(len(quiet)) * 0.01 + lag
    at = np.minimum(np.searchsorted(np.cumsum(seconds), times, side="right"), len(symbols) - 1)
    kinds = np.array([-2 if k is None else k for k in symbol_labels(symbols)], np.int16)[at]
    pause = kinds == -2
    return np.where(pause, np.where(_lasting(pause & quiet, 3), SILENCE, UNKNOWN), kinds).astype(np.int16)


def quiet_frames(audio: np.ndarray, hop: int, below_db: float = 34.0) -> np.ndarray:
    """Bool (len(audio) // hop + 1,): the level of the 40 ms around a frame lies that far below the loud parts."""
    power = np.concatenate([[0.0], np.cumsum(audio.astype(np.float64) ** 2)])
    centres = np.arange(len(audio) // hop + 1) * hop
    first, last = np.maximum(centres - 2 * hop, 0), np.minimum(centres + 2 * hop, len(audio))
    mean = (power[last] - power[first]) / np.maximum(last - first, 1)
    return np.asarray(mean < np.percentile(mean, 95) * 10 ** (-below_db / 10))


def _lasting(mask: np.ndarray, least: int) -> np.ndarray:
    """Keep only runs of at least `least` frames."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    kept = np.zeros_like(mask)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        kept[start:end] = end - start >= least
    return kept
