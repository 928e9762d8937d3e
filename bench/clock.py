"""Lays a recording on our clock: a server's devices run a little fast or slow, each in its own way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]

PART_S = 4.0
"""How much of a recording tells where its clock stands: hundreds of pieces, of which some came at once."""


def on_our_clock(samples: Sound, counts: Numbers, arrived: Numbers, rate: int) -> tuple[Sound, float]:
    """The recording as a device with an exact clock would have made it, and the time of its first sample.

    Pieces can arrive late but never early, so the earliest arrivals, counted back to sample 0, tell where the device's
    clock stands. PulseAudio's null sinks, for example, round the length of each piece down to whole microseconds, and
    so run fast by up to 200 millionths: 120 ms in ten minutes, differently in each sink.

    Args:
        samples: [n], all pieces together.
        counts: samples up to the end of each piece. arrived: when that was, in seconds.
        rate: what the device calls its rate.

    Returns:
        Samples on a clock of exactly `rate`, by linear interpolation, and the time of the first.
    """
    times, back = counts / rate, arrived - counts / rate
    parts = max(1, round(float(times[-1]) / PART_S))
    off = np.zeros(len(back))
    for _ in range(2):  # the second time without the drift within a part
        places = [(t.mean(), b.min()) for t, b in zip(_split(times, parts), _split(back - off, parts), strict=True)]
        off = off + np.interp(times, *np.array(places).T)
    zero = float(off[0])
    if np.ptp(off) * rate < 1.0:
        return samples, zero
    ours = np.arange(len(samples)) / rate
    device = ours - (np.interp(ours, times, off) - zero)  # drift is slow: where we are and where it is are alike
    return np.interp(device, ours, samples).astype(np.float32), zero


def _split(values: Numbers, parts: int) -> list[Numbers]:
    return [part for part in np.array_split(values, parts) if len(part)]
