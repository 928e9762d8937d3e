"""What a way to the audio devices must offer, and the choice between the ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from core.errors import DeviceError
from realtime.config import SERVED, EngineConfig
from realtime.rings import CaptureRing, PlayRing


@dataclass(frozen=True)
class Opened:
    """A pair of opened streams.

    Attributes:
        input, output: the devices' names.
        in_rate, out_rate: their rates in Hz.
        in_latency_s, out_latency_s: what the devices themselves add, as they report it.
        input_id, output_id: full names, each of one device only; "" where there is none such.
    """

    input: str
    output: str
    in_rate: int
    out_rate: int
    in_latency_s: float
    out_latency_s: float
    input_id: str = ""
    output_id: str = ""


class UnlinkedError(DeviceError):
    """A PipeWire server takes a stream and does not connect it, as where somebody else decides on that."""


class First(NamedTuple):
    """The devices with which the call began, by `Opened.input_id` and `output_id`: it goes on with these, and with no
    other that a part of a name would fit as well."""

    input: str = ""
    output: str = ""


@dataclass(frozen=True)
class Trouble:
    """Why sound cannot flow.

    Attributes:
        text: in words.
        lost: the streams are of no use any more and must be opened anew.
    """

    text: str
    lost: bool


class Backend(Protocol):
    """A pair of streams, one each way, that call only `CaptureRing.write` and `PlayRing.read_into`."""

    name: str
    margin_ms: float
    """The least lead of finished sound, unless the user says otherwise."""
    chunk_ms: float
    """What a callback carries, unless the user says otherwise."""

    def open(self, config: EngineConfig, first: First) -> Opened:
        """Find and open the devices, without starting them.

        Raises:
            DeviceError: a device or the server is missing or refuses.
        """

    def start(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        """Let the streams run. `wake` must be called after each write; it never blocks."""

    def trouble(self) -> Trouble | None:
        """Why sound cannot flow now; None when it can. Called 50 times a second."""

    def latencies(self) -> tuple[float, float]:
        """What input and output device add now (seconds)."""

    def reserve(self) -> float:
        """What the server now holds more than at first (seconds), because it ran out of sound; part of `latencies`."""

    def finished(self) -> bool:
        """Whether the input has come to its end (files only)."""

    def close(self) -> None:
        """Stop and free the streams, at once; may hang when the server does, then the process is ended."""


def choose(name: str) -> Backend:
    """The backend of that name; "auto" is the native one where there is a PulseAudio or PipeWire server.

    A server that is there but late is no reason to go round it: the sound would come out somewhere else.

    Raises:
        DeviceError: that backend cannot work on this machine.
    """
    if name == "file":
        from realtime.file_backend import FileBackend

        return FileBackend()
    if name in SERVED:
        from realtime import libpulse, pulse_devices

        try:
            libpulse.Connection().close()
            with pulse_devices.session() as pulse:
                pipewire = pulse_devices.is_pipewire(pulse)
        except libpulse.LateServerError:
            raise
        except DeviceError as error:
            if name != "auto":
                raise DeviceError(f"{error}; or choose another --backend") from error
        else:
            return _native(name, pipewire)
    try:
        from realtime.streams import SoundDeviceBackend
    except OSError as error:
        raise DeviceError("PortAudio is not installed (Debian: apt-get install libportaudio2)") from error

    return SoundDeviceBackend()


def _native(name: str, pipewire: bool) -> Backend:
    """The backend for a server that answers by the pulse protocol."""
    from realtime.pulse_backend import PulseBackend

    if name == "pipewire" and not pipewire:
        raise DeviceError("this is no PipeWire server; choose another --backend")
    if name == "pulse" or not pipewire:
        return PulseBackend()
    from realtime import libpipewire
    from realtime.pipewire_backend import PipeWireBackend

    try:
        libpipewire.Connection().close()
    except DeviceError:
        if name == "pipewire":
            raise
        return PulseBackend()  # as in a container that has only the pulse server's socket
    return PipeWireBackend()
