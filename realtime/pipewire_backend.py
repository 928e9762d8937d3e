"""The shortest way on Linux: two streams inside PipeWire's graph, served in its own turns.

The streams are pinned to their devices, as in `realtime.pulse_backend`. Devices are found, and watched, by PipeWire's
pulse server; no sound goes through it.
"""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Callable
from functools import lru_cache
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from realtime import priority
from realtime.backend import First, Opened, Trouble
from realtime.chosen import choose_devices
from realtime.config import EngineConfig
from realtime.cushion import Cushion
from realtime.device_watch import DeviceWatch
from realtime.libpipewire import Connection, Stream
from realtime.listening import LISTENING_S, Listening
from realtime.pulse_devices import MONITOR, PulseDevice
from realtime.rings import MAX_CHUNK, CaptureRing, PlayRing
from realtime.steady_latency import SteadyLatency

Frames = NDArray[np.float32]
READY_S = 2.0
NULL_SINK = "support.null-audio-sink"
"""PipeWire's `factory.name` of a sink that is no hardware."""
VOICE = "anonymized voice"
"""The stream's name."""
DOUBLINGS = 2
"""How often the turn may be doubled where this process or the server comes late too often: up to 10.7 ms."""
MOST_LOST_S = 0.1
"""A clock that leaps further has begun anew."""


