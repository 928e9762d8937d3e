"""Talkers of validation are strangers, and nobody is asked to speak in a voice that training never heard."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.training.small_corpus import small_corpus
from training.crops import Crops
from training.data.heard_talkers import UNKNOWN, heard_talkers, heard_voices, talker_of
from training.data.prepared import PreparedCorpus


def kept_out(folder: Path) -> PreparedCorpus:
    """The small corpus; its validation has a voice of its own, and a source of "low" with no share of "kept"."""
    small_corpus(folder)
    lines = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf8").splitlines()]
    for line in lines:
        if line["split"] == "val" and line["kind"] == "parallel":
            line["src_voice"] = ["kept", "low", 0.4]
        elif line["kind"] == "parallel":
            line["src_voice"] = ["low", "kept", 0.0]
    (folder / "index.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf8")
    (folder / "whisper_rows.json").write_text(
        json.dumps({key: [0, 150] for i in range(6) for key in (f"u{i}", f"u{i} tgt", f"u{i}/tgt")}), "utf8"
    )
    np.zeros((150, 4), np.float16).tofile(folder / "whisper.f16")
    return PreparedCorpus(folder)


def test_a_voice_of_validation_alone_is_a_stranger(tmp_path: Path) -> None:
    corpus = kept_out(tmp_path)
    assert "kept" in corpus.voices
    assert heard_voices(corpus) == ["high", "low"]
    names = heard_talkers(corpus)
    assert names == ["ann", "bob", "high", "low"]
    row = {name: i for i, name in enumerate(names)}
    [stranger] = corpus.utterances("val", "parallel")
    assert talker_of(stranger, "src", row) == (UNKNOWN, UNKNOWN, 0.0)
    assert talker_of(stranger, "tgt", row)[0] == row["high"]
    known = corpus.utterances("train", "parallel")[0]
    assert talker_of(known, "src", row) == (row["low"], row["low"], 0.0), "without a share nobody is heard"


def test_real_speech_is_said_in_voices_that_training_knows(tmp_path: Path) -> None:
    corpus = kept_out(tmp_path)
    real = corpus.utterances("train", "real")
    crops = Crops(corpus, real, 100, 60, corpus.voices, None, 1, 0, real_share=1.0, rows=True)
    drawn = {int(row) for i in range(60) for row in crops[i].voice.flatten()}
    assert {corpus.voices[row] for row in drawn} == {"high", "low"}
