"""The page “Call”: state and choices at the left, both sounds and the finer controls at the right."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from gui.engine_port import EnginePort
from gui.models.call import CallModel
from gui.models.devices import DevicesModel
from gui.models.preview import Preview
from gui.models.protection import Level
from gui.models.settings import SettingsStore
from gui.models.trace import Trace
from gui.models.voices import VoicesModel
from gui.theme.current import Theme
from gui.widgets.call_buttons import CallButtons
from gui.widgets.device_choosers import DeviceChoosers
from gui.widgets.sound_controls import SoundControls
from gui.widgets.sound_panel import SoundPanel
from gui.widgets.state_card import StateCard
from gui.widgets.voice_mixer import VoiceMixer
from realtime.snapshot import SILENCE_DB

LEFT_WIDTH = 340
UNHEARD_S = 4.0


class CallPage(QWidget):
    """Lays the call's widgets out and feeds pictures and meters."""

    def __init__(
        self,
        engine: EnginePort,
        call: CallModel,
        devices: DevicesModel,
        voices: VoicesModel,
        preview: Preview,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._call, self._theme = engine, call, theme
        self._cursor = 0
        self._heard_at = time.monotonic()
        self._trace = Trace()
        self.state = StateCard(call, voices, theme)
        self.buttons = CallButtons(call, theme)
        self.choosers = DeviceChoosers(call, devices, voices, store, theme)
        self.heard = SoundPanel(
            self.tr("You · stays on this computer"),
            self.tr("Picture of your voice"),
            self.tr("Microphone level"),
            theme,
        )
        self.sent = SoundPanel(
            self.tr("What others hear"),
            self.tr("Picture of the voice that is sent"),
            self.tr("Level that is sent"),
            theme,
        )
        self.mixer = VoiceMixer(voices, preview, theme)
        self.sound = SoundControls(call, devices, store, theme)
        self._details = QWidget()
        QVBoxLayout(self._details).setContentsMargins(0, 0, 0, 0)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.mixer, self.tr("Voice"))
        self.tabs.addTab(self.sound, self.tr("Sound"))
        self.tabs.addTab(self._details, self.tr("Details"))
        self.tabs.tabBar().setAccessibleName(self.tr("Finer controls"))
        self.tabs.currentChanged.connect(self._make_details)
        self._lay_out()
        call.looked.connect(self._look)

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(9)
        column.addWidget(self.state)
        column.addWidget(self.buttons)
        column.addWidget(self.choosers)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(left)
        scroll.setFixedWidth(LEFT_WIDTH)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        finer = QFrame()
        finer.setProperty("role", "card")
        inside = QVBoxLayout(finer)
        inside.setContentsMargins(14, 8, 14, 12)
        inside.addWidget(self.tabs)
        finer.setMinimumHeight(226)
        finer.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.heard, 1)
        right.addWidget(self.sent, 1)
        right.addWidget(finer, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(scroll)
        layout.addLayout(right, 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # What was said while nobody looked is not drawn afterwards.
        self._cursor, _, _ = self._engine.spectra(self._cursor)

    def _look(self) -> None:
        snapshot, now = self._call.snapshot, time.monotonic()
        self._trace.feed(snapshot, now)
        if not self.isVisible() or self.window().isMinimized():
            return
        # The engine shows what the model gives; others hear it only while the state says so.
        sounding = self._call.protection.level in (Level.PROTECTED, Level.BUSY)
        out_rms, out_peak = (snapshot.out_rms, snapshot.out_peak) if sounding else (SILENCE_DB, SILENCE_DB)
        self.heard.feed(snapshot.in_rms, snapshot.in_peak, now, self._unheard(now))
        self.sent.feed(out_rms, out_peak, now)
        self._cursor, heard, sent = self._engine.spectra(self._cursor)
        self.heard.spectrogram.push(heard)
        self.sent.spectrogram.push(sent if sounding else np.full_like(sent, SILENCE_DB))

    def _unheard(self, now: float) -> str:
        """A microphone that is switched off or forbidden gives perfect silence, which no room has."""
        snapshot = self._call.snapshot
        if snapshot.state not in ("live", "muted") or snapshot.in_peak > SILENCE_DB:
            self._heard_at = now
        return self.tr("No sound from the microphone") if now - self._heard_at > UNHEARD_S else ""

    def _make_details(self, index: int) -> None:
        layout = self._details.layout()
        if self.tabs.widget(index) is self._details and layout is not None and not layout.count():
            # pyqtgraph takes a third of a second to import: only for those who look.
            from gui.widgets.inspector import Inspector

            layout.addWidget(Inspector(self._call, self._trace, self._theme))