class PipeWireBackend:
    """A stream each way, and one to listen to oneself, if wanted."""

    name = "pipewire"
    margin_ms = 3.0
    chunk_ms = 128 / 48

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._streams: list[Stream] = []
        self._watch: DeviceWatch | None = None
        self._capture: CaptureRing | None = None
        self._play: PlayRing | None = None
        self._wake: Callable[[], None] = lambda: None
        self._listening: Listening | None = None
        self._nothing, self._left_out = np.zeros(MAX_CHUNK, np.float32), np.zeros(MAX_CHUNK, np.float32)
        self._raised = False
        self._lost_before = self._lost = 0
        self._cushion = Cushion(0, DOUBLINGS, 1)
        self._latency = SteadyLatency()
        self._stood_still = self._heard_late = False

    def open(self, config: EngineConfig, first: First) -> Opened:
        """Find the devices and open the streams, which hear and say nothing yet."""
        chosen = choose_devices(config, first)
        source, sink, listened = chosen.source, chosen.sink, chosen.listened
        connection = self._connection = Connection()
        chunk_s = 1e-3 * (config.chunk_ms or self.chunk_ms)
        one_clock = may_share_clock(source, sink)
        self._heard_late = is_null_sink(sink) and not one_clock
        group = f"voxveil-{os.getpid()}" if one_clock else ""
        self._microphone = Stream(
            connection, "microphone", source.name.removesuffix(MONITOR), source.rate, False,
            round(chunk_s * source.rate), self._hear, monitor=source.monitor, group=group,
        )  # fmt: skip
        self._streams.append(self._microphone)
        turn = self._turn = round(chunk_s * sink.rate)
        self._voice = Stream(
            connection, VOICE, sink.name, sink.rate, True, turn, self._speak, group=group
        )  # fmt: skip
        self._streams.append(self._voice)
        if listened is not None:
            self._listening = Listening(round(LISTENING_S * sink.rate))
            self._streams.append(
                Stream(connection, "listening to yourself", listened.name, sink.rate, True, turn, self._listen)
            )
        for stream in self._streams:
            stream.wait_ready(READY_S)
        self._watch = DeviceWatch(sink.name, VOICE, source.name if chosen.follows_default else "")
        return Opened(source.description, sink.description, source.rate, sink.rate, 0.0, 0.0, source.name, sink.name)

    def start(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        """From now on pieces are passed on."""
        gc.collect()
        self._wake = wake
        self._play = play
        self._capture = capture

    def _hear(self, address: int, frames: int, lost: int) -> None:
        capture = self._capture
        if capture is None:
            return
        self._hurry()
        now = monotonic()
        if 0 < lost <= MOST_LOST_S * self._microphone.rate:
            self._lost += 1
            capture.count_flags(True, False, False, False)
            capture.write(self._nothing[:lost], now)
        capture.write(frames_at(address, frames), now)
        self._wake()

    def _speak(self, address: int, frames: int, lost: int) -> None:
        out, play = frames_at(address, frames), self._play
        if play is None:
            out[:] = 0.0
            return
        self._hurry()
        now = monotonic()
        if self._latency.served(now):
            self._stood_still = True
        if 0 < lost <= MOST_LOST_S * self._voice.rate:
            # The device has gone on without us: what was meant for that time is late, and the delay stays.
            self._lost += 1
            if self._capture is not None:
                self._capture.count_flags(False, False, True, False)
            play.read_into(self._left_out[:lost])
        if self._stood_still or (self._watch is not None and self._watch.misplaced):
            out[:] = 0.0
            return
        play.read_into(out)
        if self._listening is not None:
            self._listening.write(out)

    def _listen(self, address: int, frames: int, _lost: int) -> None:
        out = frames_at(address, frames)
        if self._listening is None:
            out[:] = 0.0
        else:
            self._listening.read_into(out)

    def _hurry(self) -> None:
        """In the sound's thread, once: it serves all streams."""
        if not self._raised:
            self._raised = True
            priority.raise_own(priority.AUDIO)

    def trouble(self) -> Trouble | None:
        """What streams and server tell."""
        if not self._voice.alive and not self._microphone.alive:
            return Trouble("the audio server has ended; waiting for it to come back", lost=True)
        if not self._voice.alive or not self._microphone.alive:
            side = "output device" if self._microphone.alive else "microphone"
            return Trouble(f"the {side} is gone; waiting for it to come back", lost=True)
        if self._stood_still:
            return Trouble("the audio server stood still; opening the devices again", lost=True)
        if self._watch is not None and self._watch.misplaced:
            return Trouble("the voice was moved to another device; opening the devices again", lost=True)
        if self._watch is not None and self._watch.moved:
            return Trouble("the system chose another microphone; opening it", lost=True)
        self._fit_turn()
        return None

    def _fit_turn(self) -> None:
        """A longer turn is a longer time in which to be called."""
        now, lost = monotonic(), self._lost
        changed = self._cushion.underflow(now) if lost != self._lost_before else self._cushion.ease(now)
        self._lost_before = lost
        if changed:
            factor = 2**self._cushion.frames
            self._voice.ask_turn(factor * self._turn)
            self._microphone.ask_turn(round(factor * self._turn * self._microphone.rate / self._voice.rate))

    def latencies(self) -> tuple[float, float]:
        """As the graph tells them; who listens to a null sink that is its own clock has its sound a turn later."""
        late = self._voice.turn_s if self._heard_late else 0.0
        return self._microphone.latency_s, self._voice.latency_s + late

    def reserve(self) -> float:
        """Never any."""
        return 0.0

    def finished(self) -> bool:
        """Devices have no end."""
        return False

    def close(self) -> None:
        """End the streams."""
        self._play = self._capture = None
        if self._watch is not None:
            self._watch.close()
        for stream in self._streams:
            stream.close()
        self._streams.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def is_null_sink(sink: PulseDevice) -> bool:
    """Whether the device is no hardware, as the virtual microphone's is not."""
    return sink.properties.get("factory.name") == NULL_SINK


def may_share_clock(source: PulseDevice, sink: PulseDevice) -> bool:
    """Whether the output may run by the microphone's clock, in the same turn: nothing then drifts, and the sound is
    there a turn earlier. Hardware has a clock of its own, and that of Bluetooth is uneven.
    """
    return is_null_sink(sink) and source.properties.get("device.api") != "bluez5"


def frames_at(address: int, frames: int) -> Frames:
    """Memory of the server's as an array. Leaves nothing that refers to itself: collection is off where this runs."""
    return np.frombuffer(memoryview(_floats(frames).from_address(address)), np.float32)


@lru_cache(maxsize=64)
def _floats(count: int) -> type[ctypes.Array[ctypes.c_float]]:
    """The type of `count` floats, kept: a type refers to itself, and ctypes makes a new one when the last is gone."""
    return ctypes.c_float * count
