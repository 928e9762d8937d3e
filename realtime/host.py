"""The engine process: owns the device streams, guards the inference worker, keeps the state.

Run as `python -m realtime.host BOARD CONFIG_JSON`. Standard input is the controller's line: the line "stop" ends
it in order, its end (the controller is gone) at once. Nothing here computes sound.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import traceback
from dataclasses import replace
from time import monotonic

from core.errors import DeviceError, VoxveilError
from realtime import backend as backends
from realtime import priority
from realtime.backend import Backend, First, Trouble, UnlinkedError
from realtime.board import FATAL_STATUS, RESTART_STATUS, Board
from realtime.config import EngineConfig
from realtime.rings import CaptureRing, PlayRing
from realtime.states import Facts, State, StateMachine, read
from realtime.watchdog import Watchdog

TICK_S = 0.02
FED_S = 0.1
"""The output counts as fed when the worker put sound there within this time."""
SILENT_DEVICE_S = 0.15
"""A device that has not called for this long is in trouble."""
FIRST_CALL_S = 1.0
"""... but a device that was just opened has this long to begin."""
DEAD_DEVICE_S = 3.0
"""... and after this long its streams are opened anew (except where the server is only frozen)."""
RETRY_S = 0.25
CLOSE_S = 1.0
FILE_S = 600.0
OPEN_S = 12.0
"""Servers, headsets and PortAudio take their time; longer than this hangs."""
BUG_STATUS = 70
LATENCY_S = 0.5


class Host:
    """One engine process at work."""

    def __init__(self, board: Board, config: EngineConfig) -> None:
        self._board, self._config = board, config
        self._watchdog = Watchdog(board, config)
        self._machine = StateMachine()
        before = State(board.count("state"))
        self._was_live = before in (State.LIVE, State.MUTED, State.RECOVERING)
        self._machine.state = before
        self._backend: Backend | None = None
        self._opened_at = 0.0
        self._retry_at = 0.0
        self._latency_at = 0.0
        self._trouble: Trouble | None = None
        self._ending = threading.Event()

    def run(self) -> int:
        """Until "stop", the end of a file, or something that cannot be helped; the exit status."""
        if self._was_live:
            self._say(State.RECOVERING, "opening the devices again")
        else:
            self._say(State.STARTING, "opening the devices")
        self._watchdog.start()
        self._open()
        priority.raise_own(priority.AUDIO)
        self._board.touch()
        gc.collect()
        gc.freeze()
        gc.disable()
        while not self._ending.wait(TICK_S):
            self._tick()
            if self._machine.state is State.FAILED:
                self._close()
                self._watchdog.stop()
                return FATAL_STATUS
            if self._backend is not None and self._backend.finished():
                break
        self._board.put("out_open", 0)
        self._watchdog.stop()
        self._close()
        self._say(State.IDLE, "")
        return 0

    def end(self) -> None:
        """Ask `run` to come to its end; from any thread."""
        self._ending.set()

    def _tick(self) -> None:
        now = monotonic()
        board = self._board
        board.put("host_beat", now)
        self._watchdog.tick()
        if self._backend is None:
            if now >= self._retry_at:
                self._open()
        else:
            self._trouble = self._backend.trouble() or self._silent_device(now)
            board.put("out_open", self._trouble is None)
            if self._trouble is not None and self._trouble.lost:
                self._close()
                self._retry_at = now
            elif now >= self._latency_at:
                self._note_latencies(now)
        fed = now - board.get("fed_time") < FED_S
        trouble = self._trouble.text if self._trouble else ""
        if not trouble and board.count("overloaded") and self._watchdog.ready:
            trouble = "this machine is too busy: the model comes too late"
        state, reason = read(
            Facts(
                fatal=self._watchdog.fatal,
                trouble=trouble,
                devices_open=self._backend is not None,
                worker_ready=self._watchdog.ready,
                fed=fed,
                muted=bool(board.count("muted")),
                was_live=self._was_live,
            )
        )
        self._was_live |= state in (State.LIVE, State.MUTED)
        self._say(state, reason)

    def _silent_device(self, now: float) -> Trouble | None:
        for field, words in (
            ("in_time", "the microphone gives no sound"),
            ("out_time", "the output device takes no sound"),
        ):
            called = self._board.get(field)
            age = now - max(called, self._opened_at)
            if age > (SILENT_DEVICE_S if called > self._opened_at else FIRST_CALL_S):
                return Trouble(words, lost=age > DEAD_DEVICE_S)
        return None

    def _open(self) -> None:
        board = self._board
        first = First(board.text("first_input"), board.text("first_output"))
        backend: Backend | None = None
        board.put("busy_until", monotonic() + OPEN_S)
        try:
            backend = backends.choose(self._chosen())
            try:
                opened = backend.open(self._config, first)
            except UnlinkedError:
                if self._chosen() != "auto":
                    raise
                backend.close()
                backend = backends.choose("pulse")
                opened = backend.open(self._config, first)
            except DeviceError:
                if self._config.monitor is None or not self._was_live:
                    raise
                # Headphones that were unplugged must not keep the call from going on.
                backend.close()
                backend = backends.choose(self._chosen())
                opened = backend.open(replace(self._config, monitor=None), first)
            board.put_text("first_input", first.input or opened.input_id)
            board.put_text("first_output", first.output or opened.output_id)
            board.put("in_rate", opened.in_rate)
            board.put("out_rate", opened.out_rate)
            margin = self._config.margin_ms if self._config.margin_ms is not None else backend.margin_ms
            board.put("margin", 1e-3 * margin)
            board.put_text("backend", backend.name)
            board.put_text("input", opened.input)
            board.put_text("output", opened.output)
            board.put("in_latency", opened.in_latency_s)
            board.put("out_latency", opened.out_latency_s)
            # From here on the worker writes nothing that it began before (Schedule.place), and what it wrote for
            # another moment is not played now; nobody reads before `start`.
            board.put("epoch", board.count("epoch") + 1)
            board.put("out_read", max(board.count("out_read"), board.count("out_written")))
            board.put("out_time", monotonic())
            backend.start(CaptureRing(board), PlayRing(board, opened.out_rate), self._watchdog.wake)
        except VoxveilError as error:
            if backend is not None:
                self._backend = backend
                self._close()
            self._retry_at = monotonic() + RETRY_S
            self._trouble = Trouble(str(error), lost=True)
            if not self._was_live:
                self._watchdog.fatal = str(error)
            board.put("busy_until", 0.0)
            gc.collect()  # each try leaves objects that refer to themselves, and collection is off
            return
        self._backend = backend
        self._trouble = None
        self._opened_at = monotonic()
        board.put("host_beat", self._opened_at)
        board.put("busy_until", 0.0)
        board.put("out_open", 1)

    def _chosen(self) -> str:
        """The backend's name. What "auto" found first it stays with, through restarts of this process too: when the
        server dies, the voice waits for it and does not come out of what PortAudio calls the default device.
        """
        return self._board.text("backend") or self._config.backend

    def _note_latencies(self, now: float) -> None:
        assert self._backend is not None
        in_latency, out_latency = self._backend.latencies()
        self._board.put("in_latency", in_latency)
        self._board.put("out_latency", out_latency)
        self._board.put("reserve", self._backend.reserve())
        self._latency_at = now + LATENCY_S

    def _close(self) -> None:
        """Free the streams. A driver or server that hangs costs this process its life: the controller restarts it."""
        backend, self._backend = self._backend, None
        if backend is None:
            return
        self._board.put("out_open", 0)
        # A file is written for as long as that takes.
        self._board.put("busy_until", monotonic() + 2 * CLOSE_S if backend.name != "file" else FILE_S)
        failure: list[VoxveilError] = []

        def close() -> None:
            try:
                backend.close()
            except VoxveilError as error:
                failure.append(error)

        closing = threading.Thread(target=close, daemon=True)
        closing.start()
        closing.join(CLOSE_S if backend.name != "file" else None)
        if closing.is_alive():
            self._watchdog.stop()
            os._exit(RESTART_STATUS)
        self._board.put("busy_until", 0.0)
        if failure:
            self._watchdog.fatal = str(failure[0])
            self._say(State.FAILED, self._watchdog.fatal)

    def _say(self, state: State, reason: str) -> None:
        if self._machine.to(state, reason):
            self._board.put_text("reason", reason)
            self._board.put("state", state)
            self._board.put("state_time", monotonic())


def _obey(host: Host) -> None:
    """The controller's line, in a thread of its own."""
    for line in sys.stdin.buffer:
        if line.strip() == b"stop":
            host.end()
            return
    os._exit(0)


def main(arguments: list[str]) -> int:
    """Attach to the board and run."""
    name, config = arguments
    priority.end_with_parent()
    priority.hurry()
    priority.hand_over_soon()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    board = Board(name)
    board.put("host_pid", os.getpid())
    board.put("host_beat", monotonic())
    board.put("out_open", 0)
    host = Host(board, EngineConfig.from_json(config))
    threading.Thread(target=_obey, args=(host,), daemon=True).start()
    return host.run()


if __name__ == "__main__":
    status = BUG_STATUS
    try:
        status = main(sys.argv[1:])
    except Exception:
        traceback.print_exc()
    # Audio libraries' own threads and destructors have hung here; everything that matters is done.
    os._exit(status)
