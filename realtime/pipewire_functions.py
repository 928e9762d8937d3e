"""The functions of libpipewire that Voxveil calls, with their types, by ctypes. Types are from its public headers."""

from __future__ import annotations

import ctypes
import functools
import struct
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

from realtime import c_library

F32_INTERLEAVED = 0x11B
"""SPA_AUDIO_FORMAT_F32_LE."""
MONO = 2
"""SPA_AUDIO_CHANNEL_MONO."""
STATE_CHANGED = CFUNCTYPE(None, c_void_p, c_int, c_int, c_char_p)
PROCESS = CFUNCTYPE(None, c_void_p)
STREAM_EVENTS_VERSION = 2


class Hook(ctypes.Structure):
    """spa_hook: a place for libpipewire to keep a listener in."""

    _fields_ = tuple((name, c_void_p) for name in ("next", "prev", "funcs", "data", "removed", "priv"))


class StreamEvents(ctypes.Structure):
    """pw_stream_events; what stays null is not called."""

    _fields_ = (
        ("version", c_uint32),
        ("destroy", c_void_p),
        ("state_changed", STATE_CHANGED),
        ("control_info", c_void_p),
        ("io_changed", c_void_p),
        ("param_changed", c_void_p),
        ("add_buffer", c_void_p),
        ("remove_buffer", c_void_p),
        ("process", PROCESS),
        ("drained", c_void_p),
        ("command", c_void_p),
        ("trigger_done", c_void_p),
    )


class DictItem(ctypes.Structure):
    """spa_dict_item."""

    _fields_ = (("key", c_char_p), ("value", c_char_p))


class Dict(ctypes.Structure):
    """spa_dict."""

    _fields_ = (("flags", c_uint32), ("n_items", c_uint32), ("items", POINTER(DictItem)))


class Chunk(ctypes.Structure):
    """spa_chunk: which bytes of a piece of memory are sound."""

    _fields_ = (("offset", c_uint32), ("size", c_uint32), ("stride", c_int32), ("flags", c_int32))


class Data(ctypes.Structure):
    """spa_data."""

    _fields_ = (
        ("type", c_uint32),
        ("flags", c_uint32),
        ("fd", c_int64),
        ("mapoffset", c_uint32),
        ("maxsize", c_uint32),
        ("data", c_void_p),
        ("chunk", POINTER(Chunk)),
    )


class SpaBuffer(ctypes.Structure):
    """spa_buffer."""

    _fields_ = (("n_metas", c_uint32), ("n_datas", c_uint32), ("metas", c_void_p), ("datas", POINTER(Data)))


class Buffer(ctypes.Structure):
    """pw_buffer, as far as all versions have it."""

    _fields_ = (("buffer", POINTER(SpaBuffer)), ("user_data", c_void_p), ("size", c_uint64), ("requested", c_uint64))


class Time(ctypes.Structure):
    """pw_time, as far as version 0.3.50 has it."""

    _fields_ = (
        ("now", c_int64),
        ("rate_num", c_uint32),
        ("rate_denom", c_uint32),
        ("ticks", c_uint64),
        ("delay", c_int64),
        ("queued", c_uint64),
        ("buffered", c_uint64),
        ("queued_buffers", c_uint32),
        ("avail_buffers", c_uint32),
    )


_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "init": (None, (c_void_p, c_void_p)),
    "thread_loop_new": (c_void_p, (c_char_p, c_void_p)),
    "thread_loop_destroy": (None, (c_void_p,)),
    "thread_loop_start": (c_int, (c_void_p,)),
    "thread_loop_stop": (None, (c_void_p,)),
    "thread_loop_lock": (None, (c_void_p,)),
    "thread_loop_unlock": (None, (c_void_p,)),
    "thread_loop_get_loop": (c_void_p, (c_void_p,)),
    "context_new": (c_void_p, (c_void_p, c_void_p, c_size_t)),
    "context_connect": (c_void_p, (c_void_p, c_void_p, c_size_t)),
    "context_destroy": (None, (c_void_p,)),
    "properties_new_string": (c_void_p, (c_char_p,)),
    "stream_new": (c_void_p, (c_void_p, c_char_p, c_void_p)),
    "stream_destroy": (None, (c_void_p,)),
    "stream_add_listener": (None, (c_void_p, POINTER(Hook), POINTER(StreamEvents), c_void_p)),
    "stream_connect": (c_int, (c_void_p, c_int, c_uint32, c_int, POINTER(c_void_p), c_uint32)),
    "stream_update_properties": (c_int, (c_void_p, POINTER(Dict))),
    "stream_dequeue_buffer": (POINTER(Buffer), (c_void_p,)),
    "stream_queue_buffer": (c_int, (c_void_p, POINTER(Buffer))),
    "stream_get_time_n": (c_int, (c_void_p, POINTER(Time), c_size_t)),
}


@functools.cache
def library() -> Any:
    """libpipewire with typed functions (`pw_` left off), or None where there is none or one before 0.3.50."""
    loaded = c_library.load("pipewire-0.3", 0, "pw_", _FUNCTIONS)
    if loaded is not None:
        loaded.init(None, None)
    return loaded


def mono_format(rate: int) -> bytes:
    """A SPA pod (PipeWire's own serialisation) that says: one channel of float32 at `rate` Hz."""
    spa_id, spa_int, spa_array, spa_object = 3, 4, 13, 15
    object_format, enum_format = 0x40003, 3

    def pod(kind: int, body: bytes) -> bytes:
        return struct.pack("<II", len(body), kind) + body + bytes(-len(body) % 8)

    def number(kind: int, value: int) -> bytes:
        return pod(kind, struct.pack("<I", value))

    fields = (
        (1, number(spa_id, 1)),  # media type: audio
        (2, number(spa_id, 1)),  # subtype: raw
        (0x10001, number(spa_id, F32_INTERLEAVED)),
        (0x10003, number(spa_int, rate)),
        (0x10004, number(spa_int, 1)),  # channels
        (0x10005, pod(spa_array, struct.pack("<III", 4, spa_id, MONO))),
    )
    body = struct.pack("<II", object_format, enum_format)
    return pod(spa_object, body + b"".join(struct.pack("<II", key, 0) + value for key, value in fields))
