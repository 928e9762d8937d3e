"""Makes a voice from recordings with `voxveil add-voice`, in a child process, on a copy of the voices of one's own."""

from __future__ import annotations

import shutil
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from core.bundle import Bundle
from gui.models.background import Background
from gui.models.settings import config_folder
from gui.platform.child import discard, interrupt, voxveil_command

KILL_AFTER_MS = 4000


class Making(Enum):
    """Where it stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class NewVoice(QObject):
    """`changed` at every step; `made(bundle)` when the voice is in the bank.

    Attributes:
        progress: 0 to 1, or -1 while it is not known.
        lines: what the command said, results last.
    """

    changed = Signal()
    made = Signal(object)

    def __init__(self, bundle: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bundle = bundle
        self._own = own_bundle()
        self._process: QProcess | None = None
        self._jobs = Background("new voice", self)
        self.state = Making.READY
        self.progress = -1.0
        self.lines: list[str] = []

    def begin(self, name: str, recordings: Path) -> None:
        """Make the voice `name` from the audio files in a folder."""
        if self.state is Making.RUNNING:
            return
        self.state, self.progress, self.lines = Making.RUNNING, -1.0, []
        self.changed.emit()
        # The voices that were installed stay as they are: updates replace them, and they may be read-only.
        self._jobs.run(
            lambda: _copy(self._bundle, self._own), done=lambda _: self._start(name, recordings), failed=self._failed
        )

    def cancel(self) -> None:
        """Stop; the bank stays as it was (the command writes it last, beside and renamed)."""
        if self.state is Making.RUNNING:
            self.state = Making.CANCELLED
            if self._process is not None:
                interrupt(self._process)
                QTimer.singleShot(KILL_AFTER_MS, self._process, self._process.kill)
            self.changed.emit()

    def close(self) -> None:
        """End the child."""
        self.cancel()
        process, self._process = self._process, None
        if process is not None and not process.waitForFinished(KILL_AFTER_MS):
            process.kill()
            process.waitForFinished(KILL_AFTER_MS)
        self._jobs.close()

    def _start(self, name: str, recordings: Path) -> None:
        if self.state is not Making.RUNNING:
            return  # cancelled meanwhile
        words = ["add-voice", name, str(recordings), "--bundle", str(self._own), "--progress-lines"]
        program, arguments = voxveil_command(*words)
        process = self._process = QProcess(self)
        process.readyReadStandardOutput.connect(lambda: self._read(process))
        process.finished.connect(lambda code, how: self._ended(process, code, how))
        process.start(program, arguments)

    def _read(self, process: QProcess) -> None:
        for line in bytes(process.readAllStandardOutput().data()).decode(errors="replace").splitlines():
            word, _, rest = line.partition(" ")
            if word == "progress":
                self.progress = float(rest.split()[0])
            elif line.strip():
                self.lines.append(line.strip())
        self.changed.emit()

    def _ended(self, process: QProcess, code: int, how: QProcess.ExitStatus) -> None:
        self._read(process)
        complaint = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        discard(process)
        if process is not self._process:
            return
        self._process = None
        if self.state is Making.CANCELLED:
            self.changed.emit()
        elif code == 0 and how is QProcess.ExitStatus.NormalExit:
            self._jobs.run(lambda: Bundle.load(self._own), done=self._made, failed=self._failed)
        else:
            self._failed(complaint.splitlines()[-1].removeprefix("voxveil: ") if complaint else "")

    def _made(self, bundle: Bundle) -> None:
        self.state = Making.DONE
        self.changed.emit()
        self.made.emit(bundle)

    def _failed(self, text: str) -> None:
        self.state = Making.FAILED
        self.lines.append(text)
        self.changed.emit()


def own_bundle() -> Path:
    """Where the user's own copy of the voices lies, once a voice was added."""
    return config_folder() / "bundle"


def _copy(bundle: Path, own: Path) -> None:
    """Copy the bundle unless it is the copy already; complete or not at all."""
    if bundle.resolve() == own.resolve():
        return
    beside = own.with_name(own.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(bundle, beside)
    shutil.rmtree(own, ignore_errors=True)
    beside.rename(own)
