"""Streams in PipeWire's own graph: our callbacks run inside the server's turn, so that nothing waits between.

By way of PipeWire's pulse server a stream has a buffer of three turns there, a second process between, and a socket.
Constants are from libpipewire's public headers.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from ctypes import byref, c_void_p, create_string_buffer, sizeof
from threading import Event
from time import monotonic

from core.errors import DeviceError
from realtime import pipewire_functions as functions
from realtime.backend import UnlinkedError
from realtime.libpulse import APPLICATION
from realtime.pipewire_functions import Dict, DictItem, Hook, StreamEvents, Time
from realtime.pulse_functions import SAMPLE_BYTES

ERROR, UNCONNECTED, STREAMING = -1, 0, 3
"""pw_stream_state."""
CAPTURE, PLAYBACK = 0, 1
"""SPA_DIRECTION_INPUT and _OUTPUT, seen from our node."""
AUTOCONNECT, MAP_BUFFERS, RT_PROCESS = 1 << 0, 1 << 2, 1 << 4
ANY = 0xFFFFFFFF
LATENCY = "node.latency"
"""The property that asks for a turn."""
POLL_S = 0.005

Served = Callable[[int, int, int], None]
"""Called with the memory's address, how many frames lie or belong there, and how many the device has gone on without us
before them."""


class Connection:
    """A connection to the user's PipeWire server, with libpipewire's own thread for its messages and one for sound.

    Raises:
        DeviceError: no libpipewire, or no server.
    """

    def __init__(self) -> None:
        library = functions.library()
        if library is None:
            raise DeviceError("libpipewire is not installed (Debian: apt-get install libpipewire-0.3-0)")
        self.library = library
        self._loop = library.thread_loop_new(b"voxveil", None)
        self._context = library.context_new(library.thread_loop_get_loop(self._loop), None, 0)
        library.thread_loop_start(self._loop)
        library.thread_loop_lock(self._loop)
        self.core = library.context_connect(self._context, None, 0) if self._context else None
        library.thread_loop_unlock(self._loop)
        if not self.core:
            self.close()
            raise DeviceError("the PipeWire server does not answer; is it running, and may you use it?")

    def __enter__(self) -> Connection:
        self.library.thread_loop_lock(self._loop)
        return self

    def __exit__(self, *_: object) -> None:
        self.library.thread_loop_unlock(self._loop)

    def close(self) -> None:
        """Hang up, after all streams are closed."""
        if self._loop:
            self.library.thread_loop_stop(self._loop)
            if self._context:
                self.library.context_destroy(self._context)
            self.library.thread_loop_destroy(self._loop)
            self._loop = self._context = self.core = None


class Stream:
    """One mono float32 stream, which begins at once.

    Args:
        target: the server's name of the node at the other end. The stream is pinned to it: when it goes, so does the
            stream, and nothing of it comes out elsewhere.
        rate: in Hz; best that of the graph, for another one is resampled.
        playback: to the node instead of from it.
        turn: frames that the server is asked to take or give at a time, if nobody wants less.
        monitor: capture what a sink plays.
        group: streams of one group, and the nodes at their other ends, run by one clock, in one turn.
        serve: called in the sound's thread for each piece: memory to read or to fill.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        target: str,
        rate: int,
        playback: bool,
        turn: int,
        serve: Served,
        monitor: bool = False,
        group: str = "",
    ) -> None:
        self._connection, self._library = connection, connection.library
        self._name, self._playback, self._serve = name, playback, serve
        self.rate, self._least_lost = rate, turn // 2
        self.state, self.reason = UNCONNECTED, ""
        self._begun, self._ended = Event(), Event()
        self._time = Time()
        self._expected = -1.0
        self.turn_s = self.latency_s = 0.0
        words = {
            "media.type": "Audio",
            "media.category": "Playback" if playback else "Capture",
            "media.name": name,
            "node.name": f"voxveil-{name.replace(' ', '-')}",
            "application.name": "Voxveil",
            "application.id": APPLICATION,
            "application.process.id": os.getpid(),
            LATENCY: f"{turn}/{rate}",
            # Pinned, in the words of all versions of the session manager.
            "target.object": target,
            "node.target": target,
            "node.dont-reconnect": "true",
            "node.dont-move": "true",
            "node.dont-fallback": "true",
            "state.restore-target": "false",
        }
        if monitor:
            words["stream.capture.sink"] = "true"
        if group:
            words["node.group"] = group
        text = " ".join(f'"{key}" = "{value}"' for key, value in words.items())
        # libpipewire keeps pointers to these for as long as the stream lives.
        self._callbacks = functions.STATE_CHANGED(self._state_changed), functions.PROCESS(self._process)
        self._events = StreamEvents(
            version=functions.STREAM_EVENTS_VERSION, state_changed=self._callbacks[0], process=self._callbacks[1]
        )
        self._hook = Hook()
        pod = create_string_buffer(functions.mono_format(rate))
        parameters = (c_void_p * 1)(ctypes.addressof(pod))
        with connection:
            properties = self._library.properties_new_string(f"{{ {text} }}".encode())
            self._stream = self._library.stream_new(connection.core, name.encode(), properties)
            if not self._stream:
                raise DeviceError(f"the PipeWire server refuses a stream ({name})")
            self._library.stream_add_listener(self._stream, byref(self._hook), byref(self._events), None)
            failed = self._library.stream_connect(
                self._stream, PLAYBACK if playback else CAPTURE, ANY, AUTOCONNECT | MAP_BUFFERS | RT_PROCESS,
                parameters, 1,
            )  # fmt: skip
        if failed < 0:
            raise DeviceError(f"the PipeWire server refuses “{target}” (error {-failed})")

    def wait_ready(self, timeout_s: float) -> None:
        """Until sound flows.

        Raises:
            UnlinkedError: the server refuses, or does not connect the stream in time.
        """
        end = monotonic() + timeout_s
        while not self._begun.wait(POLL_S):
            if self._ended.is_set() or monotonic() > end:
                reason = self.reason or "it does not connect the stream"
                raise UnlinkedError(f"the PipeWire server does not open the device for {self._name} ({reason})")

    def ask_turn(self, turn: int) -> None:
        """Ask for turns of that many frames from now on."""
        items = (DictItem * 1)(DictItem(LATENCY.encode(), f"{turn}/{self.rate}".encode()))
        self._least_lost = turn // 2
        with self._connection:
            self._library.stream_update_properties(self._stream, byref(Dict(0, 1, items)))

    @property
    def alive(self) -> bool:
        """Whether the server has not ended the stream."""
        return not self._ended.is_set()

    def _state_changed(self, _data: int | None, _old: int, state: int, error: bytes | None) -> None:
        self.state = state
        if error:
            self.reason = error.decode("utf-8", "replace")
        if state == STREAMING:
            self._begun.set()
        elif state in (ERROR, UNCONNECTED):
            self._ended.set()

    def _process(self, _data: int | None) -> None:
        library, stream = self._library, self._stream
        buffer = library.stream_dequeue_buffer(stream)
        if not buffer:
            return
        piece = buffer.contents.buffer.contents.datas[0]
        chunk = piece.chunk.contents
        lost = self._lost()
        if self._playback:
            most = piece.maxsize // SAMPLE_BYTES
            frames = min(int(buffer.contents.requested) or most, most)
            chunk.offset, chunk.stride, chunk.size = 0, SAMPLE_BYTES, frames * SAMPLE_BYTES
        else:
            frames = chunk.size // SAMPLE_BYTES
        if piece.data and frames:
            self._serve(piece.data + (0 if self._playback else chunk.offset), frames, lost)
        self._expected += frames
        self.turn_s = frames / self.rate
        library.stream_queue_buffer(stream, buffer)

    def _lost(self) -> int:
        """Frames that the device's clock has gone on without us."""
        told = self._time
        if self._library.stream_get_time_n(self._stream, byref(told), sizeof(told)) < 0 or not told.rate_denom:
            return 0
        tick_s = told.rate_num / told.rate_denom
        self.latency_s = max(0, told.delay) * tick_s
        position = told.ticks * tick_s * self.rate
        lost = round(position - self._expected) if self._expected >= 0 else 0
        self._expected = position
        return lost if lost > self._least_lost else 0

    def close(self) -> None:
        """End the stream; waits for its callback's turn only."""
        if self._stream:
            with self._connection:
                self._library.stream_destroy(self._stream)
            self._stream = None
