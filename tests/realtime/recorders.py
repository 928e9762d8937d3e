"""What came out of a device, and what the worker wrote, both recorded while the engine runs."""

from __future__ import annotations

import os
import subprocess
import threading
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from realtime.board import RING_FRAMES, Board
from realtime.engine import Engine
from tests.audio_server import AudioServer

Frames = NDArray[np.float32]
PULSE = 0.8
"""Size of the pulses in the rig's talk."""
SOON_S = 1.0
"""A recorder that is late has caught up by then."""
PAUSE_S = 0.08
"""Longer than the pieces in which any server hands sound over."""


class Listener:
    """Records a device of the server in its own format: what really came out, bit by bit, and when."""

    def __init__(self, server: AudioServer, device: str, rate: int = 48_000) -> None:
        self._process = server.helper(
            "parec", "-d", device, "--raw", "--format=float32le", f"--rate={rate}", "--channels=1", "--latency-msec=5",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._rate = rate
        self._pieces: list[tuple[float, bytes]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while piece := rest + os.read(self._process.stdout.fileno(), 1 << 16):
            whole = len(piece) // 4 * 4
            rest = piece[whole:]
            if len(piece) == len(rest):
                break
            self._pieces.append((monotonic(), piece[:whole]))

    @property
    def frames(self) -> Frames:
        """Everything so far."""
        return np.frombuffer(b"".join(piece for _, piece in self._pieces), np.float32)

    @property
    def times(self) -> NDArray[np.float64]:
        """When the server gave each frame (monotonic seconds), see `given`."""
        pieces = list(self._pieces)
        return given([at for at, _ in pieces], [len(piece) // 4 for _, piece in pieces], self._rate)

    def pulses(self, rate: int = 48_000) -> NDArray[np.float64]:
        """When its pulses sounded (monotonic seconds), by the server's even clock.

        A piece may arrive late but never early, so the earliest arrival tells the time of all.
        """
        pieces = list(self._pieces)
        frames = np.abs(np.frombuffer(b"".join(piece for _, piece in pieces), np.float32))
        ends = np.cumsum([len(piece) // 4 for _, piece in pieces])
        zero = min(at - end / rate for (at, _), end in zip(pieces, ends, strict=True))
        loud = np.flatnonzero(frames > PULSE / 2)
        groups = np.split(loud, np.flatnonzero(np.diff(loud) > rate // 100) + 1) if len(loud) else []
        return np.array([zero + group[np.argmax(frames[group])] / rate for group in groups])

    def silent_after(self, moment: float, until: float) -> float:
        """Seconds from `moment` to the last sound before `until`, or before a first pause: a voice may be back soon."""
        last = moment
        for at, piece in list(self._pieces):
            if moment < at < until and np.any(np.frombuffer(piece, "f4")):
                if at - last > PAUSE_S:
                    break
                last = at
        return last - moment

    def sound_after(self, moment: float) -> float:
        """Seconds from `moment` to the first sound after it."""
        pieces = [(at, piece) for at, piece in list(self._pieces) if at > moment]
        return next((at - moment for at, piece in pieces if np.any(np.frombuffer(piece, "f4"))), np.inf)

    def close(self) -> Frames:
        """Stop; everything that was recorded."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        return self.frames


def given(arrived: list[float], counts: list[int], rate: int) -> NDArray[np.float64]:
    """When each frame was given by a server that counts evenly, from when pieces of so many frames arrived.

    A piece may arrive late (this process waited for a processor) but never early, and those that come within the next
    second tell by how much. While a server stands still, or a recorder loses sound, the count falls behind for good:
    what comes afterwards is dated by what comes after it, so that nothing passes for younger than it is.
    """
    ends = np.cumsum(counts) / rate
    times = np.asarray(arrived)
    zero = times - ends
    last = np.searchsorted(times, times + SOON_S, "right")
    earliest = [zero[i : max(i + 1, last[i])].min() for i in range(len(zero))]
    return np.repeat(earliest + ends, counts)


class WorkerLog:
    """Everything that the worker puts into the play ring, read from the shared memory while it happens."""

    EVERY_S = 0.05

    def __init__(self, engine: Engine) -> None:
        assert engine._board is not None
        self._board = Board(engine._board.name)
        # What was written shortly before may still be on its way through the server.
        self._seen = max(0, self._board.count("out_written") - RING_FRAMES // 8)
        self._pieces: list[tuple[float, Frames]] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(self.EVERY_S):
            self._drain()

    def _drain(self) -> None:
        written = self._board.count("out_written")
        if written < self._seen:
            self._seen = 0
        first = max(self._seen, written - RING_FRAMES // 2)
        self._pieces.append((monotonic(), self._board.out_ring[np.arange(first, written) % RING_FRAMES]))
        self._seen = written

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame was seen here (monotonic seconds): at most EVERY_S after it was written."""
        return np.repeat([at for at, _ in self._pieces], [len(piece) for _, piece in self._pieces])

    def close(self) -> Frames:
        """Stop; everything that was written."""
        self._ending.set()
        self._thread.join()
        self._drain()
        return np.concatenate([piece for _, piece in self._pieces])
