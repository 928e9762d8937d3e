"""The page “Files”: drop recordings, watch them being anonymized, listen to before and after."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui.models.files import SOUND_FILES, FilesModel, JobState
from gui.models.voices import VoicesModel
from gui.platform.player import Player
from gui.theme.current import Theme
from gui.theme.icons import pixmap
from gui.widgets.file_row import FileRow
from gui.widgets.notice_bar import NoticeBar


class FilePage(QWidget):
    """A place to drop files, and a row for each."""

    def __init__(
        self, files: FilesModel, voices: VoicesModel, player: Player, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._files, self._voices, self._player, self._theme = files, voices, player, theme
        self.setAcceptDrops(True)
        self.rows: list[FileRow] = []
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        head = QLabel(self.tr("Drop recordings here"), alignment=Qt.AlignmentFlag.AlignCenter)
        head.setProperty("role", "title")
        self._voice = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._voice.setProperty("role", "quiet")
        self.add_files, self.add_folder = (
            QPushButton(self.tr("Choose files…")),
            QPushButton(self.tr("Choose a folder…")),
        )
        self.add_files.setProperty("role", "primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.add_files)
        buttons.addWidget(self.add_folder)
        buttons.addStretch(1)
        place = QFrame()
        place.setProperty("role", "card")
        inside = QVBoxLayout(place)
        inside.setContentsMargins(20, 20, 20, 20)
        inside.setSpacing(10)
        inside.addWidget(self._picture)
        inside.addWidget(head)
        inside.addWidget(self._voice)
        inside.addLayout(buttons)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._list.addStretch(1)
        holder = QWidget()
        holder.setLayout(self._list)
        self._list.setContentsMargins(0, 0, 6, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(holder)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cancel_all, self.clear = QPushButton(self.tr("Cancel all")), QPushButton(self.tr("Clear the list"))
        self.notice = NoticeBar(theme)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel_all)
        foot.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(place)
        layout.addWidget(self.notice)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)

        self.add_files.clicked.connect(self._ask_files)
        self.add_folder.clicked.connect(self._ask_folder)
        self.cancel_all.clicked.connect(files.cancel_all)
        self.clear.clicked.connect(files.clear_finished)
        files.listed.connect(self._fill)
        files.changed.connect(self._show_one)
        player.ended.connect(self._played)
        voices.chosen.connect(self._show_voice)
        theme.changed.connect(self._recolour)
        self._show_voice()
        self._recolour()
        self._fill()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._add([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _ask_files(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SOUND_FILES))
        kind = self.tr("Recordings") + f" ({patterns})"
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Choose recordings"), "", kind)
        self._add([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder of recordings"))
        if name:
            self._add([Path(name)])

    def _add(self, paths: list[Path]) -> None:
        if paths and not self._files.add(paths):
            self.notice.show_note(self.tr("There are no recordings in there."))

    def _fill(self) -> None:
        kept = {id(row.job): row for row in self.rows}
        self.rows = [
            kept.pop(id(job)) if id(job) in kept else FileRow(job, self._files, self._player)
            for job in self._files.jobs
        ]
        for row in kept.values():
            row.hide()  # deleted later means seen until then
            self._list.removeWidget(row)
            row.deleteLater()
        for number, row in enumerate(self.rows):
            if self._list.indexOf(row) != number:
                self._list.insertWidget(number, row)
        self._show_buttons()

    def _show_one(self, index: int) -> None:
        if index < len(self.rows):
            self.rows[index].refresh()
        self._show_buttons()

    def _show_buttons(self) -> None:
        states = {job.state for job in self._files.jobs}
        self.cancel_all.setVisible(bool(states & {JobState.WAITING, JobState.RUNNING}))
        self.clear.setVisible(bool(states - {JobState.WAITING, JobState.RUNNING}))

    def _played(self, error: str) -> None:
        for row in self.rows:
            row.refresh()
        if error:
            self.notice.show_problem(error)

    def _show_voice(self) -> None:
        text = self.tr("They are spoken again by {voice}. The results stand beside them; nothing is overwritten.")
        self._voice.setText(text.format(voice=self._voices.title))

    def _recolour(self) -> None:
        self._picture.setPixmap(pixmap("files", self._theme.colours.accent, 44, self.devicePixelRatioF()))
