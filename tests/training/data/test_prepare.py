"""From made-up corpora to a prepared folder and back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from tests.training.data import made_up
from training.data import prepare as module
from training.data.parallel import list_parallel
from training.data.plain import list_plain
from training.data.prepare import prepare
from training.data.prepared import PreparedCorpus
from training.data.recording import Recording
from training.data.talkers import list_talkers


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    root = tmp_path_factory.mktemp("corpora")
    made_up.write(root / "plain/x/good.wav", made_up.voiced(1.2, 150.0, 44_100), 44_100)
    made_up.write(root / "plain/x/silent.wav", np.zeros(48_000, np.float32))
    made_up.write(root / "plain/x/short.wav", made_up.voiced(0.3, 150.0))
    (root / "plain/x/broken.wav").write_bytes(b"RIFF, but not really")
    talkers = list_talkers(made_up.talkers(root / "real"), {"eve": "test"})
    return [*list_parallel(made_up.parallel(root)), *talkers, *list_plain(root / "plain")]


@pytest.fixture(scope="module")
def folder(recordings: list[Recording], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("prepared") / "out"
    report = prepare(recordings, out, processes=1)
    assert report.kept == 6
    assert dict(report.skipped).keys() == {"plain/x/silent.wav", "plain/x/short.wav", "plain/x/broken.wav"}
    assert dict(report.skipped)["plain/x/silent.wav"] == "silent"
    return out


def test_sound_comes_back(folder: Path, recordings: list[Recording]) -> None:
    corpus = PreparedCorpus(folder)
    u = next(u for split in ("train", "val", "test") for u in corpus.utterances(split, "parallel") if u.id == "bob")
    whole = module.read_24k(recordings[1].path)
    heard = corpus.audio(u, "src", 60, 20)
    assert np.abs(heard - whole[60 * 240 : 80 * 240]).max() < 1e-4
    past = corpus.audio(u, "src", u.frames - 5, 20)
    assert past.shape == (4800,)
    assert not past[5 * 240 :].any()


def test_exact_f0_where_the_sound_is_voiced(folder: Path) -> None:
    corpus = PreparedCorpus(folder)
    for split in ("train", "val", "test"):
        for u in corpus.utterances(split, "parallel"):
            wanted = 120.0 + 20 * ("ann", "bob", "cid").index(u.id)
            f0 = corpus.f0(u, "src", 0, u.frames)
            assert np.allclose(f0[55:145], wanted, rtol=1e-3)
            assert not f0[:45].any(), "voiced in the silence, where the exact curve runs on"
            assert not f0[155:].any()
            assert np.allclose(corpus.f0(u, "tgt", 0, u.frames)[55:145], 200.0, rtol=1e-3)


def test_tracked_f0_of_real_and_plain_speech(folder: Path) -> None:
    corpus = PreparedCorpus(folder)
    [fritz] = corpus.utterances("train", "real")
    assert fritz.talker == "fritz"
    assert np.allclose(corpus.f0(fritz, "src", 10, 120), 110.0, rtol=0.01)
    [plain] = [u for split in ("train", "val", "test") for u in corpus.utterances(split, "plain")]
    assert np.allclose(corpus.f0(plain, "src", 10, 90), 150.0, rtol=0.01)
    assert (corpus.phones(plain, 0, plain.frames) == -1).all()


def test_phonemes_stand_where_they_are_heard(folder: Path) -> None:
    corpus = PreparedCorpus(folder)
    u = next(u for split in ("train", "val", "test") for u in corpus.utterances(split, "parallel"))
    names = [corpus.phone_names[i] if i >= 0 else "?" for i in corpus.phones(u, 0, u.frames)]
    assert set(names[:45]) == {"sil"}
    assert set(names[50:149]) == {"a"}
    assert set(names[151:199]) == {"s"}
    assert set(names[205:]) <= {"sil"}


def test_heldout_talkers_are_held_out(folder: Path) -> None:
    corpus = PreparedCorpus(folder)
    assert [u.talker for u in corpus.utterances("test", "real")] == ["eve"]


def test_a_stopped_run_goes_on_and_ends_the_same(recordings: list[Recording], folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepare(recordings, out, processes=1)
    whole = {p.name: p.read_bytes() for p in out.iterdir()}
    # As if it had been killed while the third utterance was being written.
    lines = whole["index.jsonl"].decode().splitlines(keepends=True)
    (out / "index.jsonl").unlink()
    (out / "skipped.jsonl").unlink()
    (out / module.UNFINISHED).write_text("".join(lines[:2]) + lines[2][:40], "utf8")
    with (out / "audio.i16").open("r+b") as sound:
        sound.truncate(len(whole["audio.i16"]) * 2 // 3)
    report = prepare(recordings, out, processes=1)
    assert report.kept == 6
    assert {p.name: p.read_bytes() for p in out.iterdir()} == whole
    assert prepare(recordings, out).kept == 6, "a finished folder is left as it is"


def test_other_recordings_do_not_go_into_the_same_folder(recordings: list[Recording], folder: Path) -> None:
    with pytest.raises(ConfigError, match="other recordings"):
        prepare(recordings[1:], folder)


def test_a_folder_with_something_else_in_it_is_left_alone(recordings: list[Recording], tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("dear diary", "utf8")
    with pytest.raises(ConfigError, match="not empty"):
        prepare(recordings, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["diary.txt"]


def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    made_up.write(tmp_path / "in/silent.wav", np.zeros(48_000, np.float32))
    with pytest.raises(ConfigError, match="none of 1"):
        prepare(list_plain(tmp_path / "in"), tmp_path / "out", processes=1)


def test_the_index_holds_what_the_contract_says(folder: Path) -> None:
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf8").splitlines()]
    keys = [
        "id",
        "kind",
        "split",
        "samples",
        "src",
        "tgt",
        "frames",
        "labels",
        "src_voice",
        "tgt_voice",
        "talker",
        "sex",
        "text",
        "lang",
    ]
    assert all(set(entry) == set(keys) for entry in entries)
    assert all(entry["frames"] == entry["samples"] // 240 + 1 for entry in entries)
    assert (folder / "phone.i16").stat().st_size == 2 * sum(entry["frames"] for entry in entries)
