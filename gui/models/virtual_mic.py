"""Voxveil's virtual microphone, there as long as the app is: call programs keep it chosen while the call is off."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject

from gui.models.background import Background


class VirtualMicModel(QObject):
    """Makes the microphone when the app opens and removes it, if it is ours, when the app ends."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.present = False
        self._jobs = Background("virtual microphone", self)

    def make(self) -> None:
        """Make it beside the window's thread. Without a server there is nothing to make; Start says what is wrong."""
        self._jobs.run(_make, done=self._made)

    def close(self) -> None:
        """Remove it, unless the user made it to stay; waits for the server for a moment at most."""
        self._jobs.run(_remove_own)
        self._jobs.close(wait=self.present)

    def _made(self, _: object) -> None:
        self.present = True


def _make() -> None:
    from realtime import virtual_mic

    virtual_mic.create(owner=str(os.getpid()))


def _remove_own() -> None:
    from realtime import virtual_mic

    if virtual_mic.status().owner == str(os.getpid()):
        virtual_mic.remove()
