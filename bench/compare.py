"""Side by side, in one run, on the same server, with the same sound: pass-through, other ways, Voxveil."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.align import delays
from bench.compute import GIVEN, WHOLE, speech_blocks, timings_of
from bench.latency import latency
from bench.peers import PEERS, RATE, timed
from bench.recorder import Recorder
from bench.rig import between, play, sample
from bench.server import CABLE, MIC, Server
from bench.times import percentiles
from core.assets import sample_path
from core.bundle import Bundle
from core.errors import ConfigError, DeviceError
from realtime.pipeline import Pipeline

SETTLE_S = 5.0
ALIKE = 0.5
"""Of envelopes: the peers' voices are rougher than a twin that was made by the same graphs."""
WORSE = 1.25
"""A figure this many times the stored one is a step back."""
ELSEWHERE = (
    {"name": "DarkStream", "delay_ms": 200, "source": "as stated in the abstract of arXiv 2601.13948"},
    {"name": "Stream-Voice-Anon", "delay_ms": 180, "source": "abstract of arXiv 2601.13948"},
    {"name": "Quamer and Gutierrez-Osuna, full", "delay_ms": 230, "source": "abstract of their demo page"},
    {"name": "Quamer and Gutierrez-Osuna, lite", "delay_ms": 66, "source": "abstract of their demo page"},
)
"""What could not be had as a package and run here; other hardware, other definitions of delay."""


def compare(bundle: Bundle, seconds: float) -> dict[str, Any]:
    """Delay through the server and time per block of each.

    Peers read the microphone with `parec` and feed the cable with `pacat` in blocks of 20 ms; Voxveil runs as it ships.
    A peer's sound is compared with the microphone's directly, for it keeps the envelope.

    Returns:
        `rows` by name: `delay_ms` and `block_ms` (percentiles), `processor` (seconds for a second of audio), and their
        ratios to the pass-through (`delay_ratio`) and of Voxveil (`processor_ratio`); `elsewhere`.

    Raises:
        DeviceError: no server can be started, or nothing comes out.
    """
    rows = {name: {**_through(name, seconds), **_peer_time(name)} for name in PEERS}
    ours = latency(bundle, seconds)
    blocks = speech_blocks(str(sample_path()), min(seconds, 20.0))
    took = timings_of(Pipeline(bundle, "cpu"), blocks, paced=False)[:, [WHOLE, GIVEN]]
    rows["Voxveil"] = {"delay_ms": ours["delay_ms"], **_times(took)}
    limit = rows["pass-through"]
    for row in rows.values():
        row["delay_ratio"] = row["delay_ms"]["p50"] / limit["delay_ms"]["p50"]
        row["processor_ratio"] = row["processor"] / max(rows["Voxveil"]["processor"], 1e-9)
    return {
        "bundle": bundle.name,
        "seconds": seconds,
        "rows": rows,
        "silenced_blocks": ours["silenced_blocks"],
        "elsewhere": list(ELSEWHERE),
    }


def against(found: dict[str, Any], stored: Path) -> list[str]:
    """What got worse than a stored run by more than a quarter, a line each. Figures are compared as ratios to the
    pass-through of their own run, so that a slower machine is not a step back.

    Raises:
        ConfigError: no such run.
    """
    try:
        before = json.loads(stored.read_text("utf8"))["rows"]
        pairs = [(before[name], row, name) for name, row in found["rows"].items() if name in before]
        lines = []
        for old, new, name in pairs:
            if new["delay_ratio"] > WORSE * old["delay_ratio"]:
                lines.append(f"{name}: delay {new['delay_ratio']:.2f} x pass-through, was {old['delay_ratio']:.2f}")
            if name != "Voxveil" and new["processor_ratio"] < old["processor_ratio"] / WORSE:
                shares = f"{new['processor_ratio']:.3f} of it, was {old['processor_ratio']:.3f}"
                lines.append(f"Voxveil needs more: {name} takes {shares}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{stored} is no run of voxveil bench compare") from error
    return lines


def _through(name: str, seconds: float) -> dict[str, Any]:
    """The delay of a peer from microphone to cable."""
    with Server() as server:
        listeners = [Recorder(server, f"{device}.monitor") for device in (MIC, CABLE)]
        play(server, sample())
        server.client(sys.executable, "-m", "bench.peers", name, f"{MIC}.monitor", CABLE)
        time.sleep(SETTLE_S)
        since = time.monotonic()
        time.sleep(seconds)
        microphone, cable = (between(listener.close(), since, seconds) for listener in listeners)
    found = delays(microphone, cable, RATE, ALIKE)
    if len(found) < seconds / 3:
        raise DeviceError(f"hardly anything of {name} came out; is the machine too busy?")
    return {"delay_ms": percentiles(list(found)).to_dict()}


def _peer_time(name: str) -> dict[str, Any]:
    return _times(timed(PEERS[name](), sample()))


def _times(took: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Of seconds [n, 2] by the clock and of processor."""
    return {"block_ms": percentiles(list(took[:, 0])).to_dict(), "processor": float(took[:, 1].mean() / 0.02)}
