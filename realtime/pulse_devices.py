"""Sources and sinks of a PulseAudio or PipeWire server, and the modules that Voxveil loads there, through pulsectl."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.errors import DeviceError
from realtime import libpulse, names

MONITOR = ".monitor"
CONNECT_S = 3.0
NONE = 0xFFFFFFFF
"""The server's index of nothing."""


@dataclass(frozen=True)
class PulseDevice:
    """A source or sink.

    Attributes:
        name: the server's own, stable name.
        description: the name for people.
        rate, channels: its own.
        monitor: a source that gives what a sink plays.
        module: index of the module that made it, or None.
        properties: the server's property list.
    """

    name: str
    description: str
    rate: int
    channels: int
    monitor: bool
    module: int | None
    properties: dict[str, str]


@cache
def _client() -> Any:
    import pulsectl

    class Pulse(pulsectl.Pulse):  # type: ignore[misc]
        """Keeps each device's own rate: pulsectl (24.12) points to memory that the next device overwrites."""

        def _pulse_info_cb(self, kind: Any, found: list[Any], done: Any, context: Any, info: Any, *rest: Any) -> None:
            before = len(found)
            super()._pulse_info_cb(kind, found, done, context, info, *rest)
            if len(found) > before and hasattr(info[0], "sample_spec"):
                found[-1].rate = int(info[0].sample_spec.rate)

    return Pulse


@contextmanager
def session() -> Iterator[Any]:
    """A pulsectl connection.

    Raises:
        DeviceError: no libpulse, no server, or one that does not answer.
    """
    try:
        import pulsectl
    except (ImportError, OSError) as error:
        raise DeviceError("libpulse is not installed (Debian: apt-get install libpulse0)") from error

    try:
        libpulse.Connection(CONNECT_S).close()  # pulsectl waits for ever for a server that stands still
    except libpulse.LateServerError:
        raise
    except DeviceError as error:
        raise DeviceError("no PulseAudio or PipeWire server answers; is one running in your session?") from error
    try:
        pulse = _client()("Voxveil", connect=False)
        pulse.connect(autospawn=False)
    except pulsectl.PulseError as error:
        raise DeviceError("no PulseAudio or PipeWire server answers; is one running in your session?") from error
    try:
        yield pulse
    except pulsectl.PulseError as error:
        raise DeviceError(f"the audio server refused ({error})") from error
    finally:
        pulse.close()


def sources(pulse: Any) -> list[PulseDevice]:
    """All sources."""
    return [_device(info, info.monitor_of_sink_name is not None) for info in pulse.source_list()]


def sinks(pulse: Any) -> list[PulseDevice]:
    """All sinks."""
    return [_device(info, False) for info in pulse.sink_list()]


def default_names(pulse: Any) -> tuple[str, str]:
    """Names of the default source and the default sink."""
    info = pulse.server_info()
    return info.default_source_name or "", info.default_sink_name or ""


def is_pipewire(pulse: Any) -> bool:
    """Whether it is PipeWire that answers as a PulseAudio server."""
    return "PipeWire" in (pulse.server_info().server_name or "")


def find_source(pulse: Any, wanted: str | None, first: str = "") -> PulseDevice:
    """The source that is meant; None is the system's default.

    Args:
        first: name of the source with which the call began, "" if it begins now.

    Raises:
        DeviceError: none or several fit.
    """
    found = sources(pulse)
    if not found:
        raise DeviceError("the audio server has no microphone; plug one in")
    if wanted is None:
        default = default_names(pulse)[0]
        device = next((device for device in found if device.name == default), found[0])
        if first and device.monitor and not first.endswith(MONITOR):
            # A server without a microphone calls a loudspeaker's monitor its default one: the others would be heard.
            raise DeviceError("the microphone is gone; waiting for it to come back")
        return device
    return names.same(first, found, _names, "input") if first else names.pick(wanted, found, _names, "input")


def find_sink(pulse: Any, wanted: str, first: str = "") -> PulseDevice:
    """The sink that is meant.

    Args:
        first: name of the sink with which the call began, "" if it begins now.

    Raises:
        DeviceError: none or several fit.
    """
    found = sinks(pulse)
    return names.same(first, found, _names, "output") if first else names.pick(wanted, found, _names, "output")


def _index(pulse: Any, sink: str) -> int | None:
    return {info.name: info.index for info in pulse.sink_list()}.get(sink)


def players(pulse: Any, sink: str) -> int:
    """How many streams play into the sink of that name."""
    index = _index(pulse, sink)
    return sum(stream.sink == index for stream in pulse.sink_input_list())


def strays(pulse: Any, process: int, stream: str, sink: str) -> bool:
    """Whether a process's stream of that name plays into another sink than the one of that name."""
    index = _index(pulse, sink)
    ours = [
        found
        for found in pulse.sink_input_list()
        if found.proplist.get("application.process.id") == str(process) and found.proplist.get("media.name") == stream
    ]
    return any(found.sink not in (index, NONE) for found in ours)


def other_players(pulse: Any, sinks: Collection[str]) -> list[str]:
    """Names of the programs that play into one of the sinks of those names, without Voxveil's own, each once."""
    indices = {info.index for info in pulse.sink_list() if info.name in sinks}
    found = [stream for stream in pulse.sink_input_list() if stream.sink in indices]
    others = [stream for stream in found if stream.proplist.get("application.id") != libpulse.APPLICATION]
    return list(dict.fromkeys(_program(stream) for stream in others))


def recorders(pulse: Any, heard: Collection[str], own_modules: Collection[int | None]) -> list[str]:
    """Names of the programs that record from one of the sources called `heard`; streams of those modules are none."""
    indices = {info.index for info in pulse.source_list() if info.name in heard}
    streams = [
        stream
        for stream in pulse.source_output_list()
        if stream.source in indices and stream.owner_module not in own_modules
    ]
    return [_program(stream) for stream in streams]


def load_module(pulse: Any, module: str, arguments: str) -> int | None:
    """Load a module; its index, or None if the server refuses."""
    from pulsectl import PulseOperationFailed

    try:
        index = int(pulse.module_load(module, arguments))
    except PulseOperationFailed:
        return None
    return None if index == NONE else index


def _program(stream: Any) -> str:
    return str(stream.proplist.get("application.name") or stream.name or "a program")


def _names(device: PulseDevice) -> tuple[str, str]:
    return device.description, device.name


def _device(info: Any, monitor: bool) -> PulseDevice:
    module = info.owner_module
    return PulseDevice(
        name=info.name,
        description=info.description,
        rate=info.rate,
        channels=int(info.channel_count),
        monitor=monitor,
        module=None if module in (None, NONE) else int(module),
        properties=dict(info.proplist),
    )
