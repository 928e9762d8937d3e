"""Voxveil's virtual microphone, there as long as the app is: call programs keep it chosen while the call is off."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import DeviceError
from gui.models.background import Background

NAME = "Voxveil"
LOOK_MS = 3000


class VirtualMicModel(QObject):
    """Makes the microphone when the app opens and removes it, if it is ours, when the app ends.

    Attributes:
        present: it is there.
        name: what to choose as the microphone in the call program.
        trouble: why it is not there and how to get one, as the engine says it ("" while there is nothing to say).

    `others_play(names)` when other programs begin or cease to play into the call (`watch`).
    """

    changed = Signal()
    others_play = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.present = False
        self.name = NAME
        self.trouble = ""
        self._jobs = Background("virtual microphone", self)
        self._looks = Background("who plays", self)  # a server that stands still holds up nothing else
        self._looking = False
        self._others: list[str] = []
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def make(self) -> None:
        """Make it (or find a cable made by others) beside the window's thread."""
        self._jobs.run(_make, done=self._made, failed=self._failed)

    def watch(self, on: bool) -> None:
        """While a call runs, look who else plays into it."""
        if not on:
            self._timer.stop()
            self._others = []
        elif sys.platform == "linux" and not self._timer.isActive():
            self._timer.start()

    def close(self) -> None:
        """Remove it, unless the user made it to stay; waits for the server for a moment at most."""
        self._timer.stop()
        self._looks.close(wait=False)
        self._jobs.run(_remove_own)
        self._jobs.close(wait=self.present)

    def _look(self) -> None:
        if not self._looking:
            self._looking = True
            self._looks.run(_also_playing, done=self._seen, failed=lambda _: self._seen([]))

    def _seen(self, others: list[str]) -> None:
        self._looking = False
        if others != self._others and self._timer.isActive():
            self._others = others
            self.others_play.emit(others)

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


def _also_playing() -> list[str]:
    from realtime import virtual_mic

    return virtual_mic.also_playing()
