"""Writes a prepared folder: sound and labels one after the other, ready to be mapped into memory.

A run that was stopped goes on where it stopped: utterances are appended in order, and the unfinished index says how
much of each file is whole.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from core.errors import AudioFileError, ConfigError
from core.spec import BLOCK, HOP, SAMPLE_RATE
from training.data.phones import PHONES, UNKNOWN, frame_labels, quiet_frames
from training.data.pitch import heard_curve, track
from training.data.recording import Piece, Recording

SHORTEST = 1.0
"""Seconds."""
SILENT = 10 ** (-55 / 20)
"""Root mean square below which a recording holds nothing."""
SOUND = "audio.i16"
FRAMES = {"f0_src": "f0_src.f32", "f0_tgt": "f0_tgt.f32", "phone": "phone.i16"}
UNFINISHED, STARTED = "index.unfinished.jsonl", "recordings.sha256"


@dataclass(frozen=True)
class PrepareReport:
    """What became of the recordings.

    Attributes:
        kept: utterances in the index.
        hours: of sound, both sides of parallel speech counted.
        skipped: (id, reason) of the others.
    """

    kept: int
    hours: float
    skipped: list[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class _Labelled:
    src: np.ndarray
    tgt: np.ndarray | None
    f0_src: np.ndarray
    f0_tgt: np.ndarray
    phone: np.ndarray


def prepare(recordings: Sequence[Recording], out: Path, processes: int = 2) -> PrepareReport:
    """Decode, resample, label and write all recordings.

    Broken, silent and too short recordings are skipped and reported.

    Raises:
        ConfigError: `out` holds something else, nothing could be used, or two recordings have the same id.
    """
    from rich.progress import Progress

    ids = [r.id for r in recordings]
    if len(set(ids)) != len(ids):
        raise ConfigError("two recordings have the same name; give each folder only once")
    done = _begin(out, ids)
    if done is None:
        return _report(out)
    todo = list(recordings[done:])
    with _Writer(out) as writer, Progress() as progress, multiprocessing.get_context("spawn").Pool(processes) as pool:
        task = progress.add_task("Preparing", total=len(recordings), completed=done)
        for recording, made in zip(todo, pool.imap(_label_or_reason, todo, chunksize=4), strict=True):
            if isinstance(made, str):
                progress.console.print(f"skipped {recording.id}: {made}", highlight=False)
            writer.add(recording, made)
            progress.advance(task)
    (out / "phones.json").write_text(json.dumps(PHONES, ensure_ascii=False), "utf8")
    return _finish(out)


def label(recording: Recording) -> _Labelled:
    """Read one recording and work out its labels.

    Raises:
        AudioFileError: it cannot be used; the text is the reason.
    """
    pieces = (Piece(recording.path, recording.begin, recording.end), *recording.more)
    src = np.concatenate([read_24k(p.path, p.begin, p.end) for p in pieces])
    tgt = read_24k(recording.partner) if recording.partner else None
    if tgt is not None:
        if abs(len(src) - len(tgt)) > HOP:
            raise AudioFileError(f"its two sides differ by {abs(len(src) - len(tgt))} samples")
        src, tgt = src[: len(tgt)], tgt[: len(src)]
    whole = len(src) // BLOCK * BLOCK
    src, tgt = src[:whole], tgt[:whole] if tgt is not None else None
    if whole < SHORTEST * SAMPLE_RATE:
        raise AudioFileError(f"only {whole / SAMPLE_RATE:.2f} s long")
    if np.sqrt(np.mean(src**2)) < SILENT:
        raise AudioFileError("silent")
    frames = whole // HOP + 1
    exact = recording.exact
    if exact is None:
        nothing = np.zeros(frames, np.float32)
        phone = np.full(frames, UNKNOWN, np.int16)
        return _Labelled(src, tgt, track(src, frames), track(tgt, frames) if tgt is not None else nothing, phone)
    if tgt is None:
        raise AudioFileError("it has exact labels but no partner")
    quiet = quiet_frames(src, HOP) & quiet_frames(tgt, HOP)
    return _Labelled(
        src,
        tgt,
        heard_curve(src, frames, exact.f0_src, exact.f0_step),
        heard_curve(tgt, frames, exact.f0_tgt, exact.f0_step),
        frame_labels(exact.symbols, exact.seconds, quiet),
    )


def read_24k(path: Path, begin: float = 0.0, end: float | None = None) -> np.ndarray:
    """float32 [n] mono at 24 kHz, of a part in seconds.

    Raises:
        AudioFileError: missing, no audio, or not finite; the text is the reason alone.
    """
    if not path.is_file():
        raise AudioFileError("no such file")
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            file.seek(min(int(begin * rate), file.frames))
            count = -1 if end is None else max(int(end * rate) - int(begin * rate), 0)
            samples = file.read(count, dtype="float32", always_2d=True).mean(axis=1)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise AudioFileError(f"not readable as audio ({str(error).rsplit(': ', 1)[-1].rstrip('.')})") from error
    if not np.isfinite(samples).all():
        raise AudioFileError("holds samples that are no numbers")
    if rate == SAMPLE_RATE:
        return np.asarray(samples, np.float32)
    return np.asarray(soxr.resample(samples, rate, SAMPLE_RATE, "HQ"), np.float32)


def _label_or_reason(recording: Recording) -> _Labelled | str:
    try:
        return label(recording)
    except AudioFileError as error:
        return str(error)


class _Writer:
    """Appends utterances; on entry cuts off what the unfinished index does not vouch for."""

    def __init__(self, out: Path) -> None:
        self.out = out
        entries = _read_lines(out / UNFINISHED)
        self.samples = sum(e["samples"] * (2 if e["tgt"] is not None else 1) for e in entries if "skipped" not in e)
        self.frames = sum(e["frames"] for e in entries if "skipped" not in e)
        self.stack = ExitStack()

    def __enter__(self) -> _Writer:
        sizes = {SOUND: 2 * self.samples, FRAMES["phone"]: 2 * self.frames}
        self.files = {}
        for name in (SOUND, *FRAMES.values()):
            path = self.out / name
            path.touch()
            self.files[name] = self.stack.enter_context(path.open("r+b"))
            self.files[name].truncate(sizes.get(name, 4 * self.frames))
            self.files[name].seek(0, 2)
        self.index = self.stack.enter_context((self.out / UNFINISHED).open("a", encoding="utf8"))
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()

    def add(self, r: Recording, made: _Labelled | str) -> None:
        if isinstance(made, str):
            self._line({"id": r.id, "skipped": made})
            return
        count, sides = len(made.src), [made.src] if made.tgt is None else [made.src, made.tgt]
        for side in sides:
            self.files[SOUND].write(np.round(np.clip(side, -1, 1) * 32767).astype("<i2").tobytes())
        for name, place in FRAMES.items():
            kind = "<i2" if name == "phone" else "<f4"
            self.files[place].write(getattr(made, name).astype(kind).tobytes())
        for file in self.files.values():
            file.flush()
        entry: dict[str, Any] = {name: getattr(r, name) for name in ("id", "kind", "split")}
        entry |= {"samples": count, "src": self.samples, "tgt": None if made.tgt is None else self.samples + count}
        entry |= {"frames": len(made.phone), "labels": self.frames}
        entry |= {name: getattr(r, name) for name in ("src_voice", "tgt_voice", "talker", "sex", "text", "lang")}
        self.samples += count * len(sides)
        self.frames += len(made.phone)
        self._line(entry)

    def _line(self, entry: dict[str, Any]) -> None:
        self.index.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self.index.flush()


def _begin(out: Path, ids: list[str]) -> int | None:
    """How many recordings an earlier run has dealt with; None if it dealt with all of them."""
    if not ids:
        raise ConfigError("no recordings to prepare; name at least one corpus")
    mark = sha256("\n".join(ids).encode()).hexdigest()
    out.mkdir(parents=True, exist_ok=True)
    started = out / STARTED
    if started.is_file():
        if started.read_text("utf8") != mark:
            raise ConfigError(f"{out} was prepared from other recordings; name an empty folder")
        return None if (out / "index.jsonl").is_file() else len(_read_lines(out / UNFINISHED))
    if any(out.iterdir()):
        raise ConfigError(f"{out} is not empty; name an empty folder")
    started.write_text(mark, "utf8")
    return 0


def _finish(out: Path) -> PrepareReport:
    entries = _read_lines(out / UNFINISHED)
    kept = [e for e in entries if "skipped" not in e]
    skipped = [e for e in entries if "skipped" in e]
    if not kept:
        raise ConfigError(f"none of {len(entries)} recordings could be used; the first: {skipped[0]['skipped']}")
    for name, lines in (("skipped.jsonl", skipped), ("index.part", kept)):
        (out / name).write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in lines), "utf8")
    (out / "index.part").replace(out / "index.jsonl")
    (out / UNFINISHED).unlink()
    return _report(out)


def _report(out: Path) -> PrepareReport:
    kept = len(_read_lines(out / "index.jsonl"))
    hours = (out / SOUND).stat().st_size / 2 / SAMPLE_RATE / 3600
    return PrepareReport(kept, hours, [(e["id"], e["skipped"]) for e in _read_lines(out / "skipped.jsonl")])


def _read_lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines of a JSON-lines file; a half-written last line does not count."""
    if not path.is_file():
        return []
    text = path.read_text("utf8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, "utf8")
    return [json.loads(line) for line in whole.splitlines()]
