"""Any folder of audio files, its subfolders included."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import soundfile

from core.errors import ConfigError
from training.data.recording import Recording, drawn_split
from training.data.silence import cut_at_silence

SUFFIXES = {".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff"}
LONGEST = 20.0
"""Seconds."""


def audio_files(folder: Path) -> list[Path]:
    """Audio files below a folder, by suffix, sorted.

    Raises:
        ConfigError: no such folder, or no audio in it.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not found:
        raise ConfigError(f"{folder} holds no audio files ({', '.join(sorted(SUFFIXES))})")
    return found


def list_plain(folder: Path) -> list[Recording]:
    """One recording a file; a longer one than LONGEST is cut where nobody speaks.

    The talker is the name of the file's folder, the split is drawn by file.

    Raises:
        ConfigError: no such folder, or no audio in it.
    """
    return [recording for path in audio_files(folder) for recording in _cut(folder, path)]


def _cut(folder: Path, path: Path) -> list[Recording]:
    name = path.relative_to(folder).as_posix()
    whole = Recording(f"{folder.name}/{name}", "plain", drawn_split(name), path, talker=path.parent.name)
    try:
        if soundfile.info(path).duration <= LONGEST:
            return [whole]
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        return [whole]  # to be named and skipped when it is prepared
    parts = cut_at_silence(samples.mean(axis=1), rate)
    return [replace(whole, id=f"{whole.id}@{begin:.2f}", begin=begin, end=end) for begin, end in parts]
