"""The engine's shared memory: settings, state, counters, timings and the three rings, at fixed places.

Each field has one writer (named below) and any number of readers, so that nothing needs a lock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.spec import MELS, SAMPLE_RATE
from realtime import shared
from realtime.config import MAX_VOICE_DIM

STAGES = (
    "input callback",
    "output callback",
    "ring wait",
    "resample in",
    "encoder",
    "decoder",
    "vocoder",
    "pipeline",
    "resample out",
    "block",
    "output wait",
)
"""What is timed. "ring wait" is from the device's delivery to the worker's taking, "block" is the worker's whole work
on one block, "output wait" is how long finished sound waits for the output device."""
TIMES = 1024
"""Runs of each stage that are kept."""
XRUNS = (
    "input overflow",
    "input underflow",
    "output underflow",
    "output overflow",
    "late block",
    "early block",
    "backlog dropped",
    "bad input",
    "bad output",
    "stalled output",
)
"""Kinds of trouble that are counted."""
SPECTRA = 512
RING_SECONDS = 1.0
MAX_RATE = 192_000
RING_FRAMES = int(RING_SECONDS * MAX_RATE)
PAGE = 1024
"""Numbers on a page of memory."""
RECORD_FRAMES = 8 * SAMPLE_RATE

LOADING, WARMING, READY, BROKEN = range(4)
"""Phases of the worker."""
FATAL_STATUS = 3
"""Exit status of an engine process that says: starting me again will not help."""
RESTART_STATUS = 75
"""Exit status of an engine process that wants to be started again (a driver or server hangs)."""

_FIELDS = np.dtype(
    [
        # The controller writes (voice and voice_dim, while a bundle is changed, the worker):
        ("voice", "f4", MAX_VOICE_DIM),
        ("voice_dim", "i8"),
        ("voice_serial", "i8"),
        ("next_bundle", "S1024"),
        ("next_voice", "f4", MAX_VOICE_DIM),
        ("next_voice_dim", "i8"),
        ("bundle_serial", "i8"),
        ("prosody", "f8"),
        ("gain_db", "f8"),
        ("gate_db", "f8"),
        ("muted", "i8"),
        ("record", "i8"),
        # The engine process (host) writes:
        ("host_pid", "i8"),
        ("host_beat", "f8"),
        ("state", "i8"),
        ("state_time", "f8"),
        ("reason", "S240"),
        ("backend", "S32"),
        ("input", "S160"),
        ("output", "S160"),
        ("place", "S160"),
        ("first_input", "S240"),
        ("first_output", "S240"),
        ("busy_until", "f8"),
        ("epoch", "i8"),
        ("in_rate", "i8"),
        ("out_rate", "i8"),
        ("in_latency", "f8"),
        ("out_latency", "f8"),
        ("reserve", "f8"),
        ("margin", "f8"),
        ("out_open", "i8"),
        ("worker_pid", "i8"),
        ("worker_serial", "i8"),
        ("restarts", "i8"),
        # The device callbacks (in the host) write:
        ("in_written", "i8"),
        ("in_time", "f8"),
        ("in_peak_device", "f8"),
        ("out_read", "i8"),
        ("out_time", "f8"),
        ("silent_frames", "i8"),
        # The worker writes:
        ("phase", "i8"),
        ("worker_beat", "f8"),
        ("worker_busy", "f8"),
        ("worker_error", "S240"),
        ("provider", "S64"),
        ("bundle", "S1024"),
        ("bundle_done", "i8"),
        ("bundle_error", "S240"),
        ("worker_asleep", "i8"),
        ("out_written", "i8"),
        ("fed_time", "f8"),
        ("overloaded", "i8"),
        ("lead", "f8"),
        ("blocks", "i8"),
        ("in_peak", "f8"),
        ("in_rms", "f8"),
        ("out_peak", "f8"),
        ("out_rms", "f8"),
        ("drift_ppm", "f8"),
        ("fill", "f8"),
        ("delay_block", "f8"),
        ("delay_model", "f8"),
        ("delay_resample", "f8"),
        ("delay_wait", "f8"),
        ("record_written", "i8"),
        ("spectra_written", "i8"),
        # Each stage and each kind of xrun has one writer:
        ("times", "f4", (len(STAGES), TIMES)),
        ("time_counts", "i8", len(STAGES)),
        ("time_max", "f4", len(STAGES)),
        ("xruns", "i8", len(XRUNS)),
    ],
    align=True,
)
_SIZES = {
    "fields": _FIELDS.itemsize,
    "in_ring": 4 * RING_FRAMES,
    "out_ring": 4 * RING_FRAMES,
    "record_ring": 4 * RECORD_FRAMES,
    "in_spectra": 4 * MELS * SPECTRA,
    "out_spectra": 4 * MELS * SPECTRA,
}


class Board:
    """The shared memory of one engine, created by the controller and attached by its processes.

    Args:
        name: an existing board's name; None creates one.

    Attributes:
        in_ring, out_ring: float32 [RING_FRAMES], mono, at the devices' rates.
        record_ring: float32 [RECORD_FRAMES], the vocoder's output at 24 kHz.
        in_spectra, out_spectra: float32 [SPECTRA, 80].
    """

    def __init__(self, name: str | None = None) -> None:
        padded = {key: (size + 63) // 64 * 64 for key, size in _SIZES.items()}
        self._memory = shared.create(sum(padded.values())) if name is None else shared.attach(name)
        self.owner = name is None
        self.name = self._memory.name
        memory = self._memory.buf
        assert memory is not None
        parts: dict[str, memoryview] = {}
        offset = 0
        for key, size in _SIZES.items():
            parts[key] = memory[offset : offset + size]
            offset += padded[key]
        self.fields: NDArray[np.void] = np.frombuffer(parts["fields"], _FIELDS)
        self.in_ring = np.frombuffer(parts["in_ring"], np.float32)
        self.out_ring = np.frombuffer(parts["out_ring"], np.float32)
        self.record_ring = np.frombuffer(parts["record_ring"], np.float32)
        self.in_spectra = np.frombuffer(parts["in_spectra"], np.float32).reshape(SPECTRA, MELS)
        self.out_spectra = np.frombuffer(parts["out_spectra"], np.float32).reshape(SPECTRA, MELS)
        self._parts = parts

    def cell(self, field: str) -> NDArray[np.float64]:
        """A field as an array of one number (or its own shape), for reading and writing in place."""
        view: NDArray[np.float64] = self.fields[field]
        return view if view.ndim == 1 else view[0]

    def get(self, field: str) -> float:
        """A number of the board."""
        return float(self.fields[field][0])

    def count(self, field: str) -> int:
        """A whole number of the board."""
        return int(self.fields[field][0])

    def put(self, field: str, value: float) -> None:
        """Set a number; only that field's writer may."""
        self.fields[field][0] = value

    def text(self, field: str) -> str:
        """A text of the board."""
        return bytes(self.fields[field][0]).decode("utf-8", "replace")

    def put_text(self, field: str, value: str) -> None:
        """Set a text, cut to the field's length; only that field's writer may."""
        size = self.fields.dtype[field].itemsize
        self.fields[field][0] = value.encode("utf-8")[:size].decode("utf-8", "ignore").encode("utf-8")

    def add_xrun(self, kind: str, amount: int = 1) -> None:
        """Count trouble of one of the kinds in XRUNS."""
        self.fields["xruns"][0][XRUNS.index(kind)] += amount

    def touch(self) -> None:
        """Have every page of the memory at hand in this process, so that no block has to wait for one."""
        for ring in (self.in_ring, self.out_ring, self.record_ring, self.in_spectra.ravel(), self.out_spectra.ravel()):
            ring[::PAGE].sum()

    def clear(self) -> None:
        """Set everything to zero, for a new start; only while no process is attached."""
        self.fields.view(np.uint8)[:] = 0

    def close(self) -> None:
        """Detach; the creator also frees the memory."""
        del self.fields, self.in_ring, self.out_ring, self.record_ring, self.in_spectra, self.out_spectra
        for part in self._parts.values():
            part.release()
        self._parts.clear()
        self._memory.close()
        if self.owner:
            self._memory.unlink()


class Timer:
    """Keeps the last TIMES durations of one stage on the board."""

    def __init__(self, board: Board, stage: str) -> None:
        index = STAGES.index(stage)
        self._times = board.fields["times"][0][index]
        self._count = board.fields["time_counts"][0][index : index + 1]
        self._max = board.fields["time_max"][0][index : index + 1]

    def add(self, seconds: float) -> None:
        """Note one run."""
        milliseconds = 1e3 * seconds
        self._times[self._count[0] % TIMES] = milliseconds
        self._count[0] += 1
        if milliseconds > self._max[0]:
            self._max[0] = milliseconds
