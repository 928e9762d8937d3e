"""Streams of short delay on libpulse: PulseAudio, and PipeWire by its pulse server.

Why not a ready package: pasimple's blocking calls hang with the server and cannot forbid moving a stream, which is a
privacy matter (a server moves the stream of a removed device to another one, as the loudspeakers, without a word).
With the asynchronous interface nothing here ever waits for the server. Constants are from libpulse's public headers.
"""

from __future__ import annotations

import ctypes
from ctypes import byref, c_size_t, c_void_p
from time import monotonic, time

from core.errors import DeviceError
from realtime.pulse_functions import FLOAT32LE, SAMPLE_BYTES, UNSET, BufferAttr, SampleSpec, library

__all__ = [
    "SAMPLE_BYTES",
    "UNSET",
    "BufferAttr",
    "Connection",
    "LateServerError",
    "Stream",
    "library",
    "server_answers",
]

CONTEXT_READY, CONTEXT_FAILED, CONTEXT_TERMINATED = 4, 5, 6
STREAM_READY, STREAM_FAILED, STREAM_TERMINATED = 2, 3, 4
NO_AUTOSPAWN = 0x0001
DONT_MOVE, ADJUST_LATENCY, EARLY_REQUESTS = 0x0200, 0x2000, 0x4000
APPLICATION = "voxveil"
PROPERTIES = {
    "application.id": APPLICATION,
    "pulse.min.req": "128/48000",
    "pulse.min.frag": "128/48000",
    "pulse.min.quantum": "128/48000",
}
"""What is told of this client. PipeWire works in turns of 5.3 ms (256 frames) for clients that do not ask for less."""


class LateServerError(DeviceError):
    """There is a server, but it did not answer in time."""


class Connection:
    """A connection to the server with its own loop. All calls must come from one thread at a time.

    Raises:
        LateServerError: no answer within `timeout_s`. DeviceError: no libpulse, or no server.
    """

    def __init__(self, timeout_s: float = 1.0) -> None:
        pulse = library()
        if pulse is None:
            raise DeviceError("libpulse is not installed (Debian: apt-get install libpulse0)")
        self.pulse = pulse
        self.loop = pulse.mainloop_new()
        properties = pulse.proplist_new()
        for key, value in PROPERTIES.items():
            pulse.proplist_sets(properties, key.encode(), value.encode())
        self.context = pulse.context_new_with_proplist(pulse.mainloop_get_api(self.loop), b"Voxveil", properties)
        pulse.proplist_free(properties)
        if pulse.context_connect(self.context, None, NO_AUTOSPAWN, None) < 0 or not self._settled(timeout_s):
            reason, late = self.error(), self.alive
            self.close()
            if late:
                raise LateServerError(
                    f"the PulseAudio or PipeWire server did not answer within {timeout_s:g} s; is it hung?"
                )
            raise DeviceError(
                f"the PulseAudio or PipeWire server does not answer ({reason}); is it running, and may you use it?"
            )

    def _settled(self, timeout_s: float) -> bool:
        end = monotonic() + timeout_s
        while monotonic() < end:
            if not self.alive:
                return False
            if self.pulse.context_get_state(self.context) == CONTEXT_READY:
                return True
            self.iterate(0.05)
        return False

    @property
    def alive(self) -> bool:
        """Whether the server has not hung up."""
        return self.pulse.context_get_state(self.context) not in (CONTEXT_FAILED, CONTEXT_TERMINATED)

    def iterate(self, timeout_s: float) -> None:
        """Handle what the server sent; wait at most `timeout_s` for it."""
        if (
            self.pulse.mainloop_prepare(self.loop, int(1e6 * timeout_s)) >= 0
            and self.pulse.mainloop_poll(self.loop) >= 0
        ):
            self.pulse.mainloop_dispatch(self.loop)

    def error(self) -> str:
        """The last error in libpulse's words."""
        text = self.pulse.strerror(self.pulse.context_errno(self.context))
        return text.decode("utf-8", "replace") if text else "unknown error"

    def close(self) -> None:
        """Hang up; never waits."""
        if self.loop:
            self.pulse.context_disconnect(self.context)
            self.pulse.context_unref(self.context)
            self.pulse.mainloop_free(self.loop)
            self.loop = None


