"""VoicePrivacy's lists: who enrols, who is on trial, and which pairs count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.errors import ConfigError
from evaluation.privacy import attack
from evaluation.sides import Sides
from evaluation.talkers import read_recordings
from evaluation.trials import read_pairs


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Two talkers, two utterances each; in the trial list one impostor pair is missing."""
    rows = {"libri_enrolls": ["a-1", "b-1"], "libri_trials_f": ["a-2", "b-2"]}
    (tmp_path / "wav").mkdir()
    for name, utterances in rows.items():
        folder = tmp_path / name
        folder.mkdir()
        for utterance in utterances:
            soundfile.write(tmp_path / "wav" / f"{utterance}.wav", np.zeros(16000), 16000)
        (folder / "wav.scp").write_text("".join(f"{u} flac -c -d -s wav/{u}.wav |\n" for u in utterances))
        (folder / "utt2spk").write_text("".join(f"{u} {u[0]}\n" for u in utterances))
        (folder / "spk2gender").write_text("a f\nb m\n")
        (folder / "text").write_text("".join(f"{u} HELLO {u[0]}\n" for u in utterances))
    (tmp_path / "libri_trials_f" / "trials").write_text("a a-2 target\na b-2 nontarget\nb b-2 target\n")
    return tmp_path


def test_roles_texts_and_sexes_are_read(lists: Path) -> None:
    found = {r.id: r for r in read_recordings(lists)}
    assert found["a-1"].role == "enrol"
    assert found["b-2"].role == "trial"
    assert (found["a-2"].sex, found["a-2"].text, found["a-2"].talker) == ("F", "HELLO a", "a")
    assert found["a-2"].path == lists / "wav" / "a-2.wav"


def test_only_listed_pairs_are_scored(lists: Path) -> None:
    sides = Sides(read_recordings(lists), [], read_pairs(lists))
    assert [r.id for r in sides.enrol] == ["a-1", "b-1"]
    assert sides.pairs == {("a", "a"): [0], ("a", "b"): [0], ("b", "b"): [0]}
    vectors = {"a": [np.array([1.0, 0.0])], "b": [np.array([0.0, 1.0])]}
    assert attack(vectors, vectors, pairs=sides.pairs).other == 1
    assert attack(vectors, vectors).other == 2


def test_an_utterance_of_nobody_is_said(lists: Path) -> None:
    (lists / "libri_enrolls" / "utt2spk").write_text("a-1 a\n")
    with pytest.raises(ConfigError, match="whose b-1 is"):
        read_recordings(lists)
