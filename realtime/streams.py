"""The portable way to the devices: PortAudio through sounddevice, two streams, each at its device's own rate."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import sounddevice

from core.errors import DeviceError
from realtime import names, priority, virtual_mic
from realtime.backend import First, Opened, Trouble
from realtime.config import VIRTUAL_MIC, EngineConfig
from realtime.devices import full_name
from realtime.listening import LISTENING_S, Listening
from realtime.placement import SERVER_DEVICES, Placement, server_rate
from realtime.rings import MAX_CHUNK, CaptureRing, PlayRing

COMMON_RATES = (48_000, 44_100, 96_000, 32_000, 24_000, 22_050, 16_000, 8_000)


class SoundDeviceBackend:
    """Input and output stream of sounddevice."""

    name = "sounddevice"
    margin_ms = 10.0
    chunk_ms = 5.0

    def __init__(self) -> None:
        self._input: Any = None
        self._output: Any = None
        self._monitor: Any = None
        self._listened: Any = None
        self._ended = ""
        self._closing = False
        self._placement: Placement | None = None

    def open(self, config: EngineConfig, first: First) -> Opened:
        """Find the devices by id or name, settle their rates."""
        # PortAudio lists the devices once, when it is initialised; devices come and go.
        try:
            sounddevice._terminate()
            sounddevice._initialize()
            listed, interfaces = sounddevice.query_devices(), sounddevice.query_hostapis()
        except sounddevice.PortAudioError as error:
            raise DeviceError(f"PortAudio does not start ({error}); run `voxveil doctor`") from error
        output = first.output or find_output(listed, interfaces, config.output)
        self._devices = [
            find(listed, interfaces, config.input, "input", first.input if config.input is not None else ""),
            find(listed, interfaces, output, "output", first.output),
        ]
        self._listened = find(listed, interfaces, config.monitor, "output") if config.monitor else None
        if self._listened is not None and self._listened["index"] == self._devices[1]["index"]:
            raise DeviceError(f"“{self._listened['name']}” is in use by the call; choose another device to listen on")
        self._rates = [_rate(device, kind) for device, kind in zip(self._devices, ("input", "output"), strict=True)]
        self._chunk_s = 1e-3 * (config.chunk_ms or self.chunk_ms)
        short, rates = [device["name"] for device in self._devices], self._rates
        full = [full_name(device, interfaces) for device in self._devices]
        return Opened(short[0], short[1], rates[0], rates[1], self._chunk_s, self._chunk_s, full[0], full[1])

    def start(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        """Open and start both streams."""
        count = capture.count_flags
        channels = [
            min(2, self._devices[0]["max_input_channels"]),
            min(2, self._devices[1]["max_output_channels"]),
        ]
        placement = self._placement = Placement(play.place, self._devices[1]["name"])
        if placement.name:
            # Honoured by libpulse inside ALSA's plug-in: rather no stream than one at another device.
            os.environ["PULSE_SINK"] = placement.name
        mono_in, mono_out = np.zeros(MAX_CHUNK, np.float32), np.zeros(MAX_CHUNK, np.float32)

        listening = Listening(round(LISTENING_S * self._rates[1])) if self._listened is not None else None
        heard = np.zeros(MAX_CHUNK, np.float32)
        raised: set[str] = set()

        def raise_once(side: str) -> None:
            if side not in raised:
                raised.add(side)
                priority.raise_own(priority.AUDIO)

        def on_input(data: Any, frames: int, _time: Any, flags: Any) -> None:
            raise_once("input")
            if flags:
                count(bool(flags.input_overflow), bool(flags.input_underflow), False, False)
            mono = mono_in[:frames]
            np.copyto(mono, data[:, 0])
            if channels[0] == 2:
                np.add(mono, data[:, 1], out=mono)
                np.multiply(mono, 0.5, out=mono)
            capture.write(mono)
            wake()

        def on_output(data: Any, frames: int, _time: Any, flags: Any) -> None:
            data.fill(0.0)
            raise_once("output")
            if flags:
                count(False, False, bool(flags.output_underflow), bool(flags.output_overflow))
            mono = mono_out[:frames]
            play.read_into(mono)
            if not placement.right:
                return
            for channel in range(channels[1]):
                data[:, channel] = mono
            if listening is not None:
                listening.write(mono)

        def on_listen(data: Any, frames: int, _time: Any, _flags: Any) -> None:
            assert listening is not None
            listening.read_into(heard[:frames])
            data[:] = heard[:frames, None]

        def ended() -> None:
            if not self._closing:
                self._ended = "the audio device stopped; was it unplugged?"

        try:
            for index, (kind, callback) in enumerate((("Input", on_input), ("Output", on_output))):
                stream = getattr(sounddevice, f"{kind}Stream")(
                    device=self._devices[index]["index"],
                    samplerate=self._rates[index],
                    blocksize=round(self._chunk_s * self._rates[index]),
                    channels=channels[index],
                    dtype="float32",
                    latency="low",
                    callback=callback,
                    finished_callback=ended,
                )
                setattr(self, f"_{kind.lower()}", stream)
                stream.start()
            placement.begin()
            play.place = placement.name
            if listening is not None:
                self._monitor = sounddevice.OutputStream(
                    device=self._listened["index"],
                    samplerate=self._rates[1],
                    channels=min(2, self._listened["max_output_channels"]),
                    dtype="float32",
                    callback=on_listen,
                )
                self._monitor.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            names_tried = " and ".join(f"“{device['name']}”" for device in self._devices)
            raise DeviceError(f"{names_tried} cannot be opened ({error}); is another program using them?") from error
        gc.collect()

    def trouble(self) -> Trouble | None:
        """A stream that ended, or plays to another device than it should, needs opening again."""
        words = self._ended or (self._placement.moved if self._placement else "")
        return Trouble(words, lost=True) if words else None

    def latencies(self) -> tuple[float, float]:
        """As PortAudio reports them."""
        return float(self._input.latency), float(self._output.latency)

    def reserve(self) -> float:
        """Never any."""
        return 0.0

    def finished(self) -> bool:
        """Devices have no end."""
        return False

    def close(self) -> None:
        """Abort both streams; `stop` would wait for a device that may be gone."""
        self._closing = True
        if self._placement is not None:
            self._placement.close()
        for stream in (self._output, self._input, self._monitor):
            if stream is not None:
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)
        self._input = self._output = self._monitor = None


def find_output(listed: Any, interfaces: Any, wanted: str | None) -> str:
    """Where the voice goes: the device that is named, else a virtual cable made by others. Never what the system calls
    its default, which are loudspeakers, not the call.

    Raises:
        DeviceError: nothing is named and there is no cable.
    """
    if wanted not in (None, VIRTUAL_MIC):
        return str(wanted)
    outputs = {str(d["name"]): full_name(d, interfaces) for d in reversed(listed) if d["max_output_channels"] > 0}
    found = virtual_mic.find_cable(list(outputs))
    if found is None:
        raise DeviceError(
            f"{virtual_mic.advice([])} Or choose where the voice goes to (`voxveil live --output DEVICE`)"
        )
    return outputs[found[0]]


def find(listed: Any, interfaces: Any, wanted: str | None, kind: str, first: str = "") -> Any:
    """The one device meant by `wanted` (an id of `realtime.devices`, a name or a part of one), or the system's default.

    Args:
        first: full name of the device with which the call began, "" if it begins now.

    Raises:
        DeviceError: none or several fit, or there is no device at all.
    """
    fitting = [device for device in listed if device[f"max_{kind}_channels"] > 0]
    if not fitting:
        raise DeviceError(f"there is no audio {kind} device; `voxveil live --file IN --write OUT` works without")
    if first:
        return names.same(first, fitting, lambda device: (full_name(device, interfaces),), kind)
    if wanted is None:
        default = sounddevice.default.device[0 if kind == "input" else 1]
        return next((device for device in fitting if device["index"] == default), fitting[0])
    if wanted.isdigit():
        for device in fitting:
            if device["index"] == int(wanted):
                return device
    return names.pick(wanted, fitting, lambda device: (str(device["name"]), full_name(device, interfaces)), kind)


def _rate(device: Any, kind: str) -> int:
    """The device's own rate if it takes it, else the first common one that it takes."""
    check = sounddevice.check_input_settings if kind == "input" else sounddevice.check_output_settings
    own = round(device["default_samplerate"])
    if device["name"] in SERVER_DEVICES:
        own = server_rate(kind) or own
    reason = ""
    for rate in (own, *COMMON_RATES):
        try:
            check(device=device["index"], samplerate=rate, channels=1, dtype="float32")
            return rate
        except (sounddevice.PortAudioError, ValueError) as error:
            reason = str(error)
    raise DeviceError(
        f"“{device['name']}” refuses every sample rate ({reason}); is another program using it exclusively?"
    )
