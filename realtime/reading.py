"""From the board's raw numbers to a Snapshot, on the reader's side."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from realtime.board import SPECTRA, STAGES, TIMES, XRUNS, Board
from realtime.snapshot import SILENCE_DB, Snapshot, StageStats
from realtime.states import State

MOST_ROWS = SPECTRA // 2
BLOCK_S = 0.02


def snapshot(board: Board, recording: bool = False) -> Snapshot:
    """What the board says now."""
    state = State(board.count("state"))
    flowing = state in (State.LIVE, State.MUTED) and board.get("delay_wait") != 0.0
    parts = _delay_parts(board) if flowing else {}
    beat = board.get("host_beat")
    blocks = board.count("blocks")
    rate = board.count("out_rate")
    levels = [board.get(key) if blocks else SILENCE_DB for key in ("in_peak", "in_rms", "out_peak", "out_rms")]
    return Snapshot(
        state=state.label,
        reason=board.text("reason"),
        heartbeat_age_s=monotonic() - beat if beat else 0.0,
        delay_ms=sum(parts.values()),
        delay_parts=parts,
        in_peak=levels[0],
        in_rms=levels[1],
        out_peak=levels[2],
        out_rms=levels[3],
        stages=stages(board),
        xruns=xruns(board),
        drift_ppm=board.get("drift_ppm"),
        ring_fill_ms=1e3 * board.get("fill"),
        reserve_ms=1e3 * board.get("reserve"),
        provider=board.text("provider"),
        backend=board.text("backend"),
        input=board.text("input"),
        output=board.text("output"),
        input_rate=board.count("in_rate"),
        output_rate=rate,
        blocks=blocks,
        silenced_blocks=round(board.count("silent_frames") / (rate * BLOCK_S)) if rate else 0,
        restarts=board.count("restarts"),
        memory_mb=memory_mb(board.count("host_pid")) + memory_mb(board.count("worker_pid")),
        bundle=board.text("bundle"),
        bundle_error=board.text("bundle_error"),
        recording=recording,
    )


def _delay_parts(board: Board) -> dict[str, float]:
    """Milliseconds by cause. The wait is what a block spends from its last sample's delivery to the device's taking."""
    return {
        "input device": 1e3 * board.get("in_latency"),
        "block": 1e3 * board.get("delay_block"),
        "look-ahead": 1e3 * board.get("delay_model"),
        "resampling": 1e3 * board.get("delay_resample"),
        "compute and wait": 1e3 * board.get("delay_wait"),
        "output device": 1e3 * board.get("out_latency"),
    }


def xruns(board: Board) -> dict[str, int]:
    """How many of each kind there have been."""
    return {kind: int(board.fields["xruns"][0][i]) for i, kind in enumerate(XRUNS)}


def stages(board: Board) -> dict[str, StageStats]:
    """Percentiles of each stage that ran."""
    found: dict[str, StageStats] = {}
    for index, name in enumerate(STAGES):
        count = int(board.fields["time_counts"][0][index])
        if count:
            times = np.sort(board.fields["times"][0][index][: min(count, TIMES)])
            p50, p95, p99 = (float(times[int(share * (len(times) - 1))]) for share in (0.5, 0.95, 0.99))
            found[name] = StageStats(p50, p95, p99, float(board.fields["time_max"][0][index]), count)
    return found


def spectra(board: Board, cursor: int) -> tuple[int, NDArray[np.float32], NDArray[np.float32]]:
    """Rows since `cursor`, at most the last MOST_ROWS."""
    written = board.count("spectra_written")
    first = max(cursor if cursor <= written else 0, written - MOST_ROWS, 0)
    rows = np.arange(first, written) % SPECTRA
    return written, board.in_spectra[rows], board.out_spectra[rows]


def memory_mb(pid: int) -> float:
    """Resident memory of a process; 0 where that cannot be read."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, ValueError, IndexError):
        return 0.0
