"""Voxveil's virtual microphone, there as long as the app is: call programs keep it chosen while the call is off."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QObject, Signal

from core.errors import DeviceError
from gui.models.background import Background

NAME = "Voxveil"


class VirtualMicModel(QObject):
    """Makes the microphone when the app opens and removes it, if it is ours, when the app ends.

    Attributes:
        present: it is there.
        name: what to choose as the microphone in the call program.
        trouble: why it is not there and how to get one, as the engine says it ("" while there is nothing to say).
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.present = False
        self.name = NAME
        self.trouble = ""
        self._jobs = Background("virtual microphone", self)

    def make(self) -> None:
        """Make it (or find a cable made by others) beside the window's thread."""
        self._jobs.run(_make, done=self._made, failed=self._failed)

    def close(self) -> None:
        """Remove it, unless the user made it to stay; waits for the server for a moment at most."""
        self._jobs.run(_remove_own)
        self._jobs.close(wait=self.present)

    def _made(self, name: str) -> None:
        self.present, self.name, self.trouble = True, name, ""
        self.changed.emit()

    def _failed(self, text: str) -> None:
        self.present, self.trouble = False, text
        self.changed.emit()


def _make() -> str:
    """The name to choose in call programs."""
    from realtime import virtual_mic

    if sys.platform == "linux":
        virtual_mic.create(owner=str(os.getpid()))
        return NAME
    from realtime.devices import list_devices

    outputs = [device.name for device in list_devices() if device.kind == "output"]
    found = virtual_mic.find_cable(outputs)
    if found is None:
        raise DeviceError(virtual_mic.advice(outputs))
    return found[1].record_from


def _remove_own() -> None:
    from realtime import virtual_mic

    if sys.platform == "linux":
        virtual_mic.release(str(os.getpid()))
