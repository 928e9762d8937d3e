"""One line under the header for what went wrong or was done, with a button to close it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from gui.models.protection import Level
from gui.theme.current import Theme


class NoticeBar(QFrame):
    """`show_problem` stays until closed; `show_note` goes away by itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._level = Level.SILENT
        self.setObjectName("notice")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QPushButton(self.tr("Close"))
        self._close.setProperty("role", "link")
        self._close.clicked.connect(self.hide)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 8, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._close)
        theme.changed.connect(self._recolour)
        self.hide()

    def show_problem(self, text: str) -> None:
        """Say what went wrong; stays until it is closed."""
        self._show(text, Level.SILENT, None)

    def show_note(self, text: str, for_ms: int = 6000) -> None:
        """Say what was done."""
        self._show(text, Level.PREPARING, for_ms)

    def _show(self, text: str, level: Level, for_ms: int | None) -> None:
        self._timer.stop()
        self._level = level
        self.text.setText(text)
        self.setAccessibleName(text)
        self._recolour()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        if for_ms is not None:
            self._timer.start(for_ms)

    def _recolour(self) -> None:
        ground, ink = self._theme.colours.levels[self._level]
        frame = f"#notice {{ background: {ground}; border-radius: 10px; }}"
        self.setStyleSheet(f"{frame} #notice QLabel {{ color: {ink}; }}")
