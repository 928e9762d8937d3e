"""Reading, resampling and writing audio files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio_file import check_writable, read_mono, resample, write_atomic
from core.errors import AudioFileError

TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)).astype(np.float32)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".WAV"])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_atomic(path, TONE, 24_000)
    samples, rate = read_mono(path)
    assert rate == 24_000
    assert samples.dtype == np.float32
    assert len(samples) == len(TONE)
    assert np.abs(samples - TONE).max() < (0.05 if suffix == ".ogg" else 1e-4)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_channels_are_averaged(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.stack([TONE, -0.5 * TONE], 1), 8_000, subtype="FLOAT")
    samples, rate = read_mono(tmp_path / "a.wav")
    assert rate == 8_000
    np.testing.assert_allclose(samples, 0.25 * TONE, atol=1e-6)


def _broken(path: Path, kind: str) -> None:
    if kind == "empty file":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("this is no sound", encoding="utf-8")
    elif kind == "no samples":
        soundfile.write(path, np.zeros(0), 24_000)
    elif kind == "not a number":
        soundfile.write(path, np.array([0.0, np.nan, 0.1, np.inf]), 24_000, subtype="FLOAT")
    elif kind == "odd rate":
        soundfile.write(path, TONE, 100)
    elif kind == "folder":
        path.mkdir()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "no such file"),
        ("empty file", "cannot be read as audio"),
        ("text", "cannot be read as audio"),
        ("no samples", "holds no samples"),
        ("not a number", "holds 2 samples that are no numbers"),
        ("odd rate", "100 samples a second"),
        ("folder", "is a folder"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(tmp_path: Path, kind: str, words: str) -> None:
    _broken(tmp_path / "a.wav", kind)
    with pytest.raises(AudioFileError) as caught:
        read_mono(tmp_path / "a.wav")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="end the name in"):
        check_writable(tmp_path / "a.mp3")
    with pytest.raises(AudioFileError, match="no such folder"):
        check_writable(tmp_path / "b" / "a.wav")
    (tmp_path / "c.wav").mkdir()
    with pytest.raises(AudioFileError, match="is a folder"):
        check_writable(tmp_path / "c.wav", force=True)
    (tmp_path / "a.wav").write_bytes(b"precious")
    with pytest.raises(AudioFileError, match="--force"):
        check_writable(tmp_path / "a.wav")
    check_writable(tmp_path / "a.wav", force=True)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(b"precious")
    for rate in (0, 384_000):  # libsndfile's Vorbis encoder crashes on both
        with pytest.raises(AudioFileError, match="cannot be written"):
            write_atomic(path, TONE, rate)
    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["a.ogg"]


def test_minutes_of_ogg_are_written(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a.ogg", np.tile(TONE, 300), 24_000)
    assert soundfile.info(tmp_path / "a.ogg").frames == 300 * len(TONE)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_resampling_keeps_time_and_pitch(rate: int) -> None:
    there = resample(TONE, 24_000, rate)
    assert len(there) == rate
    back = resample(there, rate, 24_000)
    middle = slice(2_000, -2_000)
    assert np.abs(back[middle] - TONE[middle]).max() < 1e-3


def test_equal_rates_give_a_copy() -> None:
    same = resample(TONE, 24_000, 24_000)
    np.testing.assert_array_equal(same, TONE)
    assert not np.shares_memory(same, TONE)
