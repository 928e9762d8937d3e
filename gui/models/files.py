"""Recordings to anonymize: a queue of child processes, one at a time, with progress and cancel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from gui.models.settings import SettingsStore
from gui.models.voices import VoiceChoice, VoicesModel
from gui.platform.child import discard, interrupt, voxveil_command, whole_lines

SOUND_FILES = {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}
KILL_AFTER_MS = 1500
MARK = "-voxveil"


class JobState(Enum):
    """Where a recording stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class Job:
    """One recording: from, to, how far (0..1), and what was said about it."""

    source: Path
    target: Path
    voice: list[str]
    state: JobState = JobState.WAITING
    progress: float = 0.0
    message: str = ""


class FilesModel(QObject):
    """`changed(index)` for one job, `listed` when jobs came or went."""

    changed = Signal(int)
    listed = Signal()

    def __init__(self, bundle: Path, voices: VoicesModel, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bundle, self._voices, self._store = bundle, voices, store
        self.jobs: list[Job] = []
        self._process: QProcess | None = None
        self._running: Job | None = None

    @property
    def busy(self) -> bool:
        """Whether a recording is being worked on."""
        return self._running is not None

    def use_bundle(self, bundle: Path) -> None:
        """Take other graphs and voices for what begins from now on."""
        self._bundle = bundle

    def add(self, paths: list[Path]) -> int:
        """Queue recordings, and those of folders; the results stand beside them. Returns how many were added."""
        found = [path for named in paths for path in _recordings(named)]
        taken = {job.target for job in self.jobs}
        voice = [*voice_words(self._voices.choice), "--prosody", f"{self._store.values.prosody:g}"]
        for source in found:
            target = _free_name(source, taken)
            taken.add(target)
            self.jobs.append(Job(source, target, voice))
        if found:
            self.listed.emit()
            self._next()
        return len(found)

    def cancel(self, job: Job) -> None:
        """Stop one; nothing half-written stays (the child writes beside and renames)."""
        if job.state is JobState.WAITING:
            self._set(job, JobState.CANCELLED)
        elif job is self._running and self._process is not None:
            job.state = JobState.CANCELLED
            interrupt(self._process)
            QTimer.singleShot(KILL_AFTER_MS, self._process, self._process.kill)

    def cancel_all(self) -> None:
        """Stop everything that waits or runs."""
        for job in self.jobs:
            self.cancel(job)

    def clear_finished(self) -> None:
        """Drop what is done, failed or cancelled from the list; files stay."""
        self.jobs = [job for job in self.jobs if job.state in (JobState.WAITING, JobState.RUNNING)]
        self.listed.emit()

    def close(self) -> None:
        """End the child before the app ends."""
        self.cancel_all()
        if self._process is not None and not self._process.waitForFinished(KILL_AFTER_MS):
            self._process.kill()
            self._process.waitForFinished(KILL_AFTER_MS)

    def _next(self) -> None:
        job = next((job for job in self.jobs if job.state is JobState.WAITING), None)
        if self._running is not None or job is None:
            return
        words = [
            "file",
            str(job.source),
            str(job.target),
            "--bundle",
            str(self._bundle),
            "--progress-lines",
            *job.voice,
        ]
        program, arguments = voxveil_command(*words)
        process = QProcess(self)
        self._process, self._running = process, job
        process.readyReadStandardOutput.connect(lambda: self._read(process, job))
        process.finished.connect(lambda code, _: self._finished(process, job, code))
        process.errorOccurred.connect(lambda error: self._not_started(process, job, error))
        self._set(job, JobState.RUNNING)
        process.start(program, arguments)

    def _read(self, process: QProcess, job: Job, ended: bool = False) -> None:
        for line in whole_lines(process, ended):
            word, _, rest = line.partition(" ")
            if word == "progress":
                job.progress = float(rest)
            elif line.strip():
                job.message = line.strip()
        self._tell(job)

    def _finished(self, process: QProcess, job: Job, code: int) -> None:
        self._read(process, job, ended=True)
        complaint = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        self._process = self._running = None
        discard(process)
        if job.state is JobState.CANCELLED:
            job.target.unlink(missing_ok=True)  # it may have been done before the wish to stop reached it
        else:
            if code == 0:
                job.progress = 1.0
                job.state = JobState.DONE
            else:
                job.state = JobState.FAILED
            if complaint:
                said = complaint.splitlines()[-1].removeprefix("voxveil: ").removeprefix("note: ")
                job.message = said.replace(str(job.source), job.source.name)  # its row says where it lies
        self._tell(job)
        self._next()

    def _not_started(self, process: QProcess, job: Job, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            job.message = process.errorString()
            self._finished(process, job, 1)

    def _set(self, job: Job, state: JobState) -> None:
        job.state = state
        self._tell(job)

    def _tell(self, job: Job) -> None:
        if job in self.jobs:
            self.changed.emit(self.jobs.index(job))


def voice_words(choice: VoiceChoice) -> list[str]:
    """The options of `voxveil file` that choose this voice."""
    return {
        "named": ["--voice", choice.a],
        "mix": ["--mix", choice.a, choice.b, f"{choice.weight:g}"],
        "new": ["--new", str(choice.seed)],
        "fresh": ["--voice", choice.a],
    }[choice.kind]


def _recordings(path: Path) -> list[Path]:
    if path.is_dir():
        inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in SOUND_FILES and file.is_file())
        return [file for file in inside if MARK not in file.stem]  # our own results of last time
    return [path]


def _free_name(source: Path, taken: set[Path]) -> Path:
    """`talk.wav` becomes `talk-voxveil.wav`, or `talk-voxveil-2.wav` …: nothing is ever overwritten."""
    suffix = source.suffix if source.suffix.lower() in (".wav", ".flac", ".ogg") else ".wav"
    number = 1
    while True:
        name = f"{source.stem}{MARK}{'' if number == 1 else f'-{number}'}{suffix}"
        target = source.with_name(name)
        if target not in taken and not target.exists():
            return target
        number += 1
