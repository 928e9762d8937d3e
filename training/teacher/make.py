"""Makes teacher.f16 and features.f16 of a prepared folder: what stands in for labels on speech that has none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from rich.progress import track

from core.errors import ConfigError
from core.spec import BLOCK
from training.data.prepared import RECOGNIZER_WIDTH, PreparedCorpus, Utterance
from training.teacher.align import align, error_rate, mix, trusted
from training.teacher.g2p import sequence, word_labels
from training.teacher.probe import Labelled, Probe, accuracy, train_probe
from training.teacher.whisper import WhisperFeatures


@dataclass(frozen=True)
class TeacherReport:
    """What `make_teacher` measured.

    Attributes:
        frames_right: share of rows of the parallel validation split that the first probe names right.
        frames_right_again: the same for the probe that was refined on real speech.
        phoneme_errors: of the first probe on real validation talkers, against the known words (-1 without text).
        phoneme_errors_again: of the refined one.
        utterances: how many got posteriors.
    """

    frames_right: float
    frames_right_again: float
    phoneme_errors: float
    phoneme_errors_again: float
    utterances: int


class _Teacher:
    def __init__(self, corpus: PreparedCorpus, use_text: bool) -> None:
        self.corpus, self.use_text = corpus, use_text
        self.cache = WhisperFeatures(corpus.folder)
        self.features = self.cache.load()
        self.classes = len(corpus.phone_names)

    def rows(self, u: Utterance) -> np.ndarray:
        first, count = self.cache.rows[u.id]
        return np.asarray(self.features[first : first + count])

    def exact(self, split: str) -> list[Labelled]:
        """Labels of the parallel speech at the middle of each row, 20 m + 10 ms: 10 ms frame 2 m + 1."""
        found = []
        for u in self.corpus.utterances(split, "parallel"):
            if u.id in self.cache.rows:
                rows = self.rows(u)
                found.append(Labelled(rows, self.corpus.phones(u, 0, 2 * len(rows) + 1)[1::2].astype(np.int64)))
        return found

    def words(self, u: Utterance) -> list[list[int]] | None:
        if not self.use_text or not u.text:
            return None
        return word_labels(u.text, "en-us" if u.lang in (None, "en") else u.lang)

    def aligned(self, probe: Probe, u: Utterance) -> tuple[np.ndarray, np.ndarray | None]:
        """Posteriors, and the alignment of the known words if there are any and they fit."""
        posteriors = probe.posteriors(self.rows(u))
        words = self.words(u)
        return posteriors, align(posteriors, *sequence(words)) if words else None

    def errors(self, probe: Probe) -> float:
        heard = [(u, self.words(u)) for u in self.corpus.utterances("val", "real") if u.id in self.cache.rows]
        rates = [error_rate(probe.posteriors(self.rows(u)), words) for u, words in heard if words]
        return float(np.mean(rates)) if rates else -1.0


def make_teacher(folder: Path, whisper: Path, use_text: bool = True, threads: int = 1, limit: int = 0) -> TeacherReport:
    """Recogniser features, a probe on exact labels, the known words laid over it, and a probe that learned from both.

    Args:
        folder: a prepared folder with parallel speech in it.
        whisper: a CTranslate2 Whisper model.
        use_text: align the text of real utterances.
        threads: of the recogniser and of torch.
        limit: at most this many parallel utterances get features, 0 for all; those with features already count.

    Raises:
        ConfigError: no parallel speech, or something is not installed.
    """
    torch.set_num_threads(max(threads, 1))
    corpus = PreparedCorpus(folder)
    paired = [u for split in ("train", "val") for u in corpus.utterances(split, "parallel")]
    lone = [
        u for kind in ("real", "plain") for split in ("train", "val", "test") for u in corpus.utterances(split, kind)
    ]
    if not paired:
        raise ConfigError(f"{folder} holds no parallel speech, and only that has the labels a teacher learns from")
    cache = WhisperFeatures(folder)
    if limit:
        paired = ([u for u in paired if u.id in cache.rows] + [u for u in paired if u.id not in cache.rows])[:limit]
    cache.compute(corpus, [(u, "src") for u in lone + paired] + [(u, "tgt") for u in paired], whisper, threads)
    teacher = _Teacher(corpus, use_text)
    exact, check = teacher.exact("train"), teacher.exact("val")
    first = train_probe(exact, teacher.classes)
    learnt = []
    for u in track([u for u in lone if u.split == "train"], "Aligning the known words"):
        posteriors, path = teacher.aligned(first, u)
        if path is not None:
            learnt.append(Labelled(teacher.rows(u), trusted(posteriors, path)))
    second = train_probe(exact + learnt, teacher.classes) if learnt else first
    _write_posteriors(teacher, second, lone)
    _write_features(teacher, lone + paired)
    return TeacherReport(
        accuracy(first, check), accuracy(second, check), teacher.errors(first), teacher.errors(second), len(lone)
    )


def _write_posteriors(teacher: _Teacher, probe: Probe, utterances: list[Utterance]) -> None:
    offsets: dict[str, int] = {}
    end = 0
    beside = teacher.corpus.folder / "teacher.part"
    with beside.open("wb") as out:
        for u in track(utterances, "Posteriors"):
            posteriors, path = teacher.aligned(probe, u)
            if path is not None:
                posteriors = mix(posteriors, path)
            end = _append(out, u, posteriors, offsets, end)
    beside.replace(teacher.corpus.folder / "teacher.f16")
    _index(teacher.corpus.folder, "teacher", offsets)


def _write_features(teacher: _Teacher, utterances: list[Utterance]) -> None:
    """Whisper's rows on their strongest directions, each with mean 0 and deviation 1 (Pearson 1901's PCA)."""
    sample = np.asarray(teacher.features[:: max(1, len(teacher.features) // 40_000)], np.float32)
    mean = sample.mean(0)
    values, vectors = np.linalg.eigh(np.cov((sample - mean).T))
    kept = slice(len(values) - RECOGNIZER_WIDTH, None)
    basis = (vectors[:, kept] / np.sqrt(values[kept] + 1e-6))[:, ::-1].astype(np.float32)
    offsets: dict[str, int] = {}
    end = 0
    beside = teacher.corpus.folder / "features.part"
    with beside.open("wb") as out:
        for u in utterances:
            rows = (teacher.rows(u).astype(np.float32) - mean) @ basis
            end = _append(out, u, rows, offsets, end)
    beside.replace(teacher.corpus.folder / "features.f16")
    _index(teacher.corpus.folder, "features", offsets)


def _append(out: BinaryIO, u: Utterance, rows: np.ndarray, offsets: dict[str, int], end: int) -> int:
    """One row for each whole 20 ms, zeros for what the recogniser's window cut off; returns the new end."""
    count = u.samples // BLOCK
    rows = np.pad(rows[:count], ((0, max(count - len(rows), 0)), (0, 0)))
    out.write(rows.astype("<f2").tobytes())
    offsets[u.id] = end
    return end + count


def _index(folder: Path, key: str, offsets: dict[str, int]) -> None:
    """Write the first row of each utterance into the index."""
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf8").splitlines()]
    for entry in entries:
        entry[key] = offsets.get(entry["id"])
    beside = folder / "index.part"
    beside.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), "utf8")
    beside.replace(folder / "index.jsonl")
