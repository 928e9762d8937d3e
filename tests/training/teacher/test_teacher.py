"""The pieces of the teacher: alignment, mixing, the probe, spelling out words, and packing for Whisper."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from training.data.phones import PHONES
from training.data.prepared import PreparedCorpus, Utterance
from training.teacher.align import align, error_rate, mix, trusted
from training.teacher.g2p import sequence
from training.teacher.probe import Labelled, accuracy, train_probe
from training.teacher.whisper import PAUSE, RATE, WINDOW, WhisperFeatures, pack

CLASSES = 6


def sure(labels: list[int], p: float = 0.9) -> np.ndarray:
    """Posteriors of that certainty."""
    rows = np.full((len(labels), CLASSES), (1 - p) / (CLASSES - 1), np.float32)
    rows[np.arange(len(labels)), labels] = p
    return rows


def test_alignment_follows_the_posteriors_and_keeps_the_order() -> None:
    said = [0, 0, 1, 1, 2, 2, 2, 0, 3, 3, 0]
    path = align(sure(said), *sequence([[1, 2], [3]]))
    assert path is not None
    assert path.tolist() == said


def test_silence_between_words_may_be_left_out() -> None:
    said = [1, 1, 2, 3, 3, 4]
    path = align(sure(said), *sequence([[1, 2], [3, 4]]))
    assert path is not None
    assert path.tolist() == said


def test_a_mistake_of_the_probe_is_put_right() -> None:
    heard = sure([1, 1, 5, 2, 2])
    path = align(heard, *sequence([[1, 2]]))
    assert path is not None
    assert path[[0, 1, 3, 4]].tolist() == [1, 1, 2, 2]
    assert 5 not in path
    assert trusted(heard, path).tolist() == [1, 1, -1, 2, 2], "the probe is sure that it is neither"
    mixed = mix(heard, path)
    assert np.allclose(mixed.sum(1), 1)
    assert mixed[0, 1] > heard[0, 1]
    assert np.allclose(mixed[2], heard[2])


def test_too_few_rows_for_the_words() -> None:
    assert align(sure([1, 2]), *sequence([[1, 2, 3]])) is None


def test_phoneme_errors_are_counted_as_edits() -> None:
    assert error_rate(sure([1, 1, 0, 2, 3]), [[1, 2], [3]]) == 0
    assert error_rate(sure([1, 1, 3]), [[1, 2], [3]]) == pytest.approx(1 / 3)
    assert error_rate(sure([1, 4, 2, 5]), [[1, 2]]) == pytest.approx(1)


def test_the_probe_learns_and_ignores_the_unknown() -> None:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((4, 16)) * 2

    def some(count: int) -> Labelled:
        labels = np.repeat(rng.integers(4, size=count // 5), 5)
        rows = centres[labels] + rng.standard_normal((len(labels), 16))
        return Labelled(rows.astype(np.float16), np.where(rng.random(len(labels)) < 0.3, -1, labels))

    probe = train_probe([some(600) for _ in range(4)], classes=4, epochs=8, batch=64)
    fresh = some(500)
    assert accuracy(probe, [fresh]) > 0.9
    posteriors = probe.posteriors(fresh.rows)
    assert posteriors.shape == (*fresh.labels.shape, 4)
    assert np.allclose(posteriors.sum(1), 1, atol=1e-4)


def utterance(name: str, seconds: float) -> Utterance:
    samples = int(seconds * 24_000)
    nothing = dict.fromkeys(Utterance.__dataclass_fields__)
    known = {"id": name, "kind": "real", "split": "train", "samples": samples, "frames": samples // 240 + 1}
    return Utterance(**{**nothing, **known, "src": 0, "labels": 0})  # type: ignore[arg-type]


def test_packing_fills_windows_and_loses_nobody() -> None:
    many = [(utterance(str(i), 3 + i % 7), "tgt" if i % 3 else "src") for i in range(30)]
    windows = pack(many)
    assert [side for window in windows for side in window] == many
    for window in windows:
        assert sum(u.samples * RATE / 24_000 + PAUSE for u, _ in window) <= WINDOW
    assert len(windows) < 30 / 2.5
    assert [len(w) for w in pack([(utterance("long", 45), "src"), (utterance("short", 2), "src")])] == [1, 1]


def test_no_model_in_the_folder(tmp_path: Path) -> None:
    for name in ("audio.i16", "f0_src.f32", "f0_tgt.f32", "phone.i16"):
        (tmp_path / name).write_bytes(b"\0" * 8)
    (tmp_path / "phones.json").write_text(json.dumps(PHONES), "utf8")
    line = {"id": "a", "kind": "real", "split": "train", "samples": 480, "src": 0, "frames": 3, "labels": 0}
    (tmp_path / "index.jsonl").write_text(json.dumps(line), "utf8")
    corpus = PreparedCorpus(tmp_path)
    with pytest.raises(ConfigError, match="no CTranslate2 Whisper model"):
        WhisperFeatures(tmp_path).compute(
            corpus, [(u, "src") for u in corpus.utterances("train", "real")], tmp_path / "nowhere"
        )


def test_rows_of_two_models_do_not_mix(tmp_path: Path) -> None:
    features = WhisperFeatures(tmp_path)
    for name in ("tiny", "base"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").write_text(name)
    features._be_of(tmp_path / "tiny")
    features._be_of(tmp_path / "base")  # no rows are there yet
    features.rows["a"] = [0, 1]
    features._be_of(tmp_path / "base")
    with pytest.raises(ConfigError, match="rows of another Whisper model"):
        features._be_of(tmp_path / "tiny")


def test_words_become_classes() -> None:
    pytest.importorskip("phonemizer", reason="comes with voxveil[teacher]")
    from training.teacher.g2p import synthesiser_symbols, word_labels

    words = [[PHONES[c] for c in word] for word in word_labels("JUDGE THE BIRD")]
    assert words == [["ʤ", "ʌ", "ʤ"], ["ð", "ə"], ["b", "ɜ", "ɹ", "d"]]
    assert synthesiser_symbols("a boy, today.") == "ɐ bˈY, tədˈA.".replace("ɐ", "ə")
