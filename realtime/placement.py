"""Watches to which device a sound server plays our stream, where PortAudio cannot tell.

When a device goes, PulseAudio and PipeWire move its streams to another one without a word: the voice meant for a call
would sound from the loudspeakers. The native backend forbids that; a stream that PortAudio opened through ALSA can only
be watched. Until it is known to be where it belongs, and from the moment at which it is not, there is silence.
"""

from __future__ import annotations

import os
import sys
import threading
from time import monotonic, sleep
from typing import Any

from core.errors import DeviceError
from realtime import libpulse, pulse_devices

LOOK_S = 0.25
"""How often is looked when the server tells of nothing."""
SERVER_DEVICES = ("pulse", "pipewire", "default")
"""ALSA's names for "whatever the sound server chooses"."""
APPEARS_S = 2.0
"""On a busy machine the server lists a stream later than PortAudio says that it has started."""


class Placement:
    """The place of one output stream of this process. Make it before the stream is opened, `begin` after that.

    Args:
        expected: the server's name of the device where the stream belongs; "" learns it from where it is at first.
        device: PortAudio's name of the device.

    Attributes:
        right: whether sound may be given: nobody plays our stream where it does not belong. For callbacks.
        name: the device where it belongs, "" while unknown or where no server is in between.
    """

    def __init__(self, expected: str, device: str) -> None:
        self.right = False
        self._device = device
        self.name = expected
        self._gone = False
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._before = self._streams()

    def begin(self) -> None:
        """Look where the stream is, and go on looking from a thread.

        Raises:
            DeviceError: it is played through a server, and the server does not list it.
        """
        now, new = self._look()
        end = monotonic() + APPEARS_S
        while now is not None and not new and (self.name or self._device in SERVER_DEVICES) and monotonic() < end:
            sleep(0.02)
            now, new = self._look()
        if now is None or not new:
            if self.name or self._device in ("pulse", "pipewire"):
                # Where it plays cannot be known, so it must not.
                raise DeviceError(f"the audio server does not take the voice's stream (“{self._device}”)")
            # No server, or the device was opened past it: nobody can move the stream.
            self.right = True
            return
        index = max(new)
        self.name = self.name or now[index]
        self.right = now[index] == self.name
        self._thread = threading.Thread(target=self._watch, args=(index,), daemon=True)
        self._thread.start()

    def _look(self) -> tuple[dict[int, str] | None, set[int]]:
        """This process's streams, None without a server; and which of them were not there before."""
        now = self._streams()
        return now, set(now or ()) - set(self._before or ())

    @property
    def moved(self) -> str:
        """Why there is silence, in words; "" when all is well."""
        if self.right:
            return ""
        if self._gone:
            return "the audio server has ended; waiting for it to come back"
        return f"the sound system plays the voice to another device than “{self.name}”; waiting for that one"

    def close(self) -> None:
        """Stop looking; no sound from now on."""
        self.right = False
        self._ending.set()

    def _watch(self, index: int) -> None:
        import pulsectl

        def wake(_event: Any) -> None:
            raise pulsectl.PulseLoopStop

        try:
            with pulse_devices.session() as pulse:
                pulse.event_mask_set("sink_input", "sink")
                pulse.event_callback_set(wake)
                while not self._ending.is_set() and self.right:
                    self.right = _places(pulse).get(index) == self.name
                    pulse.event_listen(timeout=LOOK_S)
        except (DeviceError, pulsectl.PulseError):
            self._gone, self.right = True, False

    @staticmethod
    def _streams() -> dict[int, str] | None:
        if sys.platform != "linux" or not libpulse.server_answers():
            return None
        with pulse_devices.session() as pulse:
            return _places(pulse)


def server_rate(kind: str) -> int | None:
    """The rate of the server's device that a stream gets which names none, in Hz; None without a server.

    ALSA's plug-in takes every rate and calls 44.1 kHz its own; a rate that is not the device's costs 20 ms.

    Args:
        kind: "input" or "output".

    Raises:
        DeviceError: PULSE_SOURCE or PULSE_SINK names a device that is not there (now): its rate cannot be guessed.
    """
    if sys.platform != "linux" or not libpulse.server_answers():
        return None
    with pulse_devices.session() as pulse:
        devices = pulse_devices.sources(pulse) if kind == "input" else pulse_devices.sinks(pulse)
        default = pulse_devices.default_names(pulse)[0 if kind == "input" else 1]
    named = os.environ.get("PULSE_SOURCE" if kind == "input" else "PULSE_SINK")
    rate = next((device.rate for device in devices if device.name == (named or default)), None)
    if rate is None and named:
        raise DeviceError(f"the {'microphone' if kind == 'input' else 'output device'} is gone (“{named}”)")
    return rate


def _places(pulse: Any) -> dict[int, str]:
    """This process's output streams, and the names of the devices that they are played to."""
    sinks = {sink.index: sink.name for sink in pulse.sink_list()}
    return {
        stream.index: sinks.get(stream.sink, "")
        for stream in pulse.sink_input_list()
        if stream.proplist.get("application.process.id") == str(os.getpid())
    }
