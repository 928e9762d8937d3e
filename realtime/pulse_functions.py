"""The functions of libpulse that Voxveil calls, with their types, by ctypes. Types are from its public headers."""

from __future__ import annotations

import ctypes
import functools
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from typing import Any

from realtime import c_library

FLOAT32LE = 5
UNSET = 0xFFFFFFFF
SAMPLE_BYTES = 4


class SampleSpec(ctypes.Structure):
    """pa_sample_spec."""

    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class BufferAttr(ctypes.Structure):
    """pa_buffer_attr, in bytes."""

    _fields_ = (
        ("maxlength", c_uint32),
        ("tlength", c_uint32),
        ("prebuf", c_uint32),
        ("minreq", c_uint32),
        ("fragsize", c_uint32),
    )


class TimingInfo(ctypes.Structure):
    """pa_timing_info: times in microseconds, indices in bytes."""

    _fields_ = (
        ("seconds", ctypes.c_long),
        ("microseconds", ctypes.c_long),
        ("synchronized", c_int),
        ("sink", c_uint64),
        ("source", c_uint64),
        ("transport", c_uint64),
        ("playing", c_int),
        ("write_corrupt", c_int),
        ("write_index", ctypes.c_int64),
        ("read_corrupt", c_int),
        ("read_index", ctypes.c_int64),
        ("configured_sink", c_uint64),
        ("configured_source", c_uint64),
        ("since_underrun", ctypes.c_int64),
    )


_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "mainloop_new": (c_void_p, ()),
    "mainloop_free": (None, (c_void_p,)),
    "mainloop_get_api": (c_void_p, (c_void_p,)),
    "mainloop_prepare": (c_int, (c_void_p, c_int)),
    "mainloop_poll": (c_int, (c_void_p,)),
    "mainloop_dispatch": (c_int, (c_void_p,)),
    "proplist_new": (c_void_p, ()),
    "proplist_sets": (c_int, (c_void_p, c_char_p, c_char_p)),
    "proplist_free": (None, (c_void_p,)),
    "context_new_with_proplist": (c_void_p, (c_void_p, c_char_p, c_void_p)),
    "context_connect": (c_int, (c_void_p, c_char_p, c_int, c_void_p)),
    "context_disconnect": (None, (c_void_p,)),
    "context_unref": (None, (c_void_p,)),
    "context_get_state": (c_int, (c_void_p,)),
    "context_errno": (c_int, (c_void_p,)),
    "strerror": (c_char_p, (c_int,)),
    "stream_new": (c_void_p, (c_void_p, c_char_p, POINTER(SampleSpec), c_void_p)),
    "stream_unref": (None, (c_void_p,)),
    "stream_connect_record": (c_int, (c_void_p, c_char_p, POINTER(BufferAttr), c_int)),
    "stream_connect_playback": (c_int, (c_void_p, c_char_p, POINTER(BufferAttr), c_int, c_void_p, c_void_p)),
    "stream_disconnect": (c_int, (c_void_p,)),
    "stream_get_state": (c_int, (c_void_p,)),
    "stream_is_suspended": (c_int, (c_void_p,)),
    "stream_get_device_name": (c_char_p, (c_void_p,)),
    "stream_readable_size": (c_size_t, (c_void_p,)),
    "stream_writable_size": (c_size_t, (c_void_p,)),
    "stream_peek": (c_int, (c_void_p, POINTER(c_void_p), POINTER(c_size_t))),
    "stream_drop": (c_int, (c_void_p,)),
    "stream_write": (c_int, (c_void_p, c_void_p, c_size_t, c_void_p, ctypes.c_int64, c_int)),
    "stream_get_buffer_attr": (POINTER(BufferAttr), (c_void_p,)),
    "stream_set_buffer_attr": (c_void_p, (c_void_p, POINTER(BufferAttr), c_void_p, c_void_p)),
    "operation_unref": (None, (c_void_p,)),
    "stream_get_underflow_index": (ctypes.c_int64, (c_void_p,)),
    "stream_update_timing_info": (c_void_p, (c_void_p, c_void_p, c_void_p)),
    "stream_get_timing_info": (POINTER(TimingInfo), (c_void_p,)),
}


@functools.cache
def library() -> Any:
    """libpulse with typed functions (`pa_` left off), or None where there is none."""
    return c_library.load("pulse", 0, "pa_", _FUNCTIONS)
