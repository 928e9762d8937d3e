"""Three seconds of one's own anonymized voice, recorded to a temporary file, played, and removed."""

from __future__ import annotations

import tempfile
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gui.engine_port import EnginePort
from gui.models.background import Background
from gui.platform.player import Player

SECONDS = 3


class Step(Enum):
    """What the test does now."""

    READY = "ready"
    LISTENING = "listening"
    PLAYING = "playing"
    PLAYED = "played"


class VoiceTest(QObject):
    """`changed` at every step; `problem` with one line when it cannot go on."""

    changed = Signal()
    problem = Signal(str)

    def __init__(self, engine: EnginePort, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._player = engine, player
        self.step = Step.READY
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._jobs = Background("voice test", self)
        player.ended.connect(self._played)

    def begin(self) -> None:
        """Listen for three seconds, then play."""
        if self.step in (Step.LISTENING, Step.PLAYING):
            return
        self._folder = tempfile.TemporaryDirectory(prefix="voxveil-test-")
        path = Path(self._folder.name) / "test.wav"
        self._jobs.run(lambda: self._engine.record(path), done=lambda _: self._listen(), failed=self._fail)

    def close(self) -> None:
        """Stop whatever runs and remove the recording."""
        if self.step is Step.LISTENING:
            self._jobs.run(self._engine.stop_record)
        self._jobs.close()
        self._player.stop()
        self._forget()

    def _listen(self) -> None:
        self._go(Step.LISTENING)
        QTimer.singleShot(SECONDS * 1000, self, self._heard_enough)

    def _heard_enough(self) -> None:
        if self.step is Step.LISTENING:
            self._go(Step.PLAYING)
            self._jobs.run(self._engine.stop_record, done=self._play, failed=self._fail)

    def _play(self, path: Path | None) -> None:
        if path is None:
            self._fail(self.tr("The test was interrupted; try it again."))
        else:
            self._player.play(path)

    def _played(self, error: str) -> None:
        if self.step is Step.PLAYING:
            if error:
                self._fail(error)
            else:
                self._forget()
                self._go(Step.PLAYED)

    def _fail(self, text: str) -> None:
        self._forget()
        self._go(Step.READY)
        self.problem.emit(text)

    def _forget(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def _go(self, step: Step) -> None:
        self.step = step
        self.changed.emit()
