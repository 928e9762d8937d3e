"""Records a device and knows when: two recordings can be laid on one clock."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import numpy as np
import numpy.typing as npt

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
        """Stop. Samples [n] at 48 kHz, and the time of the first one in seconds of `time.monotonic`.

        Pieces can arrive late but never early, so the earliest arrivals, counted back to sample 0, tell its time; they
        are looked for in each tenth of the recording, because the server's clock drifts against ours.
        """
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        data = b"".join(self._pieces)
        samples = np.frombuffer(data[: len(data) // 4 * 4], np.float32)
        back = np.array([at - count / RATE for count, at in self._arrived])
        if not len(back):
            return samples, 0.0
        parts = [part.min() for part in np.array_split(back, 10) if len(part)]
        return samples, float(np.median(parts))

    def _run(self) -> None:
        assert self._process.stdout is not None
        count = 0
        while piece := os.read(self._process.stdout.fileno(), 1 << 16):
            if not self._keep:
                continue
            self._pieces.append(piece)
            count += len(piece)
            self._arrived.append((count // 4, time.monotonic()))
