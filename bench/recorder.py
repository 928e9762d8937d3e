"""Records a device and knows when: two recordings can be laid on one clock."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import numpy as np
import numpy.typing as npt

from bench.clock import on_our_clock
from bench.server import RATE, Server


class Recorder:
    """Everything that a device of the server gives out, with the time at which each piece arrived."""

    def __init__(self, server: Server, device: str, keep: bool = True) -> None:
        """`keep` False only listens, so that hours do not fill the memory."""
        words = ("parec", "-d", device, "--raw", "--format=float32le", f"--rate={RATE}", "--channels=1")
        self._process = server.client(*words, "--latency-msec=5", stdout=subprocess.PIPE)
        self._keep = keep
        self._pieces: list[bytes] = []
        self._arrived: list[tuple[int, float]] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> tuple[npt.NDArray[np.float32], float]:
        """Stop. Samples [n] at exactly 48 kHz of `time.monotonic`, and the time of the first one on it, in seconds."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        data = b"".join(self._pieces)
        samples = np.frombuffer(data[: len(data) // 4 * 4], np.float32)
        if not self._arrived:
            return samples, 0.0
        counts, arrived = np.array(self._arrived).T
        return on_our_clock(samples, counts, arrived, RATE)

    def _run(self) -> None:
        assert self._process.stdout is not None
        count = 0
        while piece := os.read(self._process.stdout.fileno(), 1 << 16):
            if not self._keep:
                continue
            self._pieces.append(piece)
            count += len(piece)
            self._arrived.append((count // 4, time.monotonic()))
