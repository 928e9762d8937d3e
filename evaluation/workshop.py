"""Everything that measures, made once in each process; what it finds out goes into the cache for all of them."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import lru_cache
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core.bundle import Bundle
from core.spec import SAMPLE_RATE
from evaluation.cache import Cache
from evaluation.codes import CodeReader
from evaluation.intelligibility import Whisper
from evaluation.measure import (
    Instruments,
    Recogniser,
    Sound,
    against,
    codes_of,
    embed,
    embed_again,
    heard_by,
    load,
    measure,
    melody_of,
    quality_of,
)
from evaluation.plan import Plan
from evaluation.similarity import Verifier
from evaluation.sphinx import Sphinx
from evaluation.surroundings import Condition, babble, room
from evaluation.systems import System, mcadams, of_bundle, of_people, original, pitch_shift
from evaluation.talkers import Recording
from evaluation.tdnn import TdnnVerifier, default_weights
from realtime.pipeline import Pipeline

BABBLE_DB = (15.0, 5.0)
CONDITIONS = ("quiet", *(f"babble {db:g} dB" for db in BABBLE_DB), "room")
BABBLERS = 12
KEPT = 500
"""Sounds in memory (some 300 MB at most): attackers come back to the same ones."""


@dataclass(frozen=True)
class Job:
    """One thing to find out.

    Attributes:
        kind: "measure", "timbre", "melody", "codes" or "surroundings".
        system, target: name of the system and what it is asked for.
        seconds: of the recording to use, 0 for all. condition: of CONDITIONS.
    """

    kind: str
    recording: Recording
    system: str
    target: str
    seconds: float = 0.0
    condition: str = "quiet"


class Workshop:
    """The systems that are compared and the instruments."""

    def __init__(self, plan: Plan) -> None:
        """Raises:
        VoxveilError: bundle, voices, recogniser or verifier are missing.
        """
        self.plan = plan
        self.bundle = Bundle.load(plan.bundle)
        pipeline = Pipeline(self.bundle)
        voices = list(plan.voices) or self.bundle.voices.names
        self.ours = of_bundle(pipeline, voices, plan.prosody)
        self.people = [of_people(pipeline, plan.people, plan.prosody)] if plan.people else []
        settings = [of_bundle(pipeline, voices, p, f"anonymized, prosody {p:g}") for p in plan.settings]
        other = [_of_other(name, path, plan) for name, path in plan.also]
        self.baselines = [mcadams(), pitch_shift()] if plan.baselines else []
        every = [original(), self.ours, *self.people, *settings, *other, *self.baselines]
        self.systems: dict[str, System] = {system.name: system for system in every}
        second = TdnnVerifier.load(plan.verifier) if plan.verifier or default_weights().is_file() else None
        self.instruments = Instruments(Cache(plan.out / "cache"), Verifier(), second, _recognisers(plan))
        self.reader = CodeReader(self.bundle)
        self.sound = lru_cache(maxsize=8)(self._sound)
        self._made = lru_cache(maxsize=KEPT)(self._make)

    def conditioned(self, job: Job) -> Sound:
        """The recording as the microphone of the job's condition hears it."""
        sound = self.sound(job.recording, job.seconds)
        condition = self._conditions().get(job.condition)
        return sound if condition is None else condition(sound, int.from_bytes(job.recording.id.encode()[-4:], "big"))

    def made(self, job: Job) -> Sound:
        """What the system makes of it."""
        return self._made(replace(job, kind=""))

    def _make(self, job: Job) -> Sound:
        return self.systems[job.system](self.conditioned(job), job.target, self.instruments.cache)

    def do(self, job: Job) -> None:
        """Find it out, into the cache."""
        tools = self.instruments
        if job.kind == "codes":
            codes_of(self.sound(job.recording, job.seconds), self.reader, tools.cache)
            return
        made = self.made(job)
        if job.kind == "measure":
            measure(job.recording, self.sound(job.recording, job.seconds), made, job.target, tools)
        if job.kind == "surroundings":
            heard_by(tools.recognisers["wer"], made, tools.cache)
            quality_of(made, tools.cache)
            against(self.sound(job.recording, job.seconds), made, tools.cache)
        if job.kind in ("measure", "timbre"):
            embed(made, tools)
            if tools.second is not None:
                embed_again(made, tools.second, tools.cache)
        if job.kind == "melody":
            melody_of(made, tools.cache)

    def _sound(self, recording: Recording, seconds: float) -> Sound:
        ((_, sound),), _ = load([recording])
        return sound[: round(seconds * SAMPLE_RATE)] if seconds else sound

    @lru_cache(maxsize=1)  # noqa: B019 - one workshop a process, for as long as it lives
    def _conditions(self) -> dict[str, Condition]:
        others = [sound for _, sound in load(list(self.plan.babblers))[0]]
        made: dict[str, Condition] = {"room": room}
        for db in BABBLE_DB:
            made[f"babble {db:g} dB"] = babble(others, db)
        return made


class Crew:
    """Does jobs, in several processes where there are cores; what was done before is not done again."""

    def __init__(self, workshop: Workshop, processes: int, console: Console) -> None:
        self._workshop, self._console = workshop, console
        self._pool: ProcessPoolExecutor | None = None
        if processes > 1:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(workshop.plan,))

    def run(self, title: str, jobs: Sequence[Job]) -> None:
        """All of them, with a progress bar. An interruption loses only what was in hand."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        jobs = list(dict.fromkeys(jobs))
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task(title, total=len(jobs))
            for _ in self._results(jobs):
                bar.advance(task)

    def _results(self, jobs: Sequence[Job]) -> Iterable[None]:
        if self._pool is None:
            for job in jobs:
                self._workshop.do(job)
                yield
            return
        waiting = [self._pool.submit(_one, job) for job in jobs]
        try:
            for finished in as_completed(waiting):
                yield finished.result()
        finally:
            for future in waiting:
                future.cancel()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


_own: Workshop | None = None


def _begin(plan: Plan) -> None:
    """Once in each process of the pool."""
    global _own
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)
    _own = Workshop(plan)


def _one(job: Job) -> None:
    assert _own is not None
    _own.do(job)


def _recognisers(plan: Plan) -> dict[str, Recogniser]:
    folders = [folder for folder in (plan.whisper, plan.whisper_second) if folder]
    names = ("wer", "wer_second")
    found: dict[str, Recogniser] = {n: Whisper(folder) for n, folder in zip(names, folders, strict=False)}
    if found and plan.pocketsphinx:
        found["wer_sphinx"] = Sphinx()
    return found


def _of_other(name: str, path: str, plan: Plan) -> System:
    """Another bundle (an ablation, an older one) as a row of its own, with as many of the voices as it knows."""
    pipeline = Pipeline(Bundle.load(path))
    known = [v for v in plan.voices if v in pipeline.bundle.voices] or pipeline.bundle.voices.names
    return of_bundle(pipeline, known, plan.prosody, name)


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
