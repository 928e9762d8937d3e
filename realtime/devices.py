"""The audio devices of this machine, as the engine would use them.

Where a PulseAudio or PipeWire server answers, its sources and sinks are listed. Elsewhere PortAudio is asked, in a
short process of its own: it learns of plugged and unplugged devices only when it starts, and a driver that hangs it
hangs nobody.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import DeviceError
from realtime import child, libpulse, virtual_mic

ASK_S = 10.0
KINDS = ("input", "output")


@dataclass(frozen=True)
class Device:
    """One way in or out.

    Attributes:
        id: what `EngineConfig.input` or `.output` takes. It is made of names, never of positions in a list, so that a
            device is the same one after others came and went; only devices that share all names are numbered.
        name: for people.
        kind: "input" or "output".
        rates: in Hz, its own rate first.
        channels: how many it has.
        host_api: "PulseAudio", "PipeWire", or PortAudio's name for the system's interface.
        is_default: the system's choice.
        is_virtual_mic: Voxveil's virtual microphone, or a virtual cable made by others.
    """

    id: str
    name: str
    kind: str
    rates: tuple[int, ...]
    channels: int
    host_api: str
    is_default: bool
    is_virtual_mic: bool

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return asdict(self)


def list_devices(monitors: bool = False) -> list[Device]:
    """All devices, inputs first, each kind in the system's order.

    Args:
        monitors: also list the sources that give what a sink plays (PulseAudio and PipeWire only).

    Raises:
        DeviceError: there is neither an audio server nor PortAudio. No device at all is an empty list, not an error.
    """
    if libpulse.server_answers():
        return _from_server(monitors)
    return _from_portaudio()


def _from_server(monitors: bool) -> list[Device]:
    from realtime import pulse_devices

    with pulse_devices.session() as pulse:
        sources, sinks = pulse_devices.sources(pulse), pulse_devices.sinks(pulse)
        defaults = pulse_devices.default_names(pulse)
        server = "PipeWire" if "pipewire" in pulse.server_info().server_name.casefold() else "PulseAudio"
    found: list[Device] = []
    for kind, listed, default in zip(KINDS, (sources, sinks), defaults, strict=True):
        found += [
            Device(
                id=device.name,
                name=device.description,
                kind=kind,
                rates=(device.rate,),
                channels=device.channels,
                host_api=server,
                is_default=device.name == default,
                is_virtual_mic=virtual_mic.TAG in device.properties,
            )
            for device in listed
            if monitors or not device.monitor
        ]
    return found


def _from_portaudio() -> list[Device]:
    asked = child.spawn("realtime.devices", [], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        text, _ = asked.communicate(timeout=ASK_S)
    except subprocess.TimeoutExpired:
        asked.kill()
        asked.communicate()
        raise DeviceError(f"the sound system gave no answer within {ASK_S:g} s; is a device stuck?") from None
    try:
        answer = json.loads(text)
    except json.JSONDecodeError:
        raise DeviceError("PortAudio ended without an answer; run `voxveil doctor`") from None
    if "error" in answer:
        raise DeviceError(answer["error"])
    return [Device(**{**device, "rates": tuple(device["rates"])}) for device in answer["devices"]]


def from_query(listed: Sequence[Any], interfaces: Sequence[Any], defaults: Sequence[int]) -> list[Device]:
    """PortAudio's answers as devices.

    Args:
        listed: as `sounddevice.query_devices()` gives it.
        interfaces: as `sounddevice.query_hostapis()`.
        defaults: index of the default input and output; -1 is none.
    """
    found = []
    for kind, default in zip(KINDS, defaults, strict=True):
        fitting = [device for device in listed if device[f"max_{kind}_channels"] > 0]
        names = [str(device["name"]) for device in fitting]
        full = [full_name(device, interfaces) for device in fitting]
        cable = virtual_mic.find_cable(names) if kind == "output" else None
        found += [
            Device(
                id=name if names.count(name) == 1 else long if full.count(long) == 1 else str(device["index"]),
                name=name,
                kind=kind,
                rates=(round(device["default_samplerate"]),),
                channels=int(device[f"max_{kind}_channels"]),
                host_api=str(interfaces[device["hostapi"]]["name"]),
                is_default=device["index"] == default,
                is_virtual_mic=cable is not None and name == cable[0],
            )
            for device, name, long in zip(fitting, names, full, strict=True)
        ]
    return found


def full_name(device: Any, interfaces: Sequence[Any]) -> str:
    """A PortAudio device's name with that of the system's interface, for devices that several interfaces offer."""
    return f"{device['name']} [{interfaces[device['hostapi']]['name']}]"


def _answer() -> dict[str, Any]:
    try:
        import sounddevice
    except OSError:
        return {"error": "PortAudio is not installed (Debian: apt-get install libportaudio2)"}
    try:
        listed = from_query(sounddevice.query_devices(), sounddevice.query_hostapis(), list(sounddevice.default.device))
    except sounddevice.PortAudioError as error:
        return {"error": f"PortAudio does not start ({error}); run `voxveil doctor`"}
    return {"devices": [device.to_dict() for device in listed]}


if __name__ == "__main__":
    json.dump(_answer(), sys.stdout)
