"""Two single-producer single-consumer rings in shared memory, one on each side of the inference worker.

Positions are frame counts since the start and only grow; the ring keeps the last RING_FRAMES of them.
`PlayRing.read_into` is the only place in Voxveil that gives sound to a device, and therefore the place
that keeps the privacy contract: what it gives was put in by the worker or is zero.
"""

from __future__ import annotations

from time import monotonic

import numpy as np
from numpy.typing import NDArray

from realtime.board import XRUNS, Board, Timer

Frames = NDArray[np.float32]
FADE_S = 0.001
STALL_S = 0.05
"""A device that has not called for longer than this has lost its place: what waits in the ring is dropped."""
MAX_CHUNK = 1 << 16


class CaptureRing:
    """Microphone to worker. The callback always writes; a worker that falls behind loses the oldest sound."""

    def __init__(self, board: Board) -> None:
        self._data = board.in_ring
        self._written = board.cell("in_written")
        self._time = board.cell("in_time")
        self._timer = Timer(board, "input callback")
        self._board = board
        self._read = int(self._written[0])

    def write(self, frames: Frames, now: float | None = None) -> None:
        """Callback side: append mono frames (n,) as delivered at `now`; no allocation, never blocks."""
        start = monotonic()
        size = len(self._data)
        frames = frames[-size:]
        count = len(frames)
        at = int(self._written[0]) % size
        first = min(count, size - at)
        self._data[at : at + first] = frames[:first]
        if first < count:
            self._data[: count - first] = frames[first:]
        self._time[0] = start if now is None else now
        self._written[0] += count
        self._timer.add(monotonic() - start)

    def count_flags(self, in_over: bool, in_under: bool, out_under: bool, out_over: bool) -> None:
        """Callback side: count what the driver reports."""
        for kind, raised in zip(XRUNS[:4], (in_over, in_under, out_under, out_over), strict=True):
            if raised:
                self._board.add_xrun(kind)

    @property
    def waiting(self) -> int:
        """Worker side: frames written and not yet taken."""
        return int(self._written[0]) - self._read

    @property
    def time(self) -> float:
        """When the newest frame was delivered (monotonic seconds)."""
        return float(self._time[0])

    def skip(self) -> int:
        """Worker side: forget what waits; how many frames that were."""
        waiting = self.waiting
        self._read += waiting
        return waiting

    def take(self, out: Frames) -> int:
        """Worker side: move what waits into `out` (n,), at most its length; how many frames that were."""
        size = len(self._data)
        count = min(self.waiting, len(out), size)
        at = self._read % size
        first = min(count, size - at)
        out[:first] = self._data[at : at + first]
        if first < count:
            out[first:count] = self._data[: count - first]
        self._read += count
        return count


