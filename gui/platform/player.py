"""Plays a finished sound file through a child process, so that a hanging audio server never holds the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from gui.models.reasons import in_words
from gui.platform.child import discard, voxveil_command


class Player(QObject):
    """One file at a time; `ended(error)` with "" when it was played or stopped."""

    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self.playing: Path | None = None

    def play(self, path: Path) -> None:
        """Play `path`; what was playing stops."""
        self.stop()
        process = QProcess(self)
        self._process, self.playing = process, path
        process.finished.connect(lambda code, how: self._finished(process, code, how))
        program, arguments = voxveil_command("play", str(path))
        process.start(program, arguments)

    def stop(self) -> None:
        """Stop at once."""
        process, self._process, self.playing = self._process, None, None
        if process is not None:
            process.kill()
            process.waitForFinished(500)
            self.ended.emit("")

    def _finished(self, process: QProcess, code: int, how: QProcess.ExitStatus) -> None:
        complaint = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        worked = code == 0 and how is QProcess.ExitStatus.NormalExit
        discard(process)
        if process is not self._process:
            return  # stopped on purpose
        self._process, self.playing = None, None
        # Audio libraries have been seen to end their process without a word.
        said = complaint.splitlines()[-1].removeprefix("voxveil: ") if complaint else "cannot play sound"
        self.ended.emit("" if worked else in_words(said))
