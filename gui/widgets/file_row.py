"""One recording of the page “Files”."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.models.files import FilesModel, Job, JobState
from gui.models.reasons import in_words
from gui.platform.player import Player


class FileRow(QFrame):
    """Name, progress or result, and what can be done with it."""

    def __init__(self, job: Job, files: FilesModel, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.job, self._player = job, player
        name = QLabel(job.source.name)
        name.setToolTip(str(job.source))
        self.status = QLabel()
        self.status.setProperty("role", "quiet")
        self.status.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of {name}").format(name=job.source.name))
        self.before, self.after = QPushButton(self.tr("Before")), QPushButton(self.tr("After"))
        self.folder, self.cancel = QPushButton(self.tr("Show in folder")), QPushButton(self.tr("Cancel"))
        texts = QVBoxLayout()
        texts.setSpacing(3)
        for widget in (name, self.progress, self.status):
            texts.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 12, 8)
        layout.addLayout(texts, 1)
        for button in (self.before, self.after, self.folder, self.cancel):
            layout.addWidget(button)
        self.before.clicked.connect(lambda: self._play(job.source))
        self.after.clicked.connect(lambda: self._play(job.target))
        self.folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(job.target.parent))))
        self.cancel.clicked.connect(lambda: files.cancel(job))
        self.refresh()

    def refresh(self) -> None:
        """Show the job as it stands."""
        job = self.job
        words = {
            JobState.WAITING: self.tr("waiting"),
            JobState.RUNNING: f"{job.progress:.0%}",
            JobState.DONE: self.tr("Done: {name}").format(name=job.target.name),
            JobState.FAILED: self.tr("Did not work: {message}").format(message=in_words(job.message)),
            JobState.CANCELLED: self.tr("cancelled; nothing was written"),
        }
        self.status.setText(words[job.state])
        self.status.setToolTip(job.message)
        self.progress.setValue(round(job.progress * 1000))
        waiting = job.state in (JobState.WAITING, JobState.RUNNING)
        self.progress.setVisible(waiting)
        self.cancel.setVisible(waiting)
        for button, path, text in (
            (self.before, job.source, self.tr("Before")),
            (self.after, job.target, self.tr("After")),
        ):
            button.setVisible(job.state is JobState.DONE)
            button.setText(self.tr("Stop") if self._player.playing == path else text)
            listen = self.tr("Listen to {name}").format(name=path.name)
            button.setAccessibleName(listen)
        self.folder.setVisible(job.state is JobState.DONE)

    def _play(self, path: Path) -> None:
        if self._player.playing == path:
            self._player.stop()
        else:
            self._player.play(path)
        self.refresh()
