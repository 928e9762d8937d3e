"""Hear a voice before using it: a few seconds of the bundled sample, spoken by the chosen voice."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from core.audio_file import read_mono, write_atomic
from gui.models.background import Background
from gui.models.files import voice_words
from gui.models.voices import VoicesModel
from gui.platform.child import discard, voxveil_command
from gui.platform.player import Player

SECONDS = 4.0
SAMPLE = Path(__file__).resolve().parent.parent.parent / "assets" / "sample" / "speech.flac"


class Preview(QObject):
    """`changed` when `busy` changes; `problem` with one line. Nothing of it reaches the call."""

    changed = Signal()
    problem = Signal(str)

    def __init__(self, bundle: Path, voices: VoicesModel, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bundle, self._voices, self._player = bundle, voices, player
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: QProcess | None = None
        self._jobs = Background("preview", self)
        player.ended.connect(self._played)

    @property
    def busy(self) -> bool:
        """Whether a preview is being made or played."""
        return self._folder is not None

    def use_bundle(self, bundle: Path) -> None:
        """Speak with other graphs and voices from now on."""
        self._bundle = bundle

    def toggle(self) -> None:
        """Begin, or stop the one that plays."""
        if self.busy:
            self.stop()
            return
        self._folder = tempfile.TemporaryDirectory(prefix="voxveil-preview-")
        self.changed.emit()
        cut = Path(self._folder.name) / "in.wav"
        self._jobs.run(lambda: _cut(cut), done=lambda _: self._anonymize(cut), failed=self._fail)

    def stop(self) -> None:
        """Stop and remove what was made."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.waitForFinished(500)
        if self._player.playing is not None and self.busy:
            self._player.stop()
        self._end()

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._jobs.close()

    def _anonymize(self, cut: Path) -> None:
        if not self.busy:
            return  # stopped meanwhile
        spoken = cut.with_name("out.wav")
        words = ["file", str(cut), str(spoken), "--bundle", str(self._bundle), "--quiet"]
        program, arguments = voxveil_command(*words, *voice_words(self._voices.choice))
        process = self._process = QProcess(self)
        process.finished.connect(lambda code, _: self._made(process, spoken, code))
        process.start(program, arguments)

    def _made(self, process: QProcess, spoken: Path, code: int) -> None:
        complaint = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        discard(process)
        if process is not self._process:
            return  # stopped on purpose
        self._process = None
        if code:
            self._fail(complaint.removeprefix("voxveil: "))
        else:
            self._player.play(spoken)

    def _played(self, error: str) -> None:
        if self.busy and self._process is None:
            self._end()
            if error:
                self.problem.emit(error)

    def _fail(self, text: str) -> None:
        self._end()
        self.problem.emit(text)

    def _end(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()
            self.changed.emit()


def _cut(path: Path) -> None:
    """Write the first seconds of the sample."""
    samples, rate = read_mono(SAMPLE)
    write_atomic(path, samples[: round(SECONDS * rate)], rate)
