"""Other work on all cores at rising strength: where does it begin to fail, and how?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.recorder import Recorder
from bench.rig import between, play, sample, start
from bench.server import CABLE, MIC, RATE, Server
from core.bundle import Bundle
from realtime.engine import Engine

LEVELS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Busy programs for each core; 0.5 is one that works half of the time."""
SETTLE_S, CALM_S, RECOVER_S = 3.0, 1.0, 20.0
BUSY = "import time,sys\nwork=float(sys.argv[1])\nwhile True:\n e=time.perf_counter()+0.02*work\n"
BUSY += " while time.perf_counter()<e: pass\n time.sleep(0.02*(1-work)) if work<1 else None\n"
RAW = 0.5
"""Fine structure of two sounds that correlates more than this is one sound; a passed-on microphone gives 1."""


def load(bundle: Bundle, seconds: float) -> dict[str, Any]:
    """The engine on a private server while busy programs run on every core that this process may use.

    Returns:
        `levels`: for each, `programs` a core, `silenced_share` of the blocks, `late_p99_ms` of the model, `states`,
        `xruns`, `recovered_s` until it was live again without load; `raw_correlation`: the highest of any stretch of
        the cable's sound with the microphone's (1 would be the raw voice), and `raw`: whether that is too high.

    Raises:
        DeviceError: no server can be started, or the engine does not get live.
    """
    found = []
    with Server() as server:
        listeners = [Recorder(server, f"{device}.monitor") for device in (MIC, CABLE)]
        engine = Engine()
        try:
            play(server, sample())
            start(engine, bundle)
            time.sleep(SETTLE_S)
            since = time.monotonic()
            for level in LEVELS:
                found.append(_level(engine, level, seconds))
        finally:
            engine.close()
            took = time.monotonic() - since
            sounds = [between(listener.close(), since, took) for listener in listeners]
    alike = likeness(*sounds)
    return {"bundle": bundle.name, "seconds": seconds, "levels": found, "raw_correlation": alike, "raw": alike > RAW}


def _level(engine: Engine, level: float, seconds: float) -> dict[str, Any]:
    before = engine.snapshot()
    busy = _programs(level)
    states: dict[str, int] = {}
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = engine.snapshot().state
            states[state] = states.get(state, 0) + 1
            time.sleep(0.05)
        after = engine.snapshot()
    finally:
        for program in busy:
            program.kill()
            program.wait()
    return {
        "programs": level,
        "silenced_share": (after.silenced_blocks - before.silenced_blocks) * 0.02 / seconds,
        "block_p99_ms": after.stages["block"].p99 if "block" in after.stages else float("nan"),
        "states": states,
        "restarts": after.restarts - before.restarts,
        "xruns": {k: n - before.xruns.get(k, 0) for k, n in after.xruns.items() if n > before.xruns.get(k, 0)},
        "recovered_s": _recovered(engine),
    }


def _recovered(engine: Engine) -> float:
    """Seconds until a whole second passes live and without silence; NaN if it never does."""
    begin = time.monotonic()
    while time.monotonic() - begin < RECOVER_S:
        mark, before = time.monotonic(), engine.snapshot()
        time.sleep(CALM_S)
        after = engine.snapshot()
        if before.state == after.state == "live" and after.silenced_blocks == before.silenced_blocks:
            return mark - begin
    return float("nan")


def _programs(level: float) -> list[subprocess.Popen[bytes]]:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    shares = [min(1.0, level - whole) for whole in range(int(np.ceil(level)))]
    return [subprocess.Popen([sys.executable, "-c", BUSY, f"{share:g}"]) for _ in cores for share in shares]


def likeness(microphone: npt.NDArray[np.float32], cable: npt.NDArray[np.float32]) -> float:
    """Highest normalised correlation of any second of one with the other, at any delay up to 0.3 s.

    High frequencies are raised first: two voices that sing one pitch share their lowest partials, and no more.

    Args:
        microphone, cable: at 48 kHz, from the same moment.
    """
    window, most, best = RATE, round(0.3 * RATE), 0.0
    first, second = (np.diff(x.astype(np.float64), n=2) for x in (microphone, cable))
    for begin in range(0, len(first) - window - most, window // 2):
        piece, place = first[begin : begin + window], second[begin : begin + window + most]
        if len(place) < window + most or np.abs(microphone[begin : begin + window]).max() < 1e-2:
            continue
        size = 1 << (window + most - 1).bit_length()
        cross = np.fft.irfft(np.fft.rfft(place, size) * np.conj(np.fft.rfft(piece, size)))[: most + 1]
        energy = np.concatenate([[0.0], np.cumsum(place**2)])
        norm = np.sqrt(np.sum(piece**2) * (energy[window:] - energy[:-window]))
        best = max(best, float(np.max(np.abs(cross) / np.maximum(norm, 1e-6))))
    return best
