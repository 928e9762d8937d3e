"""The delay from microphone to virtual microphone, measured from outside: a real server and the whole engine."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.align import delays, delays_at
from bench.recorder import Recorder
from bench.rig import between, play, sample, start
from bench.server import CABLE, MIC, RATE, SERVERS
from bench.times import percentiles
from core.bundle import Bundle
from core.errors import DeviceError
from realtime.engine import Engine
from realtime.pipeline import Pipeline
from realtime.recording import anonymize
from realtime.snapshot import Snapshot

Sound = npt.NDArray[np.float32]
Figures = npt.NDArray[np.float64]

IDLE_S = 2.5
"""Whoever begins to listen to an idle null sink of PulseAudio makes it play two seconds at once."""
SETTLE_S = 4.0
LOOK_S = 0.25
ADDS_UP_MS = 2.0
STAGES = ("ring wait", "resample in", "encoder", "decoder", "vocoder", "resample out")
"""What happens to a block between its delivery and its place in the output's ring."""
CALLBACKS = ("input callback", "output callback")
KNOWN_MS = 37.0
"""The delay that the method is tried on before it is believed."""


def latency(bundle: Bundle, seconds: float, server: str = "pulseaudio", backend: str = "auto") -> dict[str, Any]:
    """Speech is played into one null sink, `realtime.engine.Engine` runs from it to another, and both are recorded.

    The voice changes the sound. So the cable's recording is not compared with the microphone's, but with what the same
    graphs make of the microphone's recording offline, with their delay taken out: the two have the same envelope, and
    what they differ by is the delay of the whole chain, as somebody who listens to the cable gets it. Beside it the
    method measures a known delay: a second, independent recording of the microphone, moved by 37 ms.

    Args:
        seconds: of speech; one figure comes from every quarter of a second.
        server: one of `bench.server.SERVERS`.
        backend: the engine's way to the server.

    Returns:
        `delay_ms` (percentiles), `check_ms` (known, measured), `engine` (its own figures), `first_voice_s` (from the
        engine's start to the first sample that is none of silence), `callbacks_ms` (of the last 1024 each),
        `memory_mb`, `parts_ms` and `parts_check` (whether they add up to the median within 2 ms), `series_ms`,
        `silenced_blocks`, `xruns`.

    Raises:
        DeviceError: no server can be started, the engine does not get live, or nothing comes out.
    """
    row = bundle.voices.row(bundle.default_voice)
    with SERVERS[server]() as running:
        listeners = [Recorder(running, f"{name}.monitor") for name in (MIC, MIC, CABLE)]
        engine = Engine()
        try:
            play(running, sample())
            time.sleep(IDLE_S)
            begun = time.monotonic()
            start(engine, bundle, backend)
            time.sleep(SETTLE_S)
            before = engine.snapshot()
            since = time.monotonic()
            looks = _look(engine, since + seconds)
            seen = looks[-1][1]
        finally:
            engine.close()
            recordings = [listener.close() for listener in listeners]
    microphone, again, cable = (between(recording, since, seconds) for recording in recordings)
    known = _check(microphone, again)
    twin = anonymize(Pipeline(bundle, "cpu"), microphone, RATE, row, 1.0)
    middles, found = delays_at(twin, cable, RATE)
    if len(found) < seconds:
        raise DeviceError("hardly anything of the voice came out; is the machine too busy for the engine?")
    return {
        "bundle": bundle.name,
        "seconds": seconds,
        "server": SERVERS[server].kind,
        "delay_ms": percentiles(list(found)).to_dict(),
        "check_ms": {"known": KNOWN_MS, "measured": known},
        "first_voice_s": _first_sound(recordings[-1]) - begun,
        "callbacks_ms": {name: asdict(times) for name, times in seen.stages.items() if name in CALLBACKS},
        "memory_mb": seen.memory_mb,
        "engine": {"delay_ms": seen.delay_ms, "provider": seen.provider, "backend": seen.backend},
        **_parts([(at - since, look) for at, look in looks], middles, 1e3 * found),
        "series_ms": [round(1e3 * float(x), 2) for x in found],
        "algorithmic_ms": bundle.latency_ms,
        "silenced_blocks": seen.silenced_blocks - before.silenced_blocks,
        "xruns": {kind: n - before.xruns.get(kind, 0) for kind, n in seen.xruns.items()},
    }


def _first_sound(recording: tuple[Sound, float]) -> float:
    """When it began, in seconds of `time.monotonic`. Whatever is no silence was made by the vocoder."""
    samples, zero = recording
    return zero + float(np.argmax(samples != 0.0)) / RATE


def _check(microphone: Sound, again: Sound) -> float:
    moved = np.concatenate([np.zeros(round(KNOWN_MS * RATE / 1000), np.float32), again])
    found = delays(microphone, moved, RATE)
    return float(1000 * np.median(found)) if len(found) else float("nan")


def _look(engine: Engine, end: float) -> list[tuple[float, Snapshot]]:
    """What the engine says and when, four times a second until `end`; at least once."""
    looks = [(time.monotonic(), engine.snapshot())]
    while time.monotonic() < end:
        time.sleep(max(0.0, min(LOOK_S, end - time.monotonic())))
        looks.append((time.monotonic(), engine.snapshot()))
    return looks


def _parts(looks: list[tuple[float, Snapshot]], at_s: Figures, measured_ms: Figures) -> dict[str, Any]:
    """The engine's own account of the delay (medians), its computing split by stage, held against the measured one.

    Where the delay changes while it is measured, sums of medians say little: each measured figure is held against what
    the engine said at that moment, and the median of the differences counts.
    """
    flowing = [(at, seen.delay_parts) for at, seen in looks if seen.delay_parts]
    parts = {name: float(np.median([each[name] for _, each in flowing])) for name in (flowing[0][1] if flowing else ())}
    rest, last = parts.pop("compute and wait", 0.0), parts.pop("output device", 0.0)
    stages = {name: times.p50 for name, times in looks[-1][1].stages.items() if name in STAGES}
    wait = {"waiting for the output": rest - sum(stages.values())}
    parts = {**parts, **stages, **wait, "output device": last}
    said = [sum(min(flowing, key=lambda look: abs(look[0] - at))[1].values()) if flowing else 0.0 for at in at_s]
    difference = float(np.median(measured_ms - np.asarray(said)))
    check = {"sum": sum(parts.values()), "measured": float(np.median(measured_ms)), "difference": difference}
    return {"parts_ms": parts, "parts_check": {**check, "adds_up": abs(difference) <= ADDS_UP_MS}}
