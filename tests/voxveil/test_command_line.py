"""The command line as a user meets it: a process, its exit status, one line when something is wrong."""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.assets import sample_path
from core.bundle import Bundle, replace_voices
from core.errors import VoiceError
from core.voices import VoiceBank, VoiceInfo
from realtime.config import EngineConfig
from realtime.pipeline import cuda_is_here
from tests.bundles import copy_default
from voxveil.cli import main
from voxveil.commands.voice_options import add_voice_options, chosen_voice


def voxveil(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `voxveil` with these words in a process of its own, without screen and input."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    clean = {key: value for key, value in os.environ.items() if key not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "voxveil", *map(str, words)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**clean, **environment},
        timeout=100,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a refusal; checks that it is one, with status 2."""
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """0.6 s of the bundled speech as a file."""
    samples, rate = soundfile.read(sample_path())
    path = tmp_path / "in.wav"
    soundfile.write(path, samples[rate : int(1.6 * rate)], rate)
    return path


def test_file_makes_a_file(short: Path, tmp_path: Path) -> None:
    done = voxveil("file", short, tmp_path / "out.flac", "--prosody", "0.5")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "x real time" in done.stdout
    assert soundfile.info(tmp_path / "out.flac").frames == soundfile.info(short).frames
    line = refused(voxveil("file", short, tmp_path / "out.flac"))
    assert "--force" in line


def test_file_refuses_in_one_line(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    assert "no such file" in refused(voxveil("file", tmp_path / "none.wav", out))
    assert "no voice is called" in refused(voxveil("file", short, out, "--voice", "nobody"))
    assert "recording itself" in refused(voxveil("file", short, short, "--force"))
    assert "required" in refused(voxveil("file", short))
    assert not out.exists()


def test_live_replaces_no_file_unasked(short: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.wav"
    there.write_bytes(b"somebody's")
    recording = short.read_bytes()
    assert "--force" in refused(voxveil("live", "--file", short, "--write", there))
    assert "the recording itself" in refused(voxveil("live", "--file", short, "--write", short, "--force"))
    assert "--force" in refused(voxveil("live", "--record", there))
    assert "no such folder" in refused(voxveil("live", "--record", tmp_path / "none" / "x.wav"))
    assert there.read_bytes() == b"somebody's"
    assert short.read_bytes() == recording
    assert voxveil("live", "--file", short, "--write", there, "--force").returncode == 0
    assert soundfile.info(there).frames > 0


def test_options_that_would_not_be_heeded_are_refused(short: Path, tmp_path: Path) -> None:
    """The app remembers voice and liveliness itself: a run that asked for less melody must not go on with all of it."""
    assert "--as live" in refused(voxveil("run", "--as", "app", "--prosody", "0"))
    assert "--as live" in refused(voxveil("run", "--as", "app", "--new"))
    assert "not 'in.wav'" in voxveil("file", "--new", "in.wav", "out.wav").stderr
    (tmp_path / "talks").mkdir()
    short.rename(tmp_path / "talks" / "a.wav")
    if not cuda_is_here():
        done = voxveil("file", tmp_path / "talks", tmp_path / "out", "--provider", "cuda")
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("voxveil: "), "after what onnxruntime says itself"
        assert "Traceback" not in done.stderr


def test_a_damaged_bundle_is_refused_in_one_line(short: Path, tmp_path: Path) -> None:
    folder = copy_default(tmp_path / "bundle", own=("decoder.onnx",))
    data = bytearray((folder / "decoder.onnx").read_bytes())
    data[1000] ^= 1
    (folder / "decoder.onnx").write_bytes(data)
    line = refused(voxveil("file", short, tmp_path / "out.wav", "--bundle", folder))
    assert "decoder.onnx" in line
    assert not (tmp_path / "out.wav").exists()


def test_a_call_gets_a_voice_by_chance_unless_one_was_chosen(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[EngineConfig, str]] = []

    def drive(config: EngineConfig, bundle: Bundle, name: str, *_: object) -> int:
        calls.append((config, name))
        return 0

    monkeypatch.setattr("voxveil.session.drive", drive)
    written = ("--file", str(short), "--write", str(tmp_path / "out.wav"))
    for words in (*([()] * 12), ("--voice", "otto"), written):
        assert main(["live", *words]) == 0
    bundle = Bundle.load()
    *drawn, (otto, _), (file, _) = calls
    assert len({name for _, name in drawn}) > 2
    for config, name in drawn:
        row = bundle.voices.row(name.removesuffix(", drawn for this call"))
        np.testing.assert_allclose(config.voice_row, row, rtol=1e-6)
    np.testing.assert_allclose(otto.voice_row, bundle.voices.row("otto"), rtol=1e-6)
    np.testing.assert_allclose(file.voice_row, bundle.voices.row(bundle.default_voice), rtol=1e-6)
    own = only_added(copy_default(tmp_path / "bundle"))
    assert main(["live", "--bundle", str(own)]) == 0
    assert calls[-1][1] == "iris", "nobody can be drawn from a voice that may be a real person's"


def only_added(folder: Path) -> Path:
    """The bundle with its default voice as the only one, marked as added."""
    bundle = Bundle.load(folder)
    row = bundle.voices.row(bundle.default_voice)
    replace_voices(bundle, VoiceBank(row[None], [VoiceInfo(bundle.default_voice, "F", added=True)]))
    return folder


def test_a_folder_is_done_resumed_and_reported(short: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    (source / "deep").mkdir(parents=True)
    samples, rate = soundfile.read(short)
    soundfile.write(source / "a.wav", samples, rate)
    soundfile.write(source / "deep" / "b.flac", samples, rate)
    first = voxveil("file", source, target, "--jobs", "2")
    assert first.returncode == 0, first.stderr
    assert sorted(p.relative_to(target).as_posix() for p in target.rglob("*.*")) == ["a.wav", "deep/b.flac"]
    before = (target / "a.wav").stat().st_mtime_ns
    (source / "bad.wav").write_text("no sound", encoding="utf-8")
    again = voxveil("file", source, target)
    assert "bad.wav cannot be read" in refused(again)
    assert "2 were there already, 1 failed" in again.stdout
    assert (target / "a.wav").stat().st_mtime_ns == before


def test_folders_that_cannot_be_done(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no recordings" in refused(voxveil("file", empty, tmp_path / "out"))
    assert "outside it" in refused(voxveil("file", empty, empty / "out"))


def test_voices_are_listed_kept_and_removed(tmp_path: Path) -> None:
    folder = copy_default(tmp_path / "bundle")
    listed = voxveil("voices", "list", "--bundle", folder)
    assert listed.returncode == 0, listed.stderr
    assert "iris (default)" in listed.stdout
    assert voxveil("voices", "mix", "ann", "iris", "otto", "0.4", "--bundle", folder).returncode == 0
    assert voxveil("voices", "new", "someone", "--seed", "5", "--bundle", folder).returncode == 0
    text = voxveil("voices", "list", "--bundle", folder).stdout
    assert "iris + otto (0.4)" in text
    assert "nobody #5" in text
    assert voxveil("voices", "remove", "ann", "--bundle", folder).returncode == 0
    assert "no voice is called 'ann'" in refused(voxveil("voices", "remove", "ann", "--bundle", folder))
    assert "has to stay" in refused(voxveil("voices", "remove", "iris", "--bundle", folder))


def test_help_names_every_command() -> None:
    from voxveil.commands import NAMES

    done = voxveil("--help")
    assert done.returncode == 0, done.stderr
    for name in NAMES:
        assert f"\n  {name.replace('_', '-')} " in done.stdout
    assert voxveil("--version").stdout.startswith("voxveil ")


@pytest.mark.parametrize("words", [["fiel"], ["--loud"], ["run", "--as", "song"], ["voices"], ["train", "song"]])
def test_words_that_mean_nothing(words: list[str]) -> None:
    refused(voxveil(*words))


def test_without_screen_and_microphone_the_sample_runs_through_the_engine(tmp_path: Path) -> None:
    """What `make run` does on a bare machine. No server answers at the address given, so there is no microphone."""
    done = voxveil("run", "--out", tmp_path, PULSE_SERVER=f"unix:{tmp_path}/nobody", ALSA_CONFIG_PATH="/dev/null")
    assert done.returncode == 0, done.stderr
    for words in ("input", "voice", "algorithmic latency", "measured delay", "real-time factor", "encoder", "p99"):
        assert words in done.stdout
    out = soundfile.info(tmp_path / "sample.wav")
    given = soundfile.info(sample_path())
    assert (out.frames, out.samplerate) == (given.frames, given.samplerate)
    assert np.abs(soundfile.read(tmp_path / "sample.wav")[0]).max() > 0.02


def test_a_new_person_is_the_same_with_a_seed_and_somebody_else_each_time_without() -> None:
    bundle = Bundle.load()

    def row(*words: str) -> np.ndarray:
        parser = argparse.ArgumentParser()
        add_voice_options(parser)
        return chosen_voice(parser.parse_args(words), bundle)[0]

    assert np.array_equal(row("--new", "7"), bundle.voices.new(7))
    drawn = [row("--new"), row("--new"), row("--new", "--prosody", "0.5")]
    assert all(not np.array_equal(a, b) for a, b in itertools.combinations(drawn, 2))
    with pytest.raises(VoiceError, match="seed of 0 or more"):
        row("--new", "-7")
