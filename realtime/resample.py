"""Change of sample rate with a short delay and a ratio that may drift.

soxr is what Voxveil uses everywhere else. Its streams, measured here, hold back 10 ms (variable rate) to 40 ms
(fixed rate) of sound on their way, each way, which is more than the whole chain can spend; so the live path has this
windowed-sinc interpolator (J. O. Smith, "Digital Audio Resampling") of 0.75 ms delay, or less where only the lower part
of the sound is listened to. The test compares it with soxr.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]
HALF_WIDTH_S = 0.75e-3
PHASES = 256
STOPBAND_DB = 80.0
KAISER = (STOPBAND_DB - 8.0) / (2.285 * 2 * np.pi)
"""Taps times width of the transition, in cycles per frame, of a Kaiser window with this stop band."""


class Resampler:
    """A streaming resampler of mono sound.

    Args:
        in_rate, out_rate: in Hz.
        most: the most input frames of one call.
        heard: Hz up to which somebody listens; the filter is the shorter, the more there is above it. None: to all.
    """

    def __init__(self, in_rate: int, out_rate: int, most: int, heard: float | None = None) -> None:
        self.in_rate, self.out_rate = in_rate, out_rate
        self.identity = in_rate == out_rate
        lower = min(in_rate, out_rate)
        self._half = max(16, round(HALF_WIDTH_S * in_rate * max(1.0, 24_000 / lower)))
        # As wide as a filter of this length can be, with the stop band's edge a little above half the lower rate: what
        # folds then lies in the highest, least audible kilohertz.
        cutoff = (lower / 2 - 0.35 * KAISER * in_rate / (2 * self._half)) / in_rate
        if heard is not None and lower > 2 * heard:
            # What lies below lower - heard folds to above what is heard.
            enough = ceil(KAISER * in_rate / (lower - 2 * heard) / 2)
            if enough < self._half:
                self._half, cutoff = enough, lower / 2 / in_rate
        self._taps = 2 * self._half
        self._table, self._slope = _kernel(self._half, cutoff)
        self.step = in_rate / out_rate
        self._buffer = np.zeros(self._taps + most, np.float32)
        room = int(most / self.step * 1.01) + 4
        self._windows = np.lib.stride_tricks.sliding_window_view(self._buffer, self._taps)
        self._at = np.zeros(room)
        self._index = np.arange(room, dtype=np.float64)
        self._fraction = np.zeros(room, np.float32)
        self.reset()

    @property
    def delay_s(self) -> float:
        """Seconds by which the sound comes out later than it went in."""
        return self._half / self.in_rate

    def reset(self) -> None:
        """Forget the past."""
        self._filled = self._taps - 1
        self._buffer[: self._filled] = 0.0
        self._position = 0.0

    def process(self, frames: Frames, ppm: float = 0.0) -> Frames:
        """Put in frames (n,), get as many as are complete.

        Args:
            ppm: millionths by which more (positive) or fewer output frames than nominal are wanted.
        """
        count = len(frames)
        self._buffer[self._filled : self._filled + count] = frames
        self._filled += count
        step = self.step * (1.0 - 1e-6 * ppm)
        starts = self._filled - self._taps + 1
        most = max(0, int(np.ceil((starts - self._position) / step)))
        at = self._at[:most]
        np.multiply(self._index[:most], step, out=at)
        at += self._position
        base = at.astype(np.intp)
        at -= base
        at *= PHASES
        phase = at.astype(np.intp)
        fraction = self._fraction[:most]
        np.subtract(at, phase, out=fraction, casting="unsafe")
        windows = self._windows[base]
        out: Frames = np.einsum("nk,nk->n", windows, self._table[phase])
        out += fraction * np.einsum("nk,nk->n", windows, self._slope[phase])
        self._position += most * step
        used = min(int(self._position), starts)
        keep = self._filled - used
        self._buffer[:keep] = self._buffer[used : self._filled].copy()
        self._filled = keep
        self._position -= used
        return out


def _kernel(half: int, cutoff: float) -> tuple[Frames, Frames]:
    """The sinc at PHASES offsets (PHASES, 2 * half) and its difference to the next offset.

    Args:
        half: input frames on either side.
        cutoff: middle of the transition from pass to stop band, in cycles per input frame.
    """
    beta = 0.1102 * (STOPBAND_DB - 8.7)
    offsets = np.arange(PHASES + 1)[:, None] / PHASES
    time = np.arange(2 * half)[None] - (half - 1) - offsets
    window = np.i0(beta * np.sqrt(np.clip(1.0 - (time / half) ** 2, 0.0, None))) / np.i0(beta)
    table = 2 * cutoff * np.sinc(2 * cutoff * time) * window
    table /= table.sum(axis=1, keepdims=True)
    return table[:-1].astype(np.float32), np.diff(table, axis=0).astype(np.float32)
