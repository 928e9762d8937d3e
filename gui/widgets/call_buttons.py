"""The big Start, Mute and Record."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from gui.models.call import CallModel
from gui.theme.current import Theme
from gui.theme.icons import icon


class CallButtons(QWidget):
    """Buttons follow the engine's report: a click that did not work springs back."""

    def __init__(self, call: CallModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._call, self._theme = call, theme
        self._elapsed = -1
        self.start = QPushButton()
        self.start.setProperty("role", "big")
        self.mute = QPushButton()
        self.mute.setCheckable(True)
        self.record = QPushButton()
        self.record.setCheckable(True)
        self.record.setProperty("role", "record")
        self.record.setToolTip(self.tr("Record what others hear. Your own voice is never recorded. (Ctrl+R)"))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.start, 0, 0, 1, 2)
        layout.addWidget(self.mute, 1, 0)
        layout.addWidget(self.record, 1, 1)
        layout.setColumnStretch(0, 1)
        layout.setColumnStretch(1, 1)
        self.start.clicked.connect(call.toggle)
        self.mute.clicked.connect(call.set_muted)
        self.record.clicked.connect(self._toggle_recording)
        call.protection_changed.connect(self._show_state)
        call.muted_changed.connect(self._show_state)
        call.recording_changed.connect(self._show_state)
        call.looked.connect(self._show_elapsed)
        theme.changed.connect(self._recolour)
        self._recolour()
        self._show_state()

    def _toggle_recording(self) -> None:
        if self._call.recording_to is None:
            self._call.start_recording()
        else:
            self._call.stop_recording()

    def _show_state(self) -> None:
        call = self._call
        self.start.setText(self.tr("Stop") if call.running else self.tr("Start"))
        if self.start.property("running") != call.running:
            self.start.setProperty("running", call.running)
            self.start.style().unpolish(self.start)
            self.start.style().polish(self.start)
        self.start.setToolTip(self.tr("Ctrl+Return"))
        with QSignalBlocker(self.mute), QSignalBlocker(self.record):
            self.mute.setChecked(call.muted)
            self.record.setChecked(call.recording_to is not None)
        text = self.tr("Unmute") if call.muted else self.tr("Mute")
        self.mute.setText(f" {text}")  # some room between picture and word
        self.mute.setAccessibleName(text)
        self.mute.setToolTip(self.tr("Others hear nothing while muted. (Ctrl+M)"))
        self.record.setEnabled(call.running)
        self._elapsed = -1
        self._show_elapsed()

    def _show_elapsed(self) -> None:
        elapsed = int(self._call.recording_s) if self._call.recording_to is not None else -2
        if elapsed != self._elapsed:
            self._elapsed = elapsed
            minutes, seconds = divmod(max(0, elapsed), 60)
            text = self.tr("Record") if elapsed < 0 else f"{minutes}:{seconds:02d}"
            self.record.setText(f" {text}")
            stop = self.tr("Stop recording, {minutes} minutes {seconds} seconds")
            name = self.tr("Record") if elapsed < 0 else stop.format(minutes=minutes, seconds=seconds)
            self.record.setAccessibleName(name)

    def _recolour(self) -> None:
        colours = self._theme.colours
        self.mute.setIcon(icon("muted", colours.text, colours.on_accent))
        self.record.setIcon(icon("record", colours.danger, "#2a0b08" if colours.dark else "#ffffff"))
