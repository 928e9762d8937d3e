"""Reading sentences aloud into files, one a sentence: the material of a voice that somebody makes of their own."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from gui.models.meter import FLOOR_DB
from gui.models.reasons import in_words
from gui.platform.child import discard, whole_lines

END_MS = 2000


class Dictation(QObject):
    """`changed` at every step, `problem` with one sentence. All files lie in a folder that `close` removes."""

    changed = Signal()
    problem = Signal(str)

    def __init__(self, device: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._device = device
        self._folder = tempfile.TemporaryDirectory(prefix="voxveil-voice-", ignore_cleanup_errors=True)
        self._process: QProcess | None = None
        self.sentences = self._sentences()
        self.at = 0
        self.level_db = FLOOR_DB

    @property
    def folder(self) -> Path:
        """Where the recordings lie."""
        return Path(self._folder.name)

    @property
    def recording(self) -> bool:
        """Whether the microphone is being recorded."""
        return self._process is not None

    @property
    def complete(self) -> bool:
        """Whether every sentence was read."""
        return all(self._path(number).exists() for number in range(len(self.sentences)))

    def has(self, number: int) -> bool:
        """Whether this sentence was read."""
        return self._path(number).exists()

    def go(self, number: int) -> None:
        """Turn to a sentence."""
        if not self.recording:
            self.at = min(max(0, number), len(self.sentences) - 1)
            self.changed.emit()

    def toggle(self) -> None:
        """Begin to record the sentence, or end and turn to the next."""
        if self._process is not None:
            self._process.closeWriteChannel()
            QTimer.singleShot(END_MS, self._process, self._process.kill)
            return
        process = QProcess(self)
        self._process = process
        process.readyReadStandardOutput.connect(lambda: self._read(process))
        process.finished.connect(lambda code, how: self._ended(process, code, how))
        # A part under the final name would count as read.
        words = ["-m", "gui.platform.listen", str(self._path(self.at).with_suffix(".part.wav"))]
        process.start(sys.executable, [*words, self._device] if self._device else words)
        self.changed.emit()

    def close(self) -> None:
        """Stop and remove everything that was recorded."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.waitForFinished(END_MS)
            discard(process)
        self._folder.cleanup()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number + 1:02d}.wav"

    def _read(self, process: QProcess) -> None:
        for line in whole_lines(process):
            if line.startswith("level "):
                self.level_db = float(line.split()[1])
        self.changed.emit()

    def _ended(self, process: QProcess, code: int, how: QProcess.ExitStatus) -> None:
        if process is not self._process:
            return  # closed meanwhile
        complaint = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        discard(process)
        self._process = None
        self.level_db = FLOOR_DB
        part = self._path(self.at).with_suffix(".part.wav")
        if code == 0 and how is QProcess.ExitStatus.NormalExit and part.exists():
            part.replace(self._path(self.at))
            self.at = min(self.at + 1, len(self.sentences) - 1)
        else:
            part.unlink(missing_ok=True)
            self.problem.emit(in_words(complaint.splitlines()[-1].removeprefix("voxveil: ") if complaint else ""))
        self.changed.emit()

    def _sentences(self) -> list[str]:
        """What to read: everyday sentences with all the sounds of the language, about a minute and a half in all."""
        return [
            self.tr(
                "Good morning. I would like to tell you how the day began and what I saw on my way to the station."
            ),
            self.tr("The old bridge was closed, so we walked along the river and watched the boats go by in the fog."),
            self.tr("Could you please hand me the blue jug? Be careful, it is heavier than it looks."),
            self.tr("My neighbour grows tomatoes, beans and yellow roses behind a low stone wall."),
            self.tr("What a surprise! I had not thought that you would come all this way on such short notice."),
            self.tr("They measured the room twice, and both times the table turned out to be too wide."),
            self.tr("In winter the children skate on the pond until the street lamps are switched on."),
            self.tr("I usually pay by card, but this little shop takes nothing but coins."),
            self.tr("She asked three questions: who had called, when it was, and why nobody had answered."),
            self.tr("The soup needs some pepper, a pinch of sugar and about ten more minutes."),
            self.tr("If the weather holds, we will finish painting the fence on Thursday afternoon."),
            self.tr("Nobody knew the song, and yet after the second verse everybody was singing along."),
            self.tr("Please do not forget the keys; last time we waited outside for half an hour."),
            self.tr("He laughed, shook his head and said that he would rather think about it overnight."),
            self.tr("That was the last sentence. Thank you very much for your patience, and see you soon."),
        ]
