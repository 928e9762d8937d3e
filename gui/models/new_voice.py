"""Makes a voice from recordings with `voxveil add-voice`, in a child process, on a copy of the voices of one's own."""

from __future__ import annotations

import shutil
from enum import Enum
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from core.bundle import Bundle
from gui.models.background import Background
from gui.models.settings import config_folder
from gui.platform.child import discard, interrupt, voxveil_command, whole_lines

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
        busy: whether it works, or the command of a cancelled attempt has not ended yet.
        figures: results by name, as the command gives them to programs (voxveil/commands/add_voice.py: `_result`).
    """

    changed = Signal()
    made = Signal(object)

    def __init__(self, bundle: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bundle = bundle
        self._own = own_bundle(bundle)
        self._copied = False
        self._left = False
        self.busy = False
        self._process: QProcess | None = None
        self._jobs = Background("new voice", self)
        self.state = Making.READY
        self.progress = -1.0
        self.lines: list[str] = []
        self.figures: dict[str, tuple[float, ...]] = {}

    def begin(self, name: str, recordings: Path) -> None:
        """Make the voice `name` from the audio files in a folder."""
        if self.busy:
            return
        self.busy = True
        self.state, self.progress, self.lines, self.figures = Making.RUNNING, -1.0, [], {}
        self.changed.emit()
        # The voices that were installed stay as they are: updates replace them, and they may be read-only.
        self._jobs.run(
            lambda: _copy(self._bundle, self._own),
            done=lambda new: self._start(name, recordings, new),
            failed=self._failed,
        )

    def cancel(self) -> None:
        """Stop; the bank stays as it was (the command writes it last, beside and renamed)."""
        if self.state is Making.RUNNING:
            self.state = Making.CANCELLED
            if self._process is not None:
                interrupt(self._process)
                QTimer.singleShot(KILL_AFTER_MS, self._process, self._process.kill)
            self.changed.emit()

    def leave(self) -> None:
        """Nobody waits for it any more: cancel, and be gone once the command has ended. Holds nobody up."""
        self._left = True
        self.cancel()
        if not self.busy:
            self.close()
            self.deleteLater()

    def close(self) -> None:
        """End the child, and wait until it is gone."""
        self.cancel()
        process, self._process = self._process, None
        if process is not None and not process.waitForFinished(KILL_AFTER_MS):
            process.kill()
            process.waitForFinished(KILL_AFTER_MS)
        self._jobs.close()
        self._remove_copy()

    def _start(self, name: str, recordings: Path, copied: object) -> None:
        self._copied = bool(copied)
        if self.state is not Making.RUNNING:
            self._over(self.state)  # cancelled meanwhile
            return
        words = ["add-voice", name, str(recordings), "--bundle", str(self._own), "--progress-lines"]
        program, arguments = voxveil_command(*words)
        process = self._process = QProcess(self)
        process.readyReadStandardOutput.connect(lambda: self._read(process))
        process.finished.connect(lambda code, how: self._ended(process, code, how))
        process.errorOccurred.connect(lambda error: self._refused(process, error))
        process.start(program, arguments)

    def _read(self, process: QProcess, ended: bool = False) -> None:
        for line in whole_lines(process, ended):
            word, _, rest = line.partition(" ")
            if word == "progress":
                self.progress = float(rest.split()[0])
            elif word == "result":
                key, *values = rest.split()
                self.figures[key] = tuple(map(float, values))
            elif line.strip():
                self.lines.append(line.strip())
        self.changed.emit()

    def _ended(self, process: QProcess, code: int, how: QProcess.ExitStatus) -> None:
        self._read(process, ended=True)
        complaint = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        discard(process)
        if process is not self._process:
            return
        self._process = None
        if self.state is Making.CANCELLED:
            self._over(self.state)
        elif code == 0 and how is QProcess.ExitStatus.NormalExit:
            self._jobs.run(lambda: Bundle.load(self._own), done=self._made, failed=self._failed)
        else:
            self._failed(complaint.splitlines()[-1].removeprefix("voxveil: ") if complaint else "")

    def _refused(self, process: QProcess, error: QProcess.ProcessError) -> None:
        """The command could not even be started; nothing else will tell."""
        if error is QProcess.ProcessError.FailedToStart and process is self._process:
            self._process = None
            self._failed(process.errorString())
            discard(process)

    def _made(self, bundle: Bundle) -> None:
        self._copied = False
        self._over(Making.DONE)
        self.made.emit(bundle)

    def _failed(self, text: str) -> None:
        self.lines.append(text)
        self._over(Making.FAILED)

    def _over(self, state: Making) -> None:
        self.state, self.busy = state, False
        self._remove_copy()
        self.changed.emit()
        if self._left:
            QTimer.singleShot(0, self.leave)

    def _remove_copy(self) -> None:
        """A copy that no voice was added to is of no use."""
        if self._copied:
            shutil.rmtree(self._own, ignore_errors=True)
            self._copied = False


def own_bundle(bundle: Path) -> Path:
    """Where the user's own copy of a bundle lies, or will lie: what was added to another one stays where it is."""
    places = (config_folder() / (f"bundle-{k}" if k > 1 else "bundle") for k in count(1))
    return next(own for own in places if bundle.resolve() == own.resolve() or not own.exists())


def _copy(bundle: Path, own: Path) -> bool:
    """Copy the bundle, complete or not at all; False if it is the copy already."""
    if bundle.resolve() == own.resolve():
        return False
    beside = own.with_name(own.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(bundle, beside)
    beside.rename(own)
    return True
