"""Which recordings of a folder become which files."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import AudioFileError
from voxveil.folder import plan


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_the_tree_is_kept_and_other_formats_become_wav(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    touch(source / "b.wav", source / "x" / "a.opus", source / "notes.txt", source / ".hidden.wav", source / "C.FLAC")
    todo, done = plan(source, target, force=False)
    assert [out.relative_to(target).as_posix() for _, out in todo] == ["C.FLAC", "b.wav", "x/a.wav"]
    assert done == 0


def test_what_is_there_is_skipped_unless_forced(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    touch(source / "a.wav", source / "b.wav", target / "a.wav")
    assert plan(source, target, force=False) == ([(source / "b.wav", target / "b.wav")], 1)
    assert len(plan(source, target, force=True)[0]) == 2


def test_two_recordings_for_one_target_are_refused(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "a.mp3", tmp_path / "in" / "a.opus")
    with pytest.raises(AudioFileError, match="would both become"):
        plan(tmp_path / "in", tmp_path / "out", force=False)


def test_a_file_as_target_is_refused(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "a.wav", tmp_path / "out")
    with pytest.raises(AudioFileError, match="OUT has to be one"):
        plan(tmp_path / "in", tmp_path / "out", force=False)
