"""A folder of recordings: several at a time, what is done already is skipped, one bad file does not stop the rest."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.audio_file import SUFFIXES
from core.bundle import Bundle
from core.errors import AudioFileError, ConfigError, VoxveilError
from realtime.pipeline import Pipeline
from realtime.recording import FileReport
from voxveil.anonymizer import Anonymizer
from voxveil.commands.voice_options import chosen_voice

READ = (*SUFFIXES, ".opus", ".mp3", ".aiff", ".aif")
"""Suffixes that count as recordings."""


@dataclass(frozen=True)
class Settings:
    """What every process of the pool needs to know (it is sent to them, so plain values only)."""

    bundle: Path
    voice: npt.NDArray[np.float32]
    prosody: float
    provider: str


def plan(source: Path, target: Path, force: bool) -> tuple[list[tuple[Path, Path]], int]:
    """Pairs of recording and file to write, in order, and how many are done already.

    The folders below `source` are kept. A suffix that cannot be written (mp3, opus …) becomes .wav. Targets are renamed
    into place when whole, so a target that exists is done.

    Raises:
        AudioFileError: no recordings, `target` is inside `source`, or two recordings would share one target.
    """
    if target.resolve() == source.resolve() or source.resolve() in target.resolve().parents:
        raise AudioFileError(f"{target} lies in {source}; write to a folder outside it")
    if target.exists() and not target.is_dir():
        raise AudioFileError(f"{target} is a file; when IN is a folder, OUT has to be one")
    files = sorted(path for path in source.rglob("*") if path.suffix.lower() in READ and path.is_file())
    files = [path for path in files if not path.name.startswith(".")]
    if not files:
        raise AudioFileError(f"{source} holds no recordings ({', '.join(READ)})")
    pairs = [(path, _target(path, source, target)) for path in files]
    seen: dict[Path, Path] = {}
    for path, out in pairs:
        if out in seen:
            raise AudioFileError(f"{seen[out]} and {path} would both become {out}; rename one")
        seen[out] = path
    todo = [(path, out) for path, out in pairs if force or not out.exists()]
    return todo, len(pairs) - len(todo)


def _target(path: Path, source: Path, target: Path) -> Path:
    out = target / path.relative_to(source)
    return out if out.suffix.lower() in SUFFIXES else out.with_suffix(".wav")


_worker: Anonymizer | None = None


def _start_worker(settings: Settings) -> None:
    """Once in each process of the pool: load the bundle."""
    global _worker
    _worker = Anonymizer.load(settings.bundle, settings.voice, settings.prosody, settings.provider)


def _one(source: Path, target: Path) -> FileReport | str:
    """One file: its report, or one line about what is wrong with it."""
    assert _worker is not None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return _worker.process_file(source, target)
    except VoxveilError as error:
        return str(error)
    except OSError as error:
        return f"{target.parent} cannot be made: {error.strerror or error}"


def run_folder(args: argparse.Namespace) -> int:
    """`voxveil file` with a folder as IN. Returns 0, or 2 when some files could not be done (one line each)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    if args.jobs < 1:
        raise ConfigError(f"--jobs wants 1 or more, not {args.jobs}")
    todo, done = plan(args.source, args.target, args.force)
    bundle = Bundle.load(args.bundle)
    row, name = chosen_voice(args, bundle)
    settings = Settings(bundle.path, row, args.prosody, args.provider)
    if args.provider == "cuda":
        Pipeline(bundle, args.provider)  # that it cannot be had is said here, not by each process
    failed = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    quiet = args.quiet or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("recordings", total=len(todo))
        for result in _results(todo, settings, args.jobs):
            bar.advance(task)
            for line in [result] if isinstance(result, str) else result.remarks:
                print(f"voxveil: {line}", file=sys.stderr)
            failed += isinstance(result, str)
    if not args.quiet:
        skipped = f", {done} were there already" if done else ""
        print(
            f"{args.target}: {len(todo) - failed} recordings as {name}{skipped}"
            + (f", {failed} failed" if failed else "")
        )
    return 2 if failed else 0


def _results(todo: list[tuple[Path, Path]], settings: Settings, jobs: int) -> Iterable[FileReport | str]:
    if not todo:
        return
    with ProcessPoolExecutor(min(jobs, len(todo)), initializer=_start_worker, initargs=(settings,)) as pool:
        waiting = [pool.submit(_one, source, target) for source, target in todo]
        try:
            for finished in as_completed(waiting):
                yield finished.result()
        except BrokenProcessPool as error:
            raise VoxveilError(
                "one of the processes was ended, perhaps for lack of memory; run the same command again with fewer "
                "--jobs, and it goes on where it stopped"
            ) from error
        finally:
            for future in waiting:
                future.cancel()
