"""The page “Sound”: liveliness, volume, background noise, and how one is heard."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from gui.models.call import CallModel
from gui.models.devices import DevicesModel
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from gui.widgets.chooser import Chooser
from gui.widgets.labelled_slider import LabelledSlider
from realtime.config import GATE_OFF_DB

GATE_SLIDER_OFF = -71
"""The slider's left end, one step under the quietest gate, means off."""
MONITOR_OFF = "-"


class SoundControls(QWidget):
    """Acts on the call at once, also while live."""

    def __init__(
        self, call: CallModel, devices: DevicesModel, store: SettingsStore, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._call, self._devices, self._store = call, devices, store
        values = store.values
        self.prosody = LabelledSlider(
            self.tr("Liveliness"),
            0,
            100,
            round(values.prosody * 100),
            self._prosody_words,
            self.tr("How much of your own melody and emphasis others hear. Less is harder to recognise."),
        )
        self.gain = LabelledSlider(
            self.tr("Microphone volume"),
            -24,
            24,
            round(values.gain_db),
            lambda db: f"{db:+d} dB" if db else "0 dB",
            self.tr("Raise it when you are heard too quietly; lower it when the red lamp lights up."),
        )
        self.gate = LabelledSlider(
            self.tr("Ignore background noise"),
            GATE_SLIDER_OFF,
            -20,
            self._gate_position(),
            self._gate_words,
            self.tr("Sounds quieter than this are sent as silence."),
        )
        self.monitor = Chooser(self.tr("Listen to yourself"), "headphones", theme)
        self.start_muted = QCheckBox(self.tr("Start muted"))
        self.start_muted.setChecked(values.start_muted)
        self.push_to_talk = QCheckBox(self.tr("Push to talk (hold Space)"))
        self.push_to_talk.setChecked(values.push_to_talk)

        layout = QGridLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setHorizontalSpacing(24)
        layout.setVerticalSpacing(8)
        layout.addWidget(self.prosody, 0, 0)
        layout.addWidget(self.gain, 1, 0)
        layout.addWidget(self.gate, 2, 0)
        layout.addWidget(self.monitor, 0, 1)
        layout.addWidget(self.push_to_talk, 1, 1)
        layout.addWidget(self.start_muted, 2, 1)
        layout.setRowStretch(3, 1)
        layout.setColumnStretch(0, 1)
        layout.setColumnStretch(1, 1)

        self.prosody.moved.connect(lambda value: call.set_prosody(value / 100))
        self.gain.moved.connect(call.set_gain_db)
        self.gate.moved.connect(lambda db: call.set_gate_db(GATE_OFF_DB if db == GATE_SLIDER_OFF else db))
        self.monitor.chosen.connect(self._choose_monitor)
        self.monitor.opening.connect(devices.refresh)
        self.start_muted.toggled.connect(self._set_start_muted)
        self.push_to_talk.toggled.connect(call.set_push_to_talk)
        devices.changed.connect(self._fill_monitor)
        self._fill_monitor()

    def follow_settings(self) -> None:
        """Show what is remembered, after something else changed it."""
        values = self._store.values
        self.prosody.slider.setValue(round(values.prosody * 100))
        self.gain.slider.setValue(round(values.gain_db))
        self.gate.slider.setValue(self._gate_position())

    def _gate_position(self) -> int:
        gate_db = self._store.values.gate_db
        return GATE_SLIDER_OFF if gate_db < GATE_SLIDER_OFF else round(gate_db)

    def _prosody_words(self, percent: int) -> str:
        if percent == 100:
            return self.tr("as you speak")
        return self.tr("flat") if percent == 0 else f"{percent} %"

    def _gate_words(self, db: int) -> str:
        return self.tr("off") if db == GATE_SLIDER_OFF else f"{db} dB"

    def _fill_monitor(self) -> None:
        entries = [(device.id, device.name) for device in self._devices.outputs if not device.is_virtual_mic]
        value = self._store.values.monitor or MONITOR_OFF
        self.monitor.fill([(MONITOR_OFF, self.tr("No")), *entries], value, self._devices.absent(value))

    def _choose_monitor(self, value: str) -> None:
        self._store.values.monitor = "" if value == MONITOR_OFF else value
        self._store.save()
        self._call.restart()

    def _set_start_muted(self, on: bool) -> None:
        self._store.values.start_muted = on
        self._store.save()
