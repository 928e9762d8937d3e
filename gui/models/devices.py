"""Microphones and outputs of this machine, read beside the window's thread (an audio server may hang)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.models.background import Background
from gui.models.settings import SettingsStore

if TYPE_CHECKING:
    from realtime.devices import Device


class DevicesModel(QObject):
    """`changed` after a refresh that found something else; `problem` when the devices cannot be read."""

    changed = Signal()
    problem = Signal(str)

    def __init__(self, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.inputs: list[Device] = []
        self.outputs: list[Device] = []
        self.read = False
        self._reading = False
        self._jobs = Background("devices", self)

    def refresh(self) -> None:
        """Look again; answers come through the signals. A look that hangs is not repeated."""
        if not self._reading:
            self._reading = True
            self._jobs.run(_list_devices, done=self._take, failed=self._fail)

    def absent(self, device: str) -> str:
        """How to call a remembered device that is not there now."""
        name = self._store.values.device_names.get(device, device)
        return self.tr("{name} (not connected)").format(name=name)

    def close(self) -> None:
        """Stop looking; does not wait for a server that hangs."""
        self._jobs.close(wait=False)

    def _take(self, devices: list[Device]) -> None:
        self._reading = False
        inputs = [device for device in devices if device.kind == "input" and not device.is_virtual_mic]
        outputs = [device for device in devices if device.kind == "output"]
        # An id says nothing to people once the device that could be asked for its name is gone.
        self._store.values.device_names.update({device.id: device.name for device in devices})
        first = not self.read
        self.read = True
        if first or inputs != self.inputs or outputs != self.outputs:
            self.inputs, self.outputs = inputs, outputs
            self.changed.emit()

    def _fail(self, text: str) -> None:
        self._reading = False
        self.read = True
        self.problem.emit(text)


def _list_devices() -> list[Device]:
    from realtime.devices import list_devices

    return list_devices()
