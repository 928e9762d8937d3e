"""Features of Whisper's encoder for a prepared corpus, kept in its folder so that they are computed once.

Whisper (Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision") always reads 30 seconds.
Short utterances are therefore packed into windows with a pause between them, so that padding costs next to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from core.audio_file import resample
from core.bundle import sha256_of
from core.errors import ConfigError
from core.spec import HOP, SAMPLE_RATE
from training.data.prepared import FEATURES_FILE, ROWS_FILE, PreparedCorpus, Utterance, recogniser_rows, rows_key

MODEL_FILE = "whisper_model.txt"
"""sha256 of the model that the rows are of."""
RATE = 16_000
ROW = 320
"""Samples at 16 kHz of one feature row: 20 ms."""
WINDOW = 30 * RATE
PAUSE = 20 * ROW
Side = tuple[Utterance, str]
"""An utterance, and which of its sides."""


class WhisperFeatures:
    """Cached encoder outputs of utterances: float16 rows of 20 ms.

    Args:
        folder: the prepared folder; `whisper.f16` (rows) and `whisper_rows.json` (`rows_key` -> [first row, rows])
            stand there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rows = folder / ROWS_FILE
        self.rows: dict[str, list[int]] = json.loads(rows.read_text("utf8")) if rows.is_file() else {}

    def load(self) -> np.ndarray:
        """All rows, memory-mapped, float16 (rows, width)."""
        return recogniser_rows(self.folder)[1]

    def compute(self, corpus: PreparedCorpus, sides: Iterable[Side], whisper: Path, threads: int = 1) -> int:
        """Add what is not there yet; stopping in between loses at most one window.

        Args:
            sides: utterances, each with the side ("src" or "tgt") to hear.
            whisper: a folder with a CTranslate2 Whisper model.

        Returns:
            The number of sides added.

        Raises:
            ConfigError: no model in the folder.
        """
        from rich.progress import track

        if not (whisper / "model.bin").is_file():
            raise ConfigError(f"{whisper} holds no CTranslate2 Whisper model (no model.bin); see docs/training.md")
        self._be_of(whisper)
        todo = [(u, side) for u, side in sides if rows_key(u, side) not in self.rows]
        if not todo:
            return 0
        encoder = _Encoder(whisper, threads)
        end = sum(count for _, count in self.rows.values())
        path = self.folder / FEATURES_FILE
        with path.open("r+b" if path.exists() else "w+b") as out:
            width = encoder.width
            out.seek(end * width * 2)
            out.truncate()
            for window in track(pack(todo), "Whisper features"):
                for key, rows in encoder(corpus, window):
                    out.write(rows.tobytes())
                    self.rows[key] = [end, len(rows)]
                    end += len(rows)
                out.flush()
                _write_json(self.folder / ROWS_FILE, self.rows)
        return len(todo)

    def _be_of(self, whisper: Path) -> None:
        """Rows of two models do not mix: they differ in width, and in what they mean."""
        digest = sha256_of(whisper / "model.bin")
        name = self.folder / MODEL_FILE
        known = name.read_text("utf8") if name.is_file() else digest
        if self.rows and known != digest:
            raise ConfigError(
                f"{self.folder} holds rows of another Whisper model; use that one, or remove {FEATURES_FILE}, "
                f"{ROWS_FILE} and {MODEL_FILE} there"
            )
        name.write_text(digest, "utf8")


class _Encoder:
    def __init__(self, whisper: Path, threads: int) -> None:
        import ctranslate2
        from faster_whisper.feature_extractor import FeatureExtractor

        self._storage = ctranslate2.StorageView
        self._model = ctranslate2.models.Whisper(str(whisper), device="cpu", compute_type="int8", intra_threads=threads)
        self._mels = FeatureExtractor(feature_size=self._model.n_mels)
        silence = self._encode(np.zeros(WINDOW, np.float32))
        self.width = silence.shape[1]

    def _encode(self, audio: np.ndarray) -> np.ndarray:
        mels = self._mels(audio, padding=0)[:, : WINDOW // 160]
        mels = np.pad(mels, ((0, 0), (0, WINDOW // 160 - mels.shape[1])))
        encoded = self._model.encode(
            self._storage.from_array(np.ascontiguousarray(mels[None], np.float32)), to_cpu=True
        )
        return np.array(encoded)[0]

    def __call__(self, corpus: PreparedCorpus, window: list[Side]) -> list[tuple[str, np.ndarray]]:
        audio = np.zeros(WINDOW, np.float32)
        places, start = [], 0
        for u, side in window:
            x = resample(corpus.audio(u, side, 0, u.samples // HOP), SAMPLE_RATE, RATE)
            rows = len(x) // ROW
            x = x[: min(rows * ROW, WINDOW - start)]
            audio[start : start + len(x)] = x
            places.append((rows_key(u, side), start // ROW, len(x) // ROW))
            start += rows * ROW + PAUSE
        encoded = self._encode(audio).astype(np.float16)
        return [(key, encoded[first : first + rows]) for key, first, rows in places]


def pack(sides: list[Side]) -> list[list[Side]]:
    """Windows of utterances, in their order; one longer than a window stands alone and is cut."""
    windows: list[list[Side]] = []
    room = 0.0
    for u, side in sides:
        need = u.samples * RATE / SAMPLE_RATE + PAUSE
        if need > room or not windows:
            windows.append([])
            room = WINDOW
        windows[-1].append((u, side))
        room -= need
    return windows


def _write_json(path: Path, value: object) -> None:
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(value), "utf8")
    beside.replace(path)
