"""A loopback cable from an output to an input: what the hardware itself adds, which no program inside can see."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bench.align import delays
from bench.times import percentiles
from core.errors import DeviceError

RATE = 48_000
CHIRP_S, PAUSE_S, LEVEL = 0.05, 0.2, 0.5


def cable(seconds: float, play: str | None, record: str | None) -> dict[str, Any]:
    """Play chirps into an output and record the input that a cable joins to it; one block of both is 5 ms.

    Args:
        play, record: names or numbers of devices as sounddevice takes them; None for the system's own.

    Returns:
        `delay_ms` (percentiles) of output, cable and input together, `series_ms`.

    Raises:
        DeviceError: a device does not open, or nothing of the chirps comes back.
    """
    import sounddevice

    sent = chirps(seconds)
    try:
        heard = sounddevice.playrec(
            sent, RATE, channels=1, device=(_device(record), _device(play)), latency="low", blocksize=240, blocking=True
        )
    except (sounddevice.PortAudioError, ValueError) as error:
        raise DeviceError(f"cannot play and record at a time: {error}; see voxveil devices") from error
    found = delays(sent, np.asarray(heard, dtype=np.float32)[:, 0], RATE)
    if len(found) < seconds:
        raise DeviceError("nothing of the chirps came back; is the cable in, and the level up?")
    series = [round(1e3 * float(x), 3) for x in found]
    return {"seconds": seconds, "delay_ms": percentiles(list(found)).to_dict(), "series_ms": series}


def chirps(seconds: float) -> npt.NDArray[np.float32]:
    """Sweeps from 300 Hz to 6 kHz with pauses of uneven length, so that none can be taken for another."""
    rng = np.random.default_rng(0)
    time = np.arange(round(CHIRP_S * RATE)) / RATE
    sweep = np.sin(2 * np.pi * (300 * time + (6000 - 300) / (2 * CHIRP_S) * time**2)) * np.hanning(len(time))
    out = np.zeros(round(seconds * RATE), dtype=np.float32)
    at = 0
    while at + len(sweep) < len(out):
        out[at : at + len(sweep)] = LEVEL * sweep
        at += len(sweep) + round(PAUSE_S * rng.uniform(0.5, 1.5) * RATE)
    return out


def _device(name: str | None) -> int | str | None:
    return int(name) if name and name.isdigit() else name
