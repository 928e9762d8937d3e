"""The virtual microphone: what call programs choose as their microphone, and what the engine plays into.

On PulseAudio and PipeWire it is a null sink and a remapped source of its monitor, so that it is listed as an ordinary
microphone called "Voxveil". Both carry a tag with their owner: what a crashed run left behind is found and used again
or removed. Nothing else of the user's system is touched, and nothing is ever made a default.

**It never goes while a program records from it.** Servers move what records from a device that goes to the default
one, which is the real microphone: the call would hear the talker's own voice from then on. It stays instead, silent.
Elsewhere a virtual cable made by others is looked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import DeviceError
from realtime import pulse_devices

SINK, SOURCE = "voxveil", "voxveil_mic"
LABEL = "Voxveil"
TAG = "voxveil.owner"
KEPT = "user"
"""The owner of a microphone that stays until `voxveil mic remove`."""
RATE = 48_000


@dataclass(frozen=True)
class Status:
    """What there is.

    Attributes:
        present: whether call programs can choose it now.
        owner: process id of the run that made it, "user" for `voxveil mic create`, "" when it is not there.
        orphan: it was left behind by a run that has ended.
        text: all this in words.
    """

    present: bool
    owner: str
    orphan: bool
    text: str


def create(owner: str = KEPT) -> bool:
    """Make the virtual microphone if it is not there yet; whether this call made it (or took over an orphan).

    Raises:
        DeviceError: no server, or it refuses.
    """
    with pulse_devices.session() as pulse:
        found = _found(pulse)
        if found["sink"] and found["source"]:
            return _orphan(found["sink"][0])
        _unload(pulse, found["source"])  # without its sink it hears nothing
        # A sink without its source is kept: somebody may record from its monitor.
        sink = None if found["sink"] else _load_sink(pulse, owner)
        try:
            _load(
                pulse,
                "module-remap-source",
                f"master={SINK}.monitor source_name={SOURCE} channels=1 channel_map=mono master_channel_map=mono "
                f"remix=no source_properties=\"device.description='{LABEL}' {TAG}={owner}\"",
            )
        except DeviceError:
            if sink is not None:
                pulse.module_unload(sink)
            raise
        return True


def remove() -> bool:
    """Take the virtual microphone away; whether there was one.

    Raises:
        DeviceError: no server, or a program records from it.
    """
    with pulse_devices.session() as pulse:
        found = _found(pulse)
        devices = [*found["source"], *found["sink"]]
        if listening := _listening(pulse, found):
            raise DeviceError(
                f"{', '.join(listening)} records from “{LABEL}”; end the call there, or choose another microphone in "
                "it, because it would get your real microphone when this one goes"
            )
        _unload(pulse, devices)
        return bool(devices)


def release(owner: str) -> bool:
    """Take it away if `owner` made it, or a run that has ended, and nobody plays into it or records from it now;
    whether it went. One that stays is silent, and the next run uses it again.

    Raises:
        DeviceError: no server.
    """
    with pulse_devices.session() as pulse:
        found = _found(pulse)
        devices = [*found["source"], *found["sink"]]
        ours = [device for device in devices if device.properties.get(TAG) == owner or _orphan(device)]
        if not ours or any(pulse_devices.players(pulse, device.name) for device in found["sink"]):
            return False
        if _listening(pulse, found):
            return False
        _unload(pulse, ours)
        return True


def also_playing() -> list[str]:
    """Names of other programs that play into it: the call hears them, too. Servers move programs here when the last
    other output goes. They are not muted, since PulseAudio would remember that for as long as the program exists.

    Raises:
        DeviceError: no server.
    """
    with pulse_devices.session() as pulse:
        return pulse_devices.other_players(pulse, {sink.name for sink in _found(pulse)["sink"]})


def status() -> Status:
    """Whether it is there and whose it is.

    Raises:
        DeviceError: no server.
    """
    with pulse_devices.session() as pulse:
        found = _found(pulse)
    if not found["sink"] or not found["source"]:
        return Status(
            False, "", False, "There is no virtual microphone now; `voxveil live` or `voxveil mic create` makes it."
        )
    sink = found["sink"][0]
    owner = sink.properties.get(TAG, "")
    orphan = _orphan(sink)
    whose = {
        True: "left behind by a run that ended unexpectedly; the next run uses it again",
        False: "made by `voxveil mic create`" if owner == KEPT else f"made by process {owner}, which runs",
    }[orphan]
    return Status(True, owner, orphan, f"“{LABEL}” can be chosen as a microphone ({whose}).")


def _found(pulse: Any) -> dict[str, list[pulse_devices.PulseDevice]]:
    def ours(devices: Sequence[pulse_devices.PulseDevice]) -> list[pulse_devices.PulseDevice]:
        return [device for device in devices if TAG in device.properties and not device.monitor]

    return {"sink": ours(pulse_devices.sinks(pulse)), "source": ours(pulse_devices.sources(pulse))}


def _listening(pulse: Any, found: dict[str, list[pulse_devices.PulseDevice]]) -> list[str]:
    """The programs that record from our source, or from what our sink plays."""
    heard = {device.name for device in found["source"]} | {f"{device.name}.monitor" for device in found["sink"]}
    return pulse_devices.recorders(pulse, heard, {device.module for device in found["source"]})


def _orphan(device: pulse_devices.PulseDevice) -> bool:
    owner = device.properties.get(TAG, "")
    if not owner.isdigit():
        return False
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _unload(pulse: Any, devices: Sequence[pulse_devices.PulseDevice]) -> None:
    for module in dict.fromkeys(device.module for device in devices):
        if module is not None:
            pulse.module_unload(module)


def _load_sink(pulse: Any, owner: str) -> int:
    words = (
        f"sink_name={SINK} rate={RATE} channels=1 channel_map=mono format=float32le "
        f"sink_properties=\"device.description='{LABEL} cable' {TAG}={owner}\""
    )
    try:
        # Without rewinds PulseAudio's null sink works 50 ms ahead at most, not 2 s: steady delays, quick recovery.
        return _load(pulse, "module-null-sink", f"{words} norewinds=1")
    except DeviceError:
        return _load(pulse, "module-null-sink", words)  # before PulseAudio 15


def _load(pulse: Any, module: str, arguments: str) -> int:
    index = pulse_devices.load_module(pulse, module, arguments)
    if index is None:
        raise DeviceError(f"the audio server refuses to load {module}, which the virtual microphone needs")
    return index


@dataclass(frozen=True)
class Cable:
    """A virtual cable made by others.

    Attributes:
        product: its name.
        play_to: what the device to play into is called (a part of its name, in small letters).
        record_from: what call programs then choose as microphone.
        system: where it exists, as sys.platform has it.
        get: how to get it.
    """

    product: str
    play_to: tuple[str, ...]
    record_from: str
    system: str
    get: str


CABLES = (
    Cable("VB-Cable", ("cable input",), "CABLE Output", "win32", "VB-Cable from vb-audio.com (free)"),
    Cable("VB-Cable", ("vb-cable",), "VB-Cable", "darwin", "VB-Cable from vb-audio.com (free)"),
    Cable("Virtual Audio Cable", ("line 1 (virtual audio cable)", "virtual audio cable"), "Line 1", "win32", ""),
    Cable("BlackHole", ("blackhole",), "BlackHole", "darwin", "BlackHole from existential.audio (free)"),
    Cable("Loopback", ("loopback audio",), "Loopback Audio", "darwin", ""),
)


def find_cable(outputs: Sequence[str], system: str = sys.platform) -> tuple[str, Cable] | None:
    """The first output device that is a virtual cable, and which cable it is.

    Args:
        outputs: names of the output devices.
        system: as sys.platform.
    """
    for cable in CABLES:
        if cable.system == system:
            for name in outputs:
                if any(part in name.casefold() for part in cable.play_to):
                    return name, cable
    return None


def advice(outputs: Sequence[str], system: str = sys.platform) -> str:
    """What to do to have a virtual microphone on this system, in words."""
    found = find_cable(outputs, system)
    if found is not None:
        name, cable = found
        return (
            f"{cable.product} is installed: Voxveil plays into “{name}”; "
            f"choose “{cable.record_from}” as the microphone in your call program."
        )
    offers = [cable.get for cable in CABLES if cable.system == system and cable.get]
    if not offers:
        return "Voxveil makes its own virtual microphone where PulseAudio or PipeWire runs; start one of them."
    return f"No virtual microphone is installed. Get {' or '.join(offers)}, then start Voxveil again."
