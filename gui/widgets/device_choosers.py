"""Microphone, voice and virtual microphone."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.models.call import CallModel
from gui.models.devices import DevicesModel
from gui.models.settings import SettingsStore
from gui.models.voices import VoiceChoice, VoicesModel, display
from gui.theme.current import Theme
from gui.widgets.chooser import Chooser


class DeviceChoosers(QFrame):
    """What goes in, who is heard, where it goes out."""

    device_chosen = Signal()

    def __init__(
        self,
        call: CallModel,
        devices: DevicesModel,
        voices: VoicesModel,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._call, self._devices, self._voices, self._store = call, devices, voices, store
        self.microphone = Chooser(self.tr("Microphone"), "microphone", theme)
        self.voice = Chooser(self.tr("Voice"), "person", theme)
        self.output = Chooser(self.tr("Goes to"), "cable", theme)
        self._hint = QLabel(self.tr("Choose “Voxveil” as the microphone in your call program."))
        self._hint.setProperty("role", "quiet")
        self._hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 9, 16, 9)
        layout.setSpacing(6)
        for widget in (self.microphone, self.voice, self.output, self._hint):
            layout.addWidget(widget)
        self.microphone.chosen.connect(self._choose_microphone)
        self.output.chosen.connect(self._choose_output)
        self.voice.chosen.connect(self._choose_voice)
        self.microphone.opening.connect(devices.refresh)
        self.output.opening.connect(devices.refresh)
        devices.changed.connect(self._fill_devices)
        voices.chosen.connect(self._fill_voices)
        voices.listed.connect(self._fill_voices)
        self._fill_devices()
        self._fill_voices()

    def follow_settings(self) -> None:
        """Show what is remembered, after something else changed it."""
        self._fill_devices()
        self._fill_voices()

    def _fill_devices(self) -> None:
        values = self._store.values
        inputs = [(device.id, device.name) for device in self._devices.inputs]
        self.microphone.fill(
            [("", self.tr("The system’s microphone")), *inputs],
            values.microphone,
            self._devices.absent(values.microphone),
        )
        outputs = [(device.id, device.name) for device in self._devices.outputs if not device.is_virtual_mic]
        own = ("", self.tr("Voxveil’s virtual microphone"))
        self.output.fill([own, *outputs], values.output, self._devices.absent(values.output))
        self._hint.setVisible(not values.output)

    def _fill_voices(self) -> None:
        favourites = self._store.values.favourites
        entries = [("fresh", self.tr("Another voice in every call"))] if self._voices.makes_people else []
        entries += [
            (f"named:{name}", f"★ {display(name)}" if name in favourites else display(name))
            for name in self._voices.names()
        ]
        entries += [(f"new:{seed}", name) for seed, name in self._voices.people()]
        choice = self._voices.choice
        known = {"named": f"named:{choice.a}", "new": f"new:{choice.seed}", "fresh": "fresh"}
        value = known.get(choice.kind, "mix")
        if value not in [entry[0] for entry in entries]:
            entries.append((value, self._voices.title))
        self.voice.fill(entries, value)

    def _choose_microphone(self, value: str) -> None:
        self._store.values.microphone = value
        self._take_devices()

    def _choose_output(self, value: str) -> None:
        self._store.values.output = value
        self._hint.setVisible(not value)
        self._take_devices()

    def _take_devices(self) -> None:
        self._store.save()
        self._call.restart()
        self.device_chosen.emit()

    def _choose_voice(self, value: str) -> None:
        kind, _, which = value.partition(":")
        if kind == "named":
            self._voices.choose(VoiceChoice("named", a=which))
        elif kind == "new":
            self._voices.choose(VoiceChoice("new", seed=int(which)))
        elif kind == "fresh":
            self._voices.choose(self._voices.anybody())
