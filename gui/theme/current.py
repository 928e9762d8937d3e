"""The colours in use: they follow the system, unless the user chose light or dark."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gui.theme.icons import pixmap
from gui.theme.palette import DARK, LIGHT, Colours, q_palette
from gui.theme.style import style_sheet


class Theme(QObject):
    """Applies the colours to the whole application; `changed` tells widgets that paint by themselves."""

    changed = Signal()

    def __init__(self, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._folder = tempfile.TemporaryDirectory(prefix="voxveil-theme-")
        self.colours: Colours = LIGHT
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply)

    @property
    def choice(self) -> str:
        """`system`, `light` or `dark`."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Follow the system, or stay light or dark."""
        self._choice = choice
        self.apply()

    def apply(self) -> None:
        """Work out the colours and set palette and style sheet."""
        system_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = self._choice == "dark" or (self._choice == "system" and system_dark)
        self.colours = DARK if dark else LIGHT
        application = QApplication.instance()
        if isinstance(application, QApplication):
            arrow = Path(self._folder.name) / f"arrow-{'dark' if dark else 'light'}.png"
            pixmap("arrow", self.colours.quiet, 28).save(str(arrow))
            application.setPalette(q_palette(self.colours))
            check = arrow.with_name(arrow.name.replace("arrow", "check"))
            pixmap("check", self.colours.on_accent, 36).save(str(check))
            application.setStyleSheet(style_sheet(self.colours, arrow.as_posix(), check.as_posix()))
        self.changed.emit()
