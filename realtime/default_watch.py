"""Whether the system still uses the microphone that a call follows, asked by the pulse protocol."""

from __future__ import annotations

import threading
from contextlib import suppress

from core.errors import DeviceError
from realtime import pulse_devices

LOOK_S = 0.25


class DefaultWatch:
    """Asks the server a few times a second, in a thread of its own, which a hung server may hold up for ever.

    Args:
        source: the server's name of the microphone.

    Attributes:
        moved: the system uses another one now.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self.moved = False
        self._ending = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """No further look; waits for nothing."""
        self._ending.set()

    def _run(self) -> None:
        while not self._ending.wait(LOOK_S):
            with suppress(DeviceError), pulse_devices.session() as pulse:
                while not self._ending.wait(LOOK_S):
                    self.moved = pulse_devices.default_names(pulse)[0] != self._source
