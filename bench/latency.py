"""The delay from microphone to virtual microphone, measured from outside: a real server and the whole engine."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.align import delays
from bench.recorder import Recorder
from bench.rig import play, sample, start
from bench.server import CABLE, MIC, RATE, Server
from bench.times import percentiles
from core.bundle import Bundle
from core.errors import DeviceError
from realtime.engine import Engine
from realtime.pipeline import Pipeline
from realtime.recording import anonymize

Sound = npt.NDArray[np.float32]

SETTLE_S = 4.0
KNOWN_MS = 37.0
"""The delay that the method is tried on before it is believed."""


def latency(bundle: Bundle, seconds: float) -> dict[str, Any]:
    """Speech is played into one null sink, `realtime.engine.Engine` runs from it to another, and both are recorded.

    The voice changes the sound. So the cable's recording is not compared with the microphone's, but with what the same
    graphs make of the microphone's recording offline, with their delay taken out: the two have the same envelope, and
    what they differ by is the delay of the whole chain, as somebody who listens to the cable gets it. Beside it the
    method measures a known delay: a second, independent recording of the microphone, moved by 37 ms.

    Args:
        seconds: of speech; one figure comes from every quarter of a second.

    Returns:
        `delay_ms` (percentiles), `check_ms` (known, measured), `engine` (its own figures), `silenced_blocks`, `xruns`.

    Raises:
        DeviceError: no server can be started, the engine does not get live, or nothing comes out.
    """
    row = bundle.voices.row(bundle.default_voice)
    with Server() as server:
        listeners = [Recorder(server, f"{name}.monitor") for name in (MIC, MIC, CABLE)]
        engine = Engine()
        try:
            play(server, sample())
            start(engine, bundle)
            time.sleep(SETTLE_S)
            before = engine.snapshot()
            since = time.monotonic()
            time.sleep(seconds)
            seen = engine.snapshot()
        finally:
            engine.close()
            recordings = [listener.close() for listener in listeners]
    microphone, again, cable = (_from(recording, since, seconds) for recording in recordings)
    known = _check(microphone, again)
    twin = anonymize(Pipeline(bundle, "cpu"), microphone, RATE, row, 1.0)
    found = delays(twin, cable, RATE)
    if len(found) < seconds:
        raise DeviceError("hardly anything of the voice came out; is the machine too busy for the engine?")
    return {
        "bundle": bundle.name,
        "seconds": seconds,
        "delay_ms": percentiles(list(found)).to_dict(),
        "check_ms": {"known": KNOWN_MS, "measured": known},
        "engine": {"delay_ms": seen.delay_ms, "parts_ms": seen.delay_parts, "provider": seen.provider},
        "algorithmic_ms": bundle.latency_ms,
        "silenced_blocks": seen.silenced_blocks - before.silenced_blocks,
        "xruns": {kind: n - before.xruns.get(kind, 0) for kind, n in seen.xruns.items()},
    }


def _from(recording: tuple[Sound, float], since: float, seconds: float) -> Sound:
    """The stretch of a recording between two moments of one clock."""
    samples, zero = recording
    first = max(0, round((since - zero) * RATE))
    return samples[first : first + int(seconds * RATE)].copy()


def _check(microphone: Sound, again: Sound) -> float:
    moved = np.concatenate([np.zeros(round(KNOWN_MS * RATE / 1000), np.float32), again])
    found = delays(microphone, moved, RATE)
    return float(1000 * np.median(found)) if len(found) else float("nan")