class PlayRing:
    """Worker to output device, locked to time.

    The reader's position moves on with the device even when there is nothing to read, so that a late block is cut
    (its time has passed) and never makes the delay grow.
    """

    def __init__(self, board: Board, rate: int) -> None:
        self.rate = rate
        self._board = board
        self._data = board.out_ring
        self._written = board.cell("out_written")
        self._read = board.cell("out_read")
        self._time = board.cell("out_time")
        self._silent = board.cell("silent_frames")
        self._muted = board.cell("muted")
        self._open = board.cell("out_open")
        self._timer = Timer(board, "output callback")
        self._fade = max(1, round(FADE_S * rate))
        self._count = np.arange(MAX_CHUNK, dtype=np.float32) / self._fade
        self._gain = np.zeros(MAX_CHUNK, np.float32)
        self._down = np.zeros(MAX_CHUNK, np.float32)
        self._level = 0.0

    # Device side

    @property
    def place(self) -> str:
        """A sound server's name of the device where the voice belongs, kept while the engine runs; "" until known."""
        return self._board.text("place")

    @place.setter
    def place(self, name: str) -> None:
        self._board.put_text("place", name)

    def read_into(self, out: Frames, now: float | None = None) -> None:
        """Callback side: fill `out` (n,) with what the worker wrote for this moment, else with zeros.

        The last millisecond before nothing is left is faded out, the first one after is faded in.
        """
        out[:] = 0.0
        start = monotonic()
        now = start if now is None else now
        for at in range(0, len(out), MAX_CHUNK):
            self._read_chunk(out[at : at + MAX_CHUNK], now)
        self._timer.add(monotonic() - start)

    def _read_chunk(self, out: Frames, now: float) -> None:
        count = len(out)
        written = int(self._written[0])
        read = int(self._read[0])
        # A server that stood still may ask for all that it missed at once; that makes it no less late.
        if now - self._time[0] > STALL_S + min(count / self.rate, STALL_S) and written > read:
            read = written
            self._board.add_xrun("stalled output")
        ready = written - read
        shut = bool(self._muted[0]) or not self._open[0]
        if ready > 0 and not (shut and self._level == 0.0):
            self._copy(out, read, min(ready, count))
            if shut or ready < count + self._fade or self._level < 1.0:
                self._shape(out, ready, shut)
        else:
            self._level = 0.0
        if ready < count and written and self._open[0]:
            self._silent[0] += count - max(ready, 0)
        self._time[0] = now
        self._read[0] = read + count

    def _copy(self, out: Frames, position: int, count: int) -> None:
        size = len(self._data)
        at = position % size
        first = min(count, size - at)
        out[:first] = self._data[at : at + first]
        if first < count:
            out[first:count] = self._data[: count - first]

    def _shape(self, out: Frames, ready: int, shut: bool) -> None:
        """Bring the gain towards 1 while there is sound ahead, towards 0 where it ends (or at once when shut)."""
        count = len(out)
        gain, down, steps = self._gain[:count], self._down[:count], self._count[:count]
        if shut:
            np.subtract(self._level, steps, out=gain)
        else:
            np.add(steps, self._level, out=gain)
        np.subtract(ready / self._fade, steps, out=down)
        np.minimum(gain, down, out=gain)
        np.clip(gain, 0.0, 1.0, out=gain)
        np.multiply(out, gain, out=out)
        after = self._level + (-count if shut else count) / self._fade
        self._level = float(min(max(min(after, (ready - count) / self._fade), 0.0), 1.0))

    # Worker side

    @property
    def read_position(self) -> int:
        """The next frame that the device will take."""
        return int(self._read[0])

    def position_at(self, when: float, chunk: float) -> float:
        """The device's position at `when` (monotonic seconds) on a smooth clock.

        Args:
            chunk: frames of one callback; the clock is never taken further than two of them past the last callback.
        """
        passed = (when - float(self._time[0])) * self.rate
        return float(self._read[0]) + min(max(passed, -4 * chunk), 2 * chunk)

    def write_at(self, position: int, frames: Frames) -> int:
        """Put frames (n,) at `position`; the part whose time has passed is dropped, a gap before it is zero.

        Returns:
            How many frames were dropped because they came too late.
        """
        size = len(self._data)
        written, read = int(self._written[0]), int(self._read[0])
        start = max(position, written, read)
        late = min(start - position, len(frames))
        kept = frames[late:]
        if position + len(frames) - read > size:
            raise ValueError("more sound than the ring holds; the caller must keep its lead below the ring's length")
        for gap in range(max(written, read), start, MAX_CHUNK):
            self._put(gap, self._down[: min(MAX_CHUNK, start - gap)], zero=True)
        if len(kept):
            self._put(start, kept)
            self._written[0] = start + len(kept)
        return late

    def _put(self, position: int, frames: Frames, zero: bool = False) -> None:
        size = len(self._data)
        at = position % size
        first = min(len(frames), size - at)
        self._data[at : at + first] = 0.0 if zero else frames[:first]
        if first < len(frames):
            self._data[: len(frames) - first] = 0.0 if zero else frames[first:]

    @property
    def written(self) -> int:
        """The position up to which there is sound."""
        return int(self._written[0])
