"""Reads the folder that `voxveil data prepare` writes (its layout stands in docs/architecture.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from core.errors import ConfigError
from core.spec import BLOCK, HOP

UNKNOWN_PHONE = -1
RECOGNIZER_WIDTH = 64
"""Numbers a 20 ms row in features.f16."""
ROWS_FILE, FEATURES_FILE = "whisper_rows.json", "whisper.f16"
"""A recogniser's own rows, of both sides of parallel speech, and where each begins."""


@dataclass(frozen=True)
class Utterance:
    """A line of index.jsonl. Offsets are in samples (src, tgt), 10 ms frames (labels) and 20 ms rows (teacher)."""

    id: str
    kind: str
    split: str
    samples: int
    frames: int
    src: int
    tgt: int | None
    labels: int
    src_voice: tuple[str, str, float] | None
    tgt_voice: str | None
    talker: str | None
    sex: str | None
    text: str | None
    lang: str | None
    teacher: int | None
    features: int | None

    def voice(self, side: str) -> tuple[str, str, float]:
        """The timbre of a side as (first voice, second voice, weight of the second)."""
        if side == "tgt":
            assert self.tgt_voice is not None
            return self.tgt_voice, self.tgt_voice, 0.0
        assert self.src_voice is not None
        return self.src_voice


def rows_key(u: Utterance, side: str) -> str:
    """Under which the recogniser's rows of a side are kept."""
    return u.id if side == "src" else f"{u.id} {side}"


class PreparedCorpus:
    """Memory-mapped audio and labels.

    Args:
        folder: what `voxveil data prepare` wrote.

    Raises:
        ConfigError: the folder or one of its files is missing.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "index.jsonl").is_file():
            raise ConfigError(f"{folder} is not a prepared corpus (no index.jsonl); run: voxveil data prepare")
        self.folder = folder
        self._utterances = [_read(line) for line in (folder / "index.jsonl").read_text("utf8").splitlines()]
        self._audio = np.memmap(folder / "audio.i16", np.int16, "r")
        self._f0 = {side: np.memmap(folder / f"f0_{side}.f32", np.float32, "r") for side in ("src", "tgt")}
        self._phones = np.memmap(folder / "phone.i16", np.int16, "r")
        self.phone_names: list[str] = json.loads((folder / "phones.json").read_text("utf8"))
        rows = folder / "teacher.f16"
        self._teacher = np.memmap(rows, np.float16, "r").reshape(-1, len(self.phone_names)) if rows.is_file() else None
        rows = folder / "features.f16"
        self._features = np.memmap(rows, np.float16, "r").reshape(-1, RECOGNIZER_WIDTH) if rows.is_file() else None

    @property
    def voices(self) -> list[str]:
        """Names of all synthetic voices, sorted: the rows of the voice table."""
        names = {n for u in self._utterances if u.src_voice for n in u.src_voice[:2]}
        return sorted(names | {u.tgt_voice for u in self._utterances if u.tgt_voice})

    def utterances(self, split: str, kind: str) -> list[Utterance]:
        """Those of a split (train, val, test) and kind (parallel, real, plain), in the order of the index."""
        return [u for u in self._utterances if u.split == split and u.kind == kind]

    def audio(self, u: Utterance, side: str, start: int, frames: int) -> np.ndarray:
        """float32 [frames * 240] from frame `start`, zeros past the end."""
        begin = (u.src if side == "src" else u.tgt or 0) + start * HOP
        end = min(begin + frames * HOP, (u.src if side == "src" else u.tgt or 0) + u.samples)
        x = self._audio[begin:end].astype(np.float32) / 32768.0
        return np.pad(x, (0, frames * HOP - len(x)))

    def f0(self, u: Utterance, side: str, start: int, frames: int) -> np.ndarray:
        """float32 [frames] in Hz, 0 where unvoiced."""
        return _slice(self._f0[side], u, start, frames, 0.0)

    def phones(self, u: Utterance, start: int, frames: int) -> np.ndarray:
        """int16 [frames], -1 where unknown."""
        return _slice(self._phones, u, start, frames, UNKNOWN_PHONE)

    def features(self, u: Utterance, start: int, steps: int) -> np.ndarray:
        """float32 [steps, width]: what a recogniser makes of 20 ms rows from row `start` (may be -1), zeros where there
        are none.
        """
        wanted = np.zeros((steps, RECOGNIZER_WIDTH), np.float32)
        if self._features is not None and u.features is not None:
            _fill(wanted, self._features, u.features, u.samples // BLOCK, start)
        return wanted

    def whole_rows(self, u: Utterance, side: str, start: int, steps: int) -> np.ndarray:
        """float32 [steps, width]: the recogniser's own 20 ms rows from row `start` (may be -1), zeros past the end.

        Raises:
            ConfigError: there are none.
        """
        places, values = self._whole
        place = places.get(rows_key(u, side))
        if place is None:
            raise ConfigError(f"{self.folder} has no recogniser's rows of {u.id}; run: voxveil data teacher")
        wanted = np.zeros((steps, values.shape[1]), np.float32)
        offset, count = place
        _fill(wanted, values, offset, count, start)
        return wanted

    @cached_property
    def _whole(self) -> tuple[dict[str, list[int]], np.ndarray]:
        """Opened when first asked for: most stages do without."""
        return recogniser_rows(self.folder)

    def teacher(self, u: Utterance, start: int, steps: int) -> np.ndarray:
        """float32 [steps, classes]: 20 ms posteriors from row `start` (may be -1), zeros where there are none."""
        soft = np.zeros((steps, len(self.phone_names)), np.float32)
        if self._teacher is not None and u.teacher is not None:
            _fill(soft, self._teacher, u.teacher, u.samples // BLOCK, start)
        return soft


def recogniser_rows(folder: Path) -> tuple[dict[str, list[int]], np.ndarray]:
    """A recogniser's own rows in a prepared folder.

    Returns:
        By `rows_key` the first row and how many; and all rows, float16 (rows, width), memory-mapped.

    Raises:
        ConfigError: there are none.
    """
    if not (folder / ROWS_FILE).is_file():
        raise ConfigError(f"{folder} has no recogniser's rows; run: voxveil data teacher")
    places: dict[str, list[int]] = json.loads((folder / ROWS_FILE).read_text("utf8"))
    values = np.memmap(folder / FEATURES_FILE, np.float16, "r")
    count = sum(count for _, count in places.values())
    width = len(values) // count
    return places, values[: count * width].reshape(count, width)


def _fill(rows: np.ndarray, values: np.ndarray, offset: int, count: int, start: int) -> None:
    """Put an utterance's rows from its row `start` on into `rows`; it has `count`, from `offset` in `values`."""
    first, last = max(start, 0), min(start + len(rows), count)
    if last > first:
        rows[first - start : last - start] = values[offset + first : offset + last]


def _slice(values: np.ndarray, u: Utterance, start: int, frames: int, fill: float) -> np.ndarray:
    x = values[u.labels + start : u.labels + min(start + frames, u.frames)]
    return np.pad(np.asarray(x), (0, frames - len(x)), constant_values=fill)


def _read(line: str) -> Utterance:
    entry = json.loads(line)
    entry["src_voice"] = tuple(entry["src_voice"]) if entry.get("src_voice") else None
    names = Utterance.__dataclass_fields__
    return Utterance(**{name: entry.get(name) for name in names})
