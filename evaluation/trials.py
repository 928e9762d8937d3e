"""Data folders of the VoicePrivacy challenges: `*_enrolls` and `*_trials_*` with `wav.scp`, `utt2spk` and `trials`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import ConfigError

SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3")


def lists(folder: Path) -> list[Path]:
    """Folders with a `wav.scp` and an `utt2spk`: the folder itself or those directly in it."""
    places = [folder, *sorted(p for p in folder.iterdir() if p.is_dir())]
    return [p for p in places if (p / "wav.scp").is_file() and (p / "utt2spk").is_file()]


def read_lists(folder: Path) -> list[dict[str, Any]]:
    """The fields of `evaluation.talkers.Recording` for every utterance of every list, each utterance once.

    A file `enrolls` names the utterances that enrol; else "enrol" or "trial" in a folder's name gives the role.

    Raises:
        ConfigError: a list names an utterance without talker or without a sound file.
    """
    found: dict[str, dict[str, Any]] = {}
    for place in lists(folder):
        talkers, sexes, texts = (_table(place / name) for name in ("utt2spk", "spk2gender", "text"))
        enrols = set(_table(place / "enrolls")) if (place / "enrolls").is_file() else None
        for utterance, words in _table(place / "wav.scp").items():
            if utterance not in talkers:
                raise ConfigError(f"{place / 'utt2spk'} does not say whose {utterance} is")
            role = "enrol" if "enrol" in place.name else "trial" if "trial" in place.name else ""
            if enrols is not None:
                role = "enrol" if utterance in enrols else "trial"
            talker = talkers[utterance]
            found[utterance] = {
                "id": utterance,
                "talker": talker,
                "sex": sexes.get(talker, "?").upper()[:1],
                "text": texts.get(utterance, ""),
                "path": _sound(words, utterance, place, folder),
                "role": role,
            }
    return list(found.values())


def read_pairs(folder: Path) -> set[tuple[str, str]]:
    """(enrolled talker, utterance on trial) of all files `trials`: lines "talker utterance target|nontarget"."""
    if not folder.is_dir():
        return set()
    pairs = set()
    for place in lists(folder):
        if (place / "trials").is_file():
            rows = [line.split() for line in (place / "trials").read_text("utf8").splitlines()]
            pairs |= {(row[0], row[1]) for row in rows if len(row) >= 2}
    return pairs


def _table(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    rows = [line.split(maxsplit=1) for line in path.read_text("utf8").splitlines() if line.strip()]
    return {row[0]: row[1].strip() if len(row) > 1 else "" for row in rows}


def _sound(words: str, utterance: str, place: Path, folder: Path) -> Path:
    """A `wav.scp` may hold a command that prints the sound; the file that it reads is what counts."""
    named = [Path(word) for word in words.replace("|", " ").split() if word.lower().endswith(SUFFIXES)]
    if not named:
        raise ConfigError(f"{place / 'wav.scp'} names no sound file for {utterance}")
    places = [named[-1], *(base / named[-1] for base in (place, folder, folder.parent))]
    return next((path for path in places if path.is_file()), named[-1])
