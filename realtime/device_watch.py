"""What a sound server makes of a call's devices, asked by the pulse protocol while the sound goes another way."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import Any

from core.errors import DeviceError
from realtime import priority, pulse_devices

LOOK_S = 0.25


class DeviceWatch:
    """Asks the server a few times a second, in a thread of its own, which a hung server may hold up for ever.

    The session manager is told not to move our streams. Should there be one that does not listen, this notices.

    Args:
        sink: the server's name of the device where the voice belongs.
        voice: the name of the stream that carries it.
        source: name of the microphone that the call follows as long as it is the system's choice; "" for none.

    Attributes:
        misplaced: the voice was seen at another device.
        moved: the system uses another microphone now.
    """

    def __init__(self, sink: str, voice: str, source: str = "") -> None:
        self._sink, self._voice, self._source = sink, voice, source
        self.misplaced = self.moved = False
        self._ending = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """No further look; waits for nothing."""
        self._ending.set()

    def _run(self) -> None:
        # It looks in Python, and whoever waits for the interpreter's lock must not wait for a thread that has no core.
        priority.raise_own(priority.AUDIO)
        while not self._ending.wait(LOOK_S):
            with suppress(DeviceError), pulse_devices.session() as pulse:
                while not self._ending.wait(LOOK_S):
                    self.look(pulse)

    def look(self, pulse: Any) -> None:
        """One look, by a pulsectl connection."""
        if self._source:
            self.moved = pulse_devices.default_names(pulse)[0] != self._source
        self.misplaced |= pulse_devices.strays(pulse, os.getpid(), self._voice, self._sink)
