"""Keeps one inference worker alive: notices death, hanging and a bundle that cannot work, and starts it again."""

from __future__ import annotations

import contextlib
import os
import subprocess
from time import monotonic

from realtime import child
from realtime.board import FATAL_STATUS, LOADING, READY, Board
from realtime.config import EngineConfig

HUNG_S = 0.4
"""A worker that is ready gives a sign of life at least every 0.1 s; after this long without one it is killed."""
LOAD_S = 30.0
"""The same while it loads, when the disk may be slow."""
GIVE_UP = 5
"""Deaths in a row, each before a single block was done, after which starting again makes no sense."""


class Watchdog:
    """The worker's process, seen from the engine process. `tick` does all the work and never waits long."""

    def __init__(self, board: Board, config: EngineConfig) -> None:
        self._board, self._config = board, config
        # One pipe for all workers: the callback that writes to it can never meet a closed or reused descriptor.
        self._wake_read, self._wake_write = os.pipe()
        with contextlib.suppress(AttributeError, OSError):
            os.set_blocking(self._wake_write, False)
        self._asleep = board.cell("worker_asleep")
        self._process: subprocess.Popen[bytes] | None = None
        self._fruitless = 0
        self._blocks = 0
        self.fatal = ""

    def wake(self) -> None:
        """Tell the worker that there is sound. For callbacks: never blocks, writes only to a sleeping worker."""
        if self._asleep[0]:
            self._asleep[0] = 0
            with contextlib.suppress(OSError):
                os.write(self._wake_write, b"s")

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and warm."""
        return not self.fatal and self._process is not None and self._board.count("phase") == READY

    def start(self) -> None:
        """Start a worker."""
        board = self._board
        board.put("phase", LOADING)
        board.put("worker_beat", monotonic())
        board.put("worker_busy", 0.0)
        self._blocks = board.count("blocks")
        arguments = [board.name, self._config.bundle, self._config.provider]
        self._process = child.spawn("realtime.worker", arguments, stdin=self._wake_read)

    def tick(self) -> None:
        """Look after the worker."""
        process = self._process
        if process is None or self.fatal:
            return
        status = process.poll()
        if os.name != "posix":
            self.wake()  # there a worker waits for this alone, and shows no sign of life meanwhile
        if status is None:
            allowed = HUNG_S if self._board.count("phase") == READY else LOAD_S
            if monotonic() - self._board.get("worker_beat") < allowed:
                return
            self._kill()
        elif status == FATAL_STATUS:
            self.fatal = self._board.text("worker_error") or "the model cannot be loaded"
            return
        if self._board.count("blocks") > self._blocks:
            self._fruitless = 0
        else:
            self._fruitless += 1
        if self._fruitless >= GIVE_UP:
            self.fatal = "the model's process keeps ending; run `voxveil doctor`"
            return
        self._board.put("restarts", self._board.count("restarts") + 1)
        self.start()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1.0)

    def stop(self) -> None:
        """End the worker."""
        self._kill()
        self._process = None
