"""However an engine process ends that was to end: the board says idle, so that the next start is offered."""

from __future__ import annotations

import subprocess
import sys
from time import sleep

import pytest

from realtime import child, supervisor
from realtime.board import Board
from realtime.config import EngineConfig
from realtime.states import State
from realtime.supervisor import Supervisor

DEAF = "import time; time.sleep(60)"
DYING = "raise SystemExit(70)"


@pytest.mark.parametrize("program", [DEAF, DYING], ids=["hangs until it is killed", "asked for while none runs"])
def test_an_end_by_our_wish_is_idle(board: Board, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    def spawn(*_: object, **__: object) -> subprocess.Popen[bytes]:
        board.put("state", State.LIVE)
        board.put_text("reason", "the device hangs")
        return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)

    monkeypatch.setattr(child, "spawn", spawn)
    monkeypatch.setattr(supervisor, "STOP_S", 0.2)
    monkeypatch.setattr(supervisor, "PAUSE_S", 1.0)
    running = Supervisor(board, EngineConfig(bundle="bundle", voice_row=(0.0,) * 4))
    sleep(0.5)
    assert running.override is not None
    running.end()
    assert running.override is None
    assert board.count("state") == State.IDLE
    assert board.text("reason") == ""
