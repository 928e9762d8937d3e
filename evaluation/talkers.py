"""Finds the recordings to evaluate on, in one of the layouts people have."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError
from evaluation.trials import lists, read_lists

SOUND = {".wav", ".flac", ".ogg", ".opus", ".mp3"}


@dataclass(frozen=True)
class Recording:
    """One utterance.

    Attributes:
        id: unique. talker: whose. sex: "M", "F" or "?". text: what was said, "" where unknown. path: the file.
        role: "enrol" or "trial" where a trial list says so. group: the accent, else the corpus, "" where unknown.
    """

    id: str
    talker: str
    sex: str
    text: str
    path: Path
    role: str = ""
    group: str = ""


def read_recordings(folder: Path) -> list[Recording]:
    """All recordings of a folder, sorted by id.

    Layouts: a `manifest.jsonl` with lines of `file, talker, sex, text` (and `accent`, if known); VoicePrivacy
    (`evaluation.trials`); LibriSpeech (`talker/chapter/*.flac` with `*.trans.txt`, `SPEAKERS.TXT` beside
    or above it); else one folder per talker, or loose files as one talker each.

    Raises:
        ConfigError: no folder, or no recordings in it.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder of recordings")
    if (folder / "manifest.jsonl").is_file():
        found = [_from_manifest(folder, line) for line in (folder / "manifest.jsonl").read_text("utf8").splitlines()]
    elif lists(folder):
        found = [Recording(**fields) for fields in read_lists(folder)]
    else:
        texts, sexes = _librispeech_texts(folder), _librispeech_sexes(folder)
        found = [
            Recording(
                path.stem, _talker(folder, path), sexes.get(_talker(folder, path), "?"), texts.get(path.stem, ""), path
            )
            for path in folder.rglob("*")
            if path.suffix.lower() in SOUND
        ]
    if not found:
        raise ConfigError(f"{folder} holds no recordings (wav, flac, ogg, opus or mp3)")
    return sorted(found, key=lambda r: r.id)


def of_split(recordings: list[Recording], heldout: Path, split: str) -> list[Recording]:
    """Only the talkers that the file `heldout` (lines "talker split") puts into `split`.

    Raises:
        ConfigError: the file is missing or names none of these talkers for the split.
    """
    if not heldout.is_file():
        raise ConfigError(f"{heldout}: no such list of held-out talkers")
    talkers = named(heldout, split)
    kept = [r for r in recordings if r.talker in talkers]
    if not kept:
        raise ConfigError(f"none of the talkers here is in the split '{split}' of {heldout}")
    return kept


def named(heldout: Path, split: str = "") -> set[str]:
    """The talkers that a list of lines "talker split" names, of one split or of all; empty if there is no such file."""
    if not heldout.is_file():
        return set()
    lines = [line.split() for line in heldout.read_text("utf8").splitlines() if not line.startswith("#")]
    return {line[0] for line in lines if len(line) == 2 and split in ("", line[1])}


def spread(recordings: list[Recording], limit: int) -> list[Recording]:
    """At most `limit` recordings, as evenly over the talkers as can be: each one's first, then each one's second …"""
    turns: dict[str, int] = {}
    ranked = []
    for r in recordings:
        turns[r.talker] = turns.get(r.talker, 0) + 1
        ranked.append((turns[r.talker], r.talker, r.id, r))
    return [r for *_, r in sorted(ranked, key=lambda item: item[:3])][:limit]


def _from_manifest(folder: Path, line: str) -> Recording:
    entry = json.loads(line)
    path = folder / entry["file"]
    group = entry.get("accent") or entry.get("corpus", "")
    return Recording(path.stem, entry["talker"], entry.get("sex", "?"), entry.get("text", ""), path, group=group)


def _librispeech_texts(folder: Path) -> dict[str, str]:
    texts = {}
    for file in folder.rglob("*.trans.txt"):
        for line in file.read_text("utf8").splitlines():
            name, _, text = line.partition(" ")
            texts[name] = text
    return texts


def _librispeech_sexes(folder: Path) -> dict[str, str]:
    """From the corpus's own table (`ID | SEX | SUBSET ...`), in the folder or one or two above it."""
    for place in (folder, folder.parent, folder.parent.parent):
        if (place / "SPEAKERS.TXT").is_file():
            lines = (place / "SPEAKERS.TXT").read_text("utf8", errors="replace").splitlines()
            rows = [[part.strip() for part in line.split("|")] for line in lines if not line.startswith(";")]
            return {row[0]: row[1] for row in rows if len(row) > 1 and row[1] in ("M", "F")}
    return {}


def _talker(folder: Path, path: Path) -> str:
    parts = path.relative_to(folder).parts
    return parts[0] if len(parts) > 1 else path.stem


def references(folder: Path) -> dict[str, list[Recording]]:
    """Recordings of target voices: a folder for each, named like the voice.

    Raises:
        ConfigError: no folder, or no recordings in it.
    """
    found: dict[str, list[Recording]] = {}
    for recording in read_recordings(folder):
        found.setdefault(recording.talker, []).append(recording)
    return found
