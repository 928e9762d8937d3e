"""Presets: voice, liveliness, gain and gate kept under a name."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.errors import VoiceError
from gui.models.call import CallModel
from gui.models.settings import SettingsStore
from gui.models.voices import VoiceChoice, VoicesModel


class Presets(QObject):
    """`used` after the sound settings changed, so that sliders can follow."""

    used = Signal()
    problem = Signal(str)

    def __init__(
        self, call: CallModel, voices: VoicesModel, store: SettingsStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._call, self._voices, self._store = call, voices, store

    def names(self) -> list[str]:
        """In the order in which they were kept."""
        return [str(preset["name"]) for preset in self._store.values.presets if "name" in preset]

    def keep(self, name: str) -> None:
        """Keep what is set now; a preset of the same name is replaced."""
        values = self._store.values
        preset: dict[str, Any] = {
            "name": name,
            "voice": asdict(self._voices.choice),
            "prosody": values.prosody,
            "gain_db": values.gain_db,
            "gate_db": values.gate_db,
        }
        values.presets = [other for other in values.presets if other.get("name") != name] + [preset]
        self._store.save()

    def use(self, name: str) -> None:
        """Set what was kept; one that no longer fits (another bundle) is reported and changes nothing."""
        preset = next(preset for preset in self._store.values.presets if preset.get("name") == name)
        try:
            choice = VoiceChoice(**preset["voice"])
            prosody, gain_db, gate_db = (float(preset[key]) for key in ("prosody", "gain_db", "gate_db"))
            # What was drawn when the preset was kept must not be everybody's voice who uses it.
            self._voices.choose(self._voices.anybody() if choice.kind == "fresh" else choice)
        except (KeyError, TypeError, ValueError, VoiceError) as error:
            text = self.tr("The preset “{name}” does not fit this version ({error}); keep it anew.")
            self.problem.emit(text.format(name=name, error=error))
            return
        self._call.set_prosody(prosody)
        self._call.set_gain_db(gain_db)
        self._call.set_gate_db(gate_db)
        self.used.emit()

    def forget(self, name: str) -> None:
        """Remove a preset."""
        self._store.values.presets = [other for other in self._store.values.presets if other.get("name") != name]
        self._store.save()
