"""Recordings are found in the layouts that people have."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.errors import ConfigError
from evaluation.measure import load
from evaluation.talkers import of_split, read_recordings, spread


def write(path: Path, seconds: float = 1.5, level: float = 0.1) -> None:
    """A sound file of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = level * np.random.default_rng(0).standard_normal(int(16000 * seconds))
    soundfile.write(path, noise, 16000)


def test_a_manifest_gives_talker_sex_and_text(tmp_path: Path) -> None:
    write(tmp_path / "a-1.wav")
    entry = {"file": "a-1.wav", "talker": "a", "sex": "F", "text": "Good day"}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(entry) + "\n")
    (found,) = read_recordings(tmp_path)
    assert (found.talker, found.sex, found.text) == ("a", "F", "Good day")


def test_librispeech_texts_are_found(tmp_path: Path) -> None:
    write(tmp_path / "19" / "198" / "19-198-0000.flac")
    (tmp_path / "19" / "198" / "19-198.trans.txt").write_text("19-198-0000 HELLO THERE\n")
    (found,) = read_recordings(tmp_path)
    assert (found.talker, found.text) == ("19", "HELLO THERE")


def test_broken_silent_and_short_files_are_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path / "ann" / "good.wav")
    write(tmp_path / "ann" / "short.wav", seconds=0.5)
    write(tmp_path / "bob" / "silent.wav", level=0.0)
    (tmp_path / "bob" / "broken.wav").write_bytes(b"RIFF no sound")
    kept, left_out = load(read_recordings(tmp_path))
    assert [r.id for r, _ in kept] == ["good"]
    assert len(left_out) == 3
    for name in ("short.wav", "silent.wav", "broken.wav"):
        assert any(name in line for line in left_out)


def test_a_limit_takes_from_every_talker_in_turn(tmp_path: Path) -> None:
    for talker in ("ann", "bob"):
        for i in range(3):
            write(tmp_path / talker / f"{talker}{i}.wav")
    assert [r.talker for r in spread(read_recordings(tmp_path), 4)] == ["ann", "bob", "ann", "bob"]


def test_nothing_found_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        read_recordings(tmp_path / "none")
    with pytest.raises(ConfigError, match="no recordings"):
        read_recordings(tmp_path)
    write(tmp_path / "ann" / "a.wav")
    heldout = tmp_path / "heldout.txt"
    heldout.write_text("# list\nbob test\n")
    with pytest.raises(ConfigError, match="none of the talkers"):
        of_split(read_recordings(tmp_path), heldout, "test")
