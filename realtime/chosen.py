"""Which devices of a PulseAudio or PipeWire server a call takes."""

from __future__ import annotations

import os
from dataclasses import dataclass

from core.errors import DeviceError
from realtime import pulse_devices, virtual_mic
from realtime.backend import First
from realtime.config import VIRTUAL_MIC, EngineConfig
from realtime.pulse_devices import PulseDevice


@dataclass(frozen=True)
class Chosen:
    """Devices for one call.

    Attributes:
        source: the microphone.
        sink: where the voice goes.
        listened: where the talker listens to it, if wanted.
        pipewire: it is PipeWire that answers.
        follows_default: the microphone is the one that the system uses, whichever that is.
    """

    source: PulseDevice
    sink: PulseDevice
    listened: PulseDevice | None
    pipewire: bool
    follows_default: bool


def choose_devices(config: EngineConfig, first: First) -> Chosen:
    """Find the devices, making the virtual microphone if it is the output.

    Raises:
        DeviceError: one is missing, or would make a circle.
    """
    with pulse_devices.session() as pulse:
        if config.output is None or config.output == VIRTUAL_MIC:
            virtual_mic.create(owner=str(os.getppid()))
        source = pulse_devices.find_source(pulse, config.input, first.input)
        follows_default = config.input is None and source.name == pulse_devices.default_names(pulse)[0]
        sink = pulse_devices.find_sink(pulse, config.output or VIRTUAL_MIC, first.output)
        pipewire = pulse_devices.is_pipewire(pulse)
        listened = pulse_devices.find_sink(pulse, config.monitor) if config.monitor else None
    if source.properties.get(virtual_mic.TAG) or source.name == f"{sink.name}{pulse_devices.MONITOR}":
        if first.input and config.input is None:  # what the server falls back to when the last microphone goes
            raise DeviceError("the microphone is gone; waiting for it to come back")
        raise DeviceError(f"“{source.description}” is Voxveil's own output; choose another microphone")
    if listened is not None and listened.name in (sink.name, source.name.removesuffix(pulse_devices.MONITOR)):
        raise DeviceError(f"“{listened.description}” is in use by the call; choose another device to listen on")
    return Chosen(source, sink, listened, pipewire, follows_default)