class Stream:
    """One mono float32 stream of a connection.

    Args:
        device: the server's name of the source or sink; None leaves it to the system's choice, which it follows.
        playback: to the device instead of from it.
        attributes: in bytes; what is UNSET the server chooses.
        pinned: the server must not move it to another device; when the device goes, so does the stream.
    """

    def __init__(
        self,
        connection: Connection,
        name: str,
        device: str | None,
        rate: int,
        playback: bool,
        attributes: BufferAttr,
        pinned: bool,
    ) -> None:
        self._connection, self._pulse = connection, connection.pulse
        spec = SampleSpec(FLOAT32LE, rate, 1)
        self.rate = rate
        self._stream = self._pulse.stream_new(connection.context, name.encode(), byref(spec), None)
        if not self._stream:
            raise DeviceError(f"the audio server refuses a stream at {rate} Hz ({connection.error()})")
        flags = ADJUST_LATENCY | (DONT_MOVE if pinned else 0)
        name_of_device = device.encode() if device is not None else None
        if playback:
            failed = self._pulse.stream_connect_playback(
                self._stream, name_of_device, byref(attributes), flags, None, None
            )
        else:
            failed = self._pulse.stream_connect_record(self._stream, name_of_device, byref(attributes), flags)
        if failed < 0:
            raise DeviceError(f"the audio server refuses “{device}” ({connection.error()})")
        self._pointer, self._size = c_void_p(), c_size_t()
        self._playback = playback

    def wait_ready(self, timeout_s: float) -> None:
        """Let the server set the stream up.

        Raises:
            DeviceError: it refuses, or does not answer in time.
        """
        end = monotonic() + timeout_s
        while self._pulse.stream_get_state(self._stream) != STREAM_READY:
            if not self.alive or monotonic() > end:
                raise DeviceError(f"the audio server does not open the device ({self._connection.error()})")
            self._connection.iterate(0.05)

    @property
    def alive(self) -> bool:
        """Whether the stream has not been ended by the server."""
        return self._connection.alive and self._pulse.stream_get_state(self._stream) not in (
            STREAM_FAILED,
            STREAM_TERMINATED,
        )

    @property
    def suspended(self) -> bool:
        """Whether its device is suspended."""
        return bool(self._pulse.stream_is_suspended(self._stream) == 1)

    @property
    def device(self) -> str:
        """The server's name of the device that it is connected to now."""
        name = self._pulse.stream_get_device_name(self._stream)
        return name.decode("utf-8", "replace") if name else ""

    @property
    def readable(self) -> int:
        """Frames that can be read."""
        return _frames(self._pulse.stream_readable_size(self._stream))

    @property
    def writable(self) -> int:
        """Frames that the server wants."""
        return _frames(self._pulse.stream_writable_size(self._stream))

    @property
    def target(self) -> tuple[int, int]:
        """Frames that the server wants to have in hand, and of one request; once the stream is ready."""
        attributes = self._pulse.stream_get_buffer_attr(self._stream).contents
        return attributes.tlength // SAMPLE_BYTES, attributes.minreq // SAMPLE_BYTES

    def set_buffer(self, attributes: BufferAttr) -> None:
        """Ask the server to hold something else of a playback stream from now on; it answers later."""
        operation = self._pulse.stream_set_buffer_attr(self._stream, byref(attributes), None, None)
        if operation:
            self._pulse.operation_unref(operation)

    @property
    def underflow(self) -> int:
        """Where the server last ran out of sound, in bytes; -1 when it never did."""
        return int(self._pulse.stream_get_underflow_index(self._stream))

    def read(self, address: int, most: int) -> int:
        """Move the next fragment to memory at `address`, zeros for a hole; its frames, at most `most`."""
        if self._pulse.stream_peek(self._stream, byref(self._pointer), byref(self._size)) < 0:
            return 0
        size = int(self._size.value)
        if not size:
            return 0
        kept = min(size, most * SAMPLE_BYTES)
        if self._pointer.value:
            ctypes.memmove(address, self._pointer, kept)
        else:
            ctypes.memset(address, 0, kept)
        self._pulse.stream_drop(self._stream)
        return kept // SAMPLE_BYTES

    def write(self, address: int, frames: int) -> None:
        """Give the server `frames` frames from memory at `address` (it copies them)."""
        self._pulse.stream_write(self._stream, address, frames * SAMPLE_BYTES, None, 0, 0)

    def ask_timing(self) -> None:
        """Ask the server where it stands; it answers later, and `latency_s` goes by its last answer."""
        operation = self._pulse.stream_update_timing_info(self._stream, None, None)
        if operation:
            self._pulse.operation_unref(operation)

    def latency_s(self) -> float | None:
        """Seconds between this end and the device; None while the server has not told.

        Reckoned from the server's indices, not by pa_stream_get_latency: where the server wakes late, libpulse's
        smoothing of its clock was seen to be wrong by 10 to 90 ms for whole minutes.
        """
        answer = self._pulse.stream_get_timing_info(self._stream)  # a null pointer until there is one
        if not answer or answer.contents.write_corrupt or answer.contents.read_corrupt:
            return None
        told = answer.contents
        since = time() - told.seconds - 1e-6 * told.microseconds
        waiting = (told.write_index - told.read_index) / (SAMPLE_BYTES * self.rate)
        if self._playback:
            return float(waiting - (since if told.playing else 0.0) + 1e-6 * told.sink)
        return float(waiting + since + 1e-6 * (told.source - told.sink))

    @property
    def turn_s(self) -> float:
        """How much sound the device takes or gives at a time, seconds; 0 while the server has not told."""
        answer = self._pulse.stream_get_timing_info(self._stream)
        if not answer:
            return 0.0
        return 1e-6 * float(answer.contents.configured_sink if self._playback else answer.contents.configured_source)

    def close(self) -> None:
        """End the stream; never waits."""
        if self._stream:
            self._pulse.stream_disconnect(self._stream)
            self._pulse.stream_unref(self._stream)
            self._stream = None


def _frames(size: int) -> int:
    return 0 if size == c_size_t(-1).value else size // SAMPLE_BYTES


def server_answers(timeout_s: float = 1.0) -> bool:
    """Whether a PulseAudio or PipeWire server can be reached from here."""
    try:
        Connection(timeout_s).close()
    except DeviceError:
        return False
    return True
