"""Presets: voice, liveliness, gain and gate under a name."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from gui.models.presets import Presets


class PresetsMenu(QMenu):
    """Filled when it opens; forgetting stands in a menu of its own, away from a slip of the hand."""

    def __init__(self, presets: Presets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Presets"))
        self._presets = presets
        self.aboutToShow.connect(self.refill)
        self.refill()

    def refill(self) -> None:
        """List what there is now."""
        self.clear()
        names = self._presets.names()
        for name in names:
            self._add(self, name, name, self._presets.use)
        if names:
            self.addSeparator()
        self.addAction(self.tr("Keep the present settings as…")).triggered.connect(self._ask_name)
        if names:
            forget = self.addMenu(self.tr("Forget"))
            for name in names:
                self._add(forget, name, name, self._presets.forget)

    def _add(self, menu: QMenu, text: str, name: str, act: object) -> None:
        action: QAction = menu.addAction(text)
        action.triggered.connect(lambda: act(name))  # type: ignore[operator]

    def _ask_name(self) -> None:
        name, kept = QInputDialog.getText(self, self.tr("Presets"), self.tr("Name of the preset:"))
        if kept and name.strip():
            self._presets.keep(name.strip())
