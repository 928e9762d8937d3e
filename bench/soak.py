"""Hours of a call: does anything grow, drift or break?"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import psutil
from rich.progress import track

from bench.recorder import Recorder
from bench.rig import play, sample, start
from bench.server import CABLE, SERVERS
from bench.stalls import Stalls
from bench.times import percentiles
from core.bundle import Bundle
from realtime.engine import Engine
from realtime.snapshot import Snapshot

SETTLE_S = 5.0
EVERY_S = 1.0
GLANCE_S = 0.02
AFTER_S = 0.1
NUMBERS = ("delay_ms", "ring_fill_ms", "drift_ppm", "memory_mb")


def soak(bundle: Bundle, seconds: float, server: str = "pulseaudio") -> dict[str, Any]:
    """The engine on a private server with speech that never ends, looked at every second.

    Args:
        server: one of `bench.server.SERVERS`.

    Returns:
        For each of delay, ring fill, drift, memory and open files: `first` and `last` (medians of the first and last
        tenth) and `per_hour` (slope of a straight line through all); `delay_percentiles`; `series`; counts of what
        went wrong; `machine`, see `blame`.

    Raises:
        DeviceError: no server can be started, or the engine does not get live.
    """
    rows: list[list[float]] = []
    states: dict[str, int] = {}
    with SERVERS[server]() as running, Stalls() as stalls:
        listener = Recorder(running, f"{CABLE}.monitor", keep=False)
        engine = Engine()
        try:
            play(running, sample())
            start(engine, bundle)
            time.sleep(SETTLE_S)
            before = engine.snapshot()
            begin = time.monotonic()
            glances = Glances(engine)
            for tick in track(range(max(10, int(seconds / EVERY_S))), description="soak", transient=True):
                time.sleep(max(0.0, begin + tick * EVERY_S - time.monotonic()))
                seen = engine.snapshot()
                states[seen.state] = states.get(seen.state, 0) + 1
                rows.append([time.monotonic() - begin, *(getattr(seen, name) for name in NUMBERS), _open_files()])
            looked = glances.close()
            after = engine.snapshot()
        finally:
            engine.close()
            listener.close()
    return {
        "bundle": bundle.name,
        "seconds": seconds,
        "server": SERVERS[server].kind,
        **_growth(np.asarray(rows)),
        "delay_percentiles": percentiles([1e-3 * row[1 + NUMBERS.index("delay_ms")] for row in rows]).to_dict(),
        "series": _thinned(np.asarray(rows)),
        **_counts(before, after),
        "states": states,
        "machine": {
            **blame(looked[:, 0], looked[:, 1], stalls.found),
            "real_time": stalls.real_time,
            "server_real_time": running.real_time,
        },
    }


class Glances:
    """Counts the engine's xruns 50 times a second, from when it is made until `close`."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._ending = engine, threading.Event()
        self._seen: list[tuple[float, int]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(GLANCE_S):
            self._seen.append((time.monotonic(), sum(self._engine.xruns().values())))

    def close(self) -> np.ndarray:
        """When was looked (time.monotonic), and how many there had been; [looks, 2]."""
        self._ending.set()
        self._thread.join()
        return np.asarray(self._seen)


def blame(at: np.ndarray, troubles: np.ndarray, stalls: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """How often xruns were seen, and how often beside a moment in which the machine itself stood still.

    Args:
        at: when was looked, as time.monotonic.
        troubles: how many xruns there had been by then.
        stalls: `bench.stalls.Stalls.found`. One that ended up to AFTER_S before counts, too: the server tells of its
            shortage a moment later.

    Returns:
        `moments_with_xruns`, `of_these_with_stalls`, and as what chance would give `share_of_time_with_stalls`;
        `unexplained`, seconds since the first look of those without; `stalls` and the longest; `seconds` in all and
        `seconds_with_xruns`.
    """
    xruns = np.flatnonzero(np.diff(troubles) > 0)
    still = np.zeros(len(at) - 1, bool)
    for back, late in stalls:
        still[np.searchsorted(at[1:], back - late) : np.searchsorted(at[:-1], back + AFTER_S)] = True
    return {
        "seconds": round(float(at[-1] - at[0])),
        "seconds_with_xruns": len(np.unique((at[xruns + 1] - at[0]).astype(int))),
        "moments_with_xruns": len(xruns),
        "of_these_with_stalls": int(still[xruns].sum()),
        "share_of_time_with_stalls": float(np.average(still, weights=np.diff(at))),
        "unexplained": [round(float(at[i + 1] - at[0]), 2) for i in xruns[~still[xruns]]],
        "stalls": len(stalls),
        "longest_stall_ms": 1e3 * max((late for _, late in stalls), default=0.0),
    }


def _growth(rows: np.ndarray) -> dict[str, Any]:
    hours, tenth = rows[:, 0] / 3600.0, max(1, len(rows) // 10)
    result = {}
    for column, name in enumerate((*NUMBERS, "open_files"), start=1):
        values = rows[:, column]
        result[name] = {
            "first": float(np.median(values[:tenth])),
            "last": float(np.median(values[-tenth:])),
            "per_hour": float(np.polyfit(hours, values, 1)[0]),
        }
    return result


def _thinned(rows: np.ndarray, points: int = 400) -> dict[str, list[float]]:
    """Medians of at most 400 stretches, for the plot."""
    parts = np.array_split(rows, min(points, len(rows)))
    medians = np.array([np.median(part, axis=0) for part in parts])
    names = ("seconds", *NUMBERS, "open_files")
    return {name: [round(float(x), 3) for x in medians[:, column]] for column, name in enumerate(names)}


def _counts(before: Snapshot, after: Snapshot) -> dict[str, Any]:
    return {
        "blocks": after.blocks - before.blocks,
        "silenced_blocks": after.silenced_blocks - before.silenced_blocks,
        "restarts": after.restarts - before.restarts,
        "xruns": {kind: n - before.xruns.get(kind, 0) for kind, n in after.xruns.items()},
    }


def _open_files() -> int:
    """Of this process and all that it started."""
    total = 0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            total += process.num_fds() if hasattr(process, "num_fds") else len(process.open_files())
        except psutil.Error:
            continue
    return total
