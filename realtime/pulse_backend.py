"""The low-delay way on Linux: two streams of a PulseAudio or PipeWire server, served by one thread that never blocks.

The output stream is pinned to its device: when that goes, the server ends the stream instead of moving it to another
device, so that the voice never sounds where nobody chose it to.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from time import monotonic

import numpy as np

from realtime import in_hand, libpulse, priority
from realtime.backend import First, Opened, Trouble
from realtime.chosen import choose_devices
from realtime.config import EngineConfig
from realtime.rings import CaptureRing, PlayRing
from realtime.steady_latency import SteadyLatency

READY_S = 2.0
POLL_S = 0.05
LATENCY_S = 0.2
BEGIN_S = 1.0
"""Until then the server runs out of sound because it has never had any."""
NULL_SINK = "abstract"
"""PulseAudio's `device.class` of a sink that is no hardware: it takes a turn's sound at once and plays it to nobody."""
MONITOR_S = 0.1
"""What waits for the device on which the talker listens to the own voice: late, but never in the way."""
MOST = 1 << 16


class Headphones:
    """Gives the talker's own device what the call's got. Its clock is its own: what it has no room for is left out."""

    def __init__(self, stream: libpulse.Stream) -> None:
        self._stream = stream
        self._silence = np.zeros(stream.target[0] // 2, np.float32)
        self._ran_out: int | None = None

    def give(self, address: int, frames: int) -> None:
        """`frames` frames from memory at `address`; first some silence wherever the device has run out."""
        stream = self._stream
        if not stream.alive:
            return
        if stream.underflow != self._ran_out:
            self._ran_out = stream.underflow
            stream.write(self._silence.ctypes.data, min(len(self._silence), stream.writable))
        stream.write(address, min(frames, stream.writable))


class PulseBackend:
    """A record and a playback stream at their devices' own rates; and one to listen to oneself, if wanted."""

    name = "pulse"
    margin_ms = 3.0
    chunk_ms = 2.5

    def __init__(self) -> None:
        self._connection: libpulse.Connection | None = None
        self._record: libpulse.Stream | None = None
        self._playback: libpulse.Stream | None = None
        self._monitor: libpulse.Stream | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._trouble: Trouble | None = None
        self._latency = SteadyLatency()

    def open(self, config: EngineConfig, first: First) -> Opened:
        """Find the devices (making the virtual microphone if it is the output) and open both streams."""
        chosen = choose_devices(config, first)
        source, sink, listened, pipewire = chosen.source, chosen.sink, chosen.listened, chosen.pipewire
        self._follows_default = chosen.follows_default
        self._source = source.name
        connection = self._connection = libpulse.Connection()
        chunk_s = 1e-3 * (config.chunk_ms or self.chunk_ms)
        chunk_in = round(chunk_s * source.rate) * libpulse.SAMPLE_BYTES
        unset = libpulse.UNSET
        self._record = libpulse.Stream(
            connection, "microphone", None if self._follows_default else source.name, source.rate, False,
            libpulse.BufferAttr(unset, unset, unset, unset, chunk_in), pinned=not self._follows_default,
        )  # fmt: skip
        turn = round(chunk_s * sink.rate)
        ahead = in_hand.attributes(pipewire, turn)
        self._playback = libpulse.Stream(connection, "anonymized voice", sink.name, sink.rate, True, ahead, pinned=True)
        if listened is not None:
            frames = round(MONITOR_S * sink.rate) * libpulse.SAMPLE_BYTES
            self._monitor = libpulse.Stream(
                connection, "listening to yourself", listened.name, sink.rate, True,
                libpulse.BufferAttr(unset, frames, 0, unset, unset), pinned=True,
            )  # fmt: skip
        for stream in (self._record, self._playback, self._monitor):
            if stream is not None:
                stream.wait_ready(READY_S)
        self._know_server(pipewire, sink.properties.get("device.class") == NULL_SINK, turn, self._playback)
        return Opened(
            source.description, sink.description, source.rate, sink.rate, chunk_s, 2 * chunk_s, source.name, sink.name
        )

    def _know_server(self, pipewire: bool, null_sink: bool, turn: int, playback: in_hand.Playback) -> None:
        """What follows from which server it is, for what it holds and how it tells of its delay."""
        self._taken_early = null_sink and not pipewire
        self._until_turn_s = playback.target[1] / playback.rate / 2 if pipewire else 0.0
        self._in_hand = in_hand.InHand(pipewire, turn, playback)

    def start(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        """Serve the streams from a thread."""
        self._thread = threading.Thread(target=self._run, args=(capture, play, wake), daemon=True)
        self._thread.start()

    def _run(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        connection, record, playback = self._connection, self._record, self._playback
        monitor = Headphones(self._monitor) if self._monitor is not None else None
        assert connection is not None and record is not None and playback is not None
        priority.raise_own(priority.AUDIO)
        heard, spoken = np.zeros(MOST, np.float32), np.zeros(MOST, np.float32)
        heard_at, spoken_at = heard.ctypes.data, spoken.ctypes.data
        checked, ran_out, counted_from = 0.0, playback.underflow, monotonic() + BEGIN_S
        read = wrote = monotonic()
        gc.collect()
        while not self._ending.is_set():
            connection.iterate(POLL_S)
            if not record.alive or not playback.alive:
                self._trouble = self._loss(connection, record)
                return
            now = monotonic()
            if playback.suspended:
                self._latency.served(now)  # it wants nothing, and nothing is wrong
            if playback.underflow != ran_out:
                ran_out = playback.underflow
                if now > counted_from:
                    capture.count_flags(False, False, True, False)
                    self._in_hand.underflow(now)
            heard_before = read
            while record.readable:
                count = record.read(heard_at, MOST)
                if not count:
                    break
                capture.write(heard[:count], now)
                read = now
            if read != heard_before:
                wake()  # once all is there: the worker must see how much piled up
            count = min(playback.writable - self._in_hand.withheld, MOST)
            if count > 0:
                if self._latency.served(now):
                    # What it holds, asks for and tells of times is wrong from now on, and on PipeWire for good.
                    self._trouble = Trouble("the audio server stood still; opening the devices again", lost=True)
                    return
                play.read_into(spoken[:count])
                playback.write(spoken_at, count)
                wrote = now
                if monitor is not None:
                    monitor.give(spoken_at, count)
            if now - checked > LATENCY_S:
                checked = now
                self._note_latency(record, playback, read, wrote)
                self._in_hand.ease(now)
                self._check(record, playback)

    def _note_latency(self, record: libpulse.Stream, playback: libpulse.Stream, read: float, wrote: float) -> None:
        """As it was when sound changed hands: since then the one has grown and the other fallen."""
        now, heard, spoken = monotonic(), record.latency_s(), playback.latency_s()
        if heard is not None and spoken is not None:
            # Who listens to a null sink of PulseAudio has the sound when it is taken, a turn before it is "played".
            early = playback.turn_s if self._taken_early else 0.0
            spoken = max(0.0, spoken - early + (now - wrote)) + self._until_turn_s
            self._latency.note(max(0.0, heard - (now - read)), spoken)
        record.ask_timing()
        playback.ask_timing()

    def _loss(self, connection: libpulse.Connection, record: libpulse.Stream) -> Trouble:
        if not connection.alive:
            return Trouble("the audio server has ended; waiting for it to come back", lost=True)
        side = "output device" if record.alive else "microphone"
        return Trouble(f"the {side} is gone; waiting for it to come back", lost=True)

    def _check(self, record: libpulse.Stream, playback: libpulse.Stream) -> None:
        """The server may suspend devices, and move a microphone that follows the system's choice."""
        if record.device != self._source:
            self._trouble = Trouble("the system chose another microphone; opening it", lost=True)
        elif playback.suspended:
            self._trouble = Trouble("the output device is suspended", lost=False)
        elif record.suspended:
            self._trouble = Trouble("the microphone is suspended", lost=False)
        else:
            self._trouble = None

    def trouble(self) -> Trouble | None:
        """What the thread found."""
        return self._trouble

    def latencies(self) -> tuple[float, float]:
        """As the server measures them."""
        return self._latency.seconds

    def reserve(self) -> float:
        """As the cushion has grown."""
        return self._in_hand.more_s if self._playback is not None else 0.0

    def finished(self) -> bool:
        """Devices have no end."""
        return False

    def close(self) -> None:
        """End the thread and the streams; waits for nothing but the thread's current turn."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        for stream in (self._record, self._playback, self._monitor):
            if stream is not None:
                stream.close()
        self._record = self._playback = self._monitor = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None
