"""Keeps one engine process running: starts it, starts another when it dies or falls silent, ends it when asked."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from time import monotonic, sleep

from realtime import child
from realtime.board import FATAL_STATUS, Board
from realtime.config import EngineConfig
from realtime.states import State

STOP_S = 2.0
SILENT_HOST_S = 1.5
"""An engine process without a sign of life for this long is replaced, unless it opens or closes devices, and has said
until when that may take (`busy_until`)."""
START_S = 12.0
"""The same while it starts."""
LOOK_S = 0.1
PAUSE_S = 0.3
"""Between the death of an engine process and the next one."""
DEATHS = 5
"""Engine processes that ended within `SETTLED_S` each, one after the other: then there is no use in a next one."""
SETTLED_S = 10.0


class Supervisor(threading.Thread):
    """Begins at once. Its own thread, since on Linux the process is tied to the life of the thread that started it.

    Attributes:
        override: state and reason while no engine process can say its own on the board.
    """

    def __init__(self, board: Board, config: EngineConfig) -> None:
        super().__init__(name="voxveil engine", daemon=True)
        self.override: tuple[State, str] | None = (State.STARTING, "starting the engine")
        self._board, self._config = board, config
        self._wanted = threading.Event()
        self._wanted.set()
        self.start()

    def end(self) -> None:
        """End the engine process, and wait for that: at most `STOP_S` and a little."""
        self._wanted.clear()
        self.join()

    def run(self) -> None:
        """The thread itself."""
        deaths = 0
        while self._wanted.is_set():
            started = monotonic()
            self._board.put("host_beat", 0.0)
            self._board.put("busy_until", 0.0)
            process = child.spawn("realtime.host", [self._board.name, self._config.to_json()], stdin=subprocess.PIPE)
            status = self._watch(process, started)
            ended = status == 0 or (status != FATAL_STATUS and not self._wanted.is_set())
            if ended or status == FATAL_STATUS:
                self._over(idle=ended)
                return
            deaths = 0 if monotonic() - started > SETTLED_S else deaths + 1
            if deaths > DEATHS:
                self.override = State.FAILED, "the engine's process keeps ending; run `voxveil doctor`"
                return
            self.override = State.RECOVERING, "the audio system did not answer; starting the engine again"
            sleep(PAUSE_S)
        self._over(idle=True)  # the end was asked for between two engine processes

    def _over(self, idle: bool) -> None:
        """The board says how it ended; one that did not end well by our wish cannot say so itself."""
        if idle:
            self._board.put("state", State.IDLE)
            self._board.put_text("reason", "")
        self.override = None

    def _watch(self, process: subprocess.Popen[bytes], started: float) -> int:
        """Until the engine process ends, by itself, by our wish or by our hand; its exit status."""
        assert process.stdin is not None
        asked = 0.0
        while True:
            try:
                return process.wait(LOOK_S if asked == 0.0 else 0.01)
            except subprocess.TimeoutExpired:
                pass
            finally:
                if process.returncode is not None:
                    with suppress(OSError):
                        process.stdin.close()
            now = monotonic()
            beat = self._board.get("host_beat")
            busy = now < self._board.get("busy_until")
            if beat and self.override is not None:
                self.override = None
            if not self._wanted.is_set():
                if asked == 0.0:
                    asked = now
                    with suppress(OSError):
                        process.stdin.write(b"stop\n")
                        process.stdin.flush()
                elif now - asked > STOP_S and not busy:
                    process.kill()
            elif not busy and now - (beat or started) > (SILENT_HOST_S if beat else START_S):
                process.kill()
