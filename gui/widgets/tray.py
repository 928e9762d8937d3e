"""The tray icon: state, start and stop, mute, quit."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from gui.models.call import CallModel
from gui.models.protection import Level
from gui.theme.icons import pixmap
from gui.theme.palette import DARK
from gui.widgets.state_card import ICONS

SIZE = 64


class Tray(QObject):
    """Follows the same judgement as the window."""

    asked_for_window = Signal()
    asked_to_quit = Signal()

    def __init__(self, call: CallModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._call = call
        self.icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        self.open = self._menu.addAction(self.tr("Open Voxveil"))
        self.start = self._menu.addAction("")
        self.mute = self._menu.addAction(self.tr("Mute"))
        self.mute.setCheckable(True)
        self._menu.addSeparator()
        self.quit = self._menu.addAction(self.tr("Quit"))
        self.icon.setContextMenu(self._menu)
        self.open.triggered.connect(self.asked_for_window)
        self.start.triggered.connect(call.toggle)
        self.mute.triggered.connect(call.set_muted)
        self.quit.triggered.connect(self.asked_to_quit)
        self.icon.activated.connect(self._activated)
        call.protection_changed.connect(self._show)
        call.muted_changed.connect(self._show)
        self._show()

    def show(self) -> None:
        """Put the icon into the tray, where there is one."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.icon.show()

    @property
    def available(self) -> bool:
        """Whether the window may hide behind the icon."""
        return self.icon.isVisible()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.asked_for_window.emit()

    def _show(self) -> None:
        level = self._call.protection.level
        words = {
            Level.OFF: self.tr("off"),
            Level.PREPARING: self.tr("getting ready"),
            Level.PROTECTED: self.tr("protected"),
            Level.BUSY: self.tr("protected, with gaps"),
            Level.MUTED: self.tr("muted"),
            Level.SILENT: self.tr("silent"),
            Level.FAILED: self.tr("stopped"),
        }
        self.icon.setToolTip(f"Voxveil: {words[level]}")
        self.icon.setIcon(state_icon(level))
        self.start.setText(self.tr("Stop") if level.running else self.tr("Start"))
        self.mute.setChecked(self._call.muted)


def state_icon(level: Level) -> QIcon:
    """The state's shape on its own round ground, readable on light and dark trays."""
    ground, ink = DARK.levels[level]
    picture = pixmap("dot", ground, SIZE).copy()
    painter = QPainter(picture)
    inner = pixmap(ICONS.get(level, level.value), ink, round(SIZE * 0.66))
    offset = (SIZE - round(SIZE * 0.66)) // 2
    painter.drawPixmap(offset, offset, inner)
    painter.end()
    return QIcon(picture)
