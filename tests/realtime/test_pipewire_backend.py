"""What PipeWire's callbacks do with the rings, sample by sample, and what becomes of turns that were missed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from core.errors import DeviceError
from realtime import backend as backends
from realtime import pipewire_backend, priority
from realtime.backend import First, UnlinkedError
from realtime.board import Board
from realtime.config import EngineConfig
from realtime.pipewire_backend import PipeWireBackend
from realtime.rings import CaptureRing, PlayRing
from tests.audio_server import MISSING, PIPEWIRE_MISSING, PipeWireServer, PulseServer

RATE, TURN = 48_000, 128
VOICE = EngineConfig(bundle="x", voice_row=(0.0, 0.0, 5.0, 0.2), input="mic.monitor", output="cable")


class Stand:
    """A backend whose streams are stood in for, with real rings; calls are as the server's thread makes them."""

    def __init__(self, board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(priority, "raise_own", lambda _: "ordinary")
        for module in (pipewire_backend, __import__("realtime.rings").rings, __import__("realtime.cushion").cushion):
            monkeypatch.setattr(module, "monotonic", lambda: self.now)
        board.put("out_open", 1)
        board.put("out_time", self.now)
        self.turns: list[int] = []
        self.backend = PipeWireBackend()
        self.backend._turn = TURN
        self.backend._microphone = self._stream(RATE)
        self.backend._voice = self._stream(RATE)
        self.capture, self.play = CaptureRing(board), PlayRing(board, RATE)
        self.woken = 0
        self.backend.start(self.capture, self.play, self._wake)

    def _stream(self, rate: int) -> Any:
        return SimpleNamespace(rate=rate, alive=True, latency_s=0.0, ask_turn=self.turns.append)

    def _wake(self) -> None:
        self.woken += 1

    def speak(self, lost: int = 0, after_s: float = TURN / RATE) -> np.ndarray:
        """The server's next turn; what it was given."""
        self.now += after_s
        given = np.full(TURN, 9.0, np.float32)
        self.backend._speak(given.ctypes.data, TURN, lost)
        return given

    def hear(self, frames: np.ndarray, lost: int = 0) -> None:
        self.backend._hear(frames.ctypes.data, len(frames), lost)


@pytest.fixture
def stand(board: Board, monkeypatch: pytest.MonkeyPatch) -> Stand:
    return Stand(board, monkeypatch)


def test_before_the_start_there_is_silence_and_nothing_is_kept(stand: Stand) -> None:
    stand.backend._play = stand.backend._capture = None
    stand.hear(np.ones(TURN, np.float32))
    assert not stand.speak().any()
    assert stand.capture.waiting == 0


def test_sound_goes_through_as_it_is(stand: Stand) -> None:
    spoken = np.linspace(0.1, 0.9, 40 * TURN, dtype=np.float32)
    stand.play.write_at(0, spoken)
    given = np.concatenate([stand.speak() for _ in range(20)])
    assert np.array_equal(given[TURN:], spoken[TURN : 20 * TURN]), "after the fade"
    stand.hear(spoken[:TURN])
    taken = np.zeros(TURN, np.float32)
    assert stand.capture.take(taken) == TURN
    assert np.array_equal(taken, spoken[:TURN])
    assert stand.woken == 1


def test_missed_turns_are_left_out_so_that_the_delay_stays(stand: Stand, board: Board) -> None:
    spoken = np.linspace(0.1, 0.9, 40 * TURN, dtype=np.float32)
    stand.play.write_at(0, spoken)
    for _ in range(4):
        stand.speak()
    given = stand.speak(lost=3 * TURN, after_s=4 * TURN / RATE)
    assert np.array_equal(given, spoken[7 * TURN : 8 * TURN])
    assert np.array_equal(stand.speak(), spoken[8 * TURN : 9 * TURN])
    stand.hear(np.ones(TURN, np.float32), lost=2 * TURN)
    taken = np.full(3 * TURN, 9.0, np.float32)
    assert stand.capture.take(taken) == 3 * TURN
    assert not taken[: 2 * TURN].any()
    assert (taken[2 * TURN :] == 1).all()


def test_a_clock_that_leaps_is_not_followed(stand: Stand) -> None:
    spoken = np.linspace(0.1, 0.9, 40 * TURN, dtype=np.float32)
    stand.play.write_at(0, spoken)
    for _ in range(4):
        stand.speak()
    for at, lost in ((4, 10**9), (5, -500), (6, RATE)):
        assert np.array_equal(stand.speak(lost), spoken[at * TURN : (at + 1) * TURN])
    stand.hear(np.ones(TURN, np.float32), lost=10**9)
    assert stand.capture.waiting == TURN


def test_a_server_that_stood_still_gets_silence_until_devices_are_opened_anew(stand: Stand) -> None:
    stand.play.write_at(0, np.full(20_000, 0.5, np.float32))
    for _ in range(120):  # past what is allowed to a device that wakes up
        stand.speak()
    assert stand.backend.trouble() is None
    assert not stand.speak(after_s=0.5).any()
    trouble = stand.backend.trouble()
    assert trouble is not None
    assert trouble.lost
    assert "stood still" in trouble.text
    assert not stand.speak().any(), "nor later"


def test_streams_that_end(stand: Stand) -> None:
    voice, microphone = cast(Any, stand.backend._voice), cast(Any, stand.backend._microphone)
    for voice.alive, microphone.alive, what in (
        (False, True, "output device"), (True, False, "microphone"), (False, False, "server has ended")
    ):  # fmt: skip
        trouble = stand.backend.trouble()
        assert trouble is not None
        assert trouble.lost
        assert what in trouble.text


def test_another_default_microphone(stand: Stand) -> None:
    stand.backend._watch = cast(Any, SimpleNamespace(moved=True, misplaced=False))
    trouble = stand.backend.trouble()
    assert trouble is not None
    assert trouble.lost
    assert "another microphone" in trouble.text


def test_a_voice_that_was_moved_is_silent_at_once(stand: Stand) -> None:
    stand.play.write_at(0, np.full(20_000, 0.5, np.float32))
    stand.backend._watch = cast(Any, SimpleNamespace(moved=False, misplaced=False))
    for _ in range(4):
        assert stand.speak().any()
    stand.backend._watch.misplaced = True  # type: ignore[union-attr]
    assert not stand.speak().any()
    trouble = stand.backend.trouble()
    assert trouble is not None
    assert trouble.lost
    assert "moved" in trouble.text


def test_turns_grow_where_they_are_missed_and_shrink_again(stand: Stand) -> None:
    """Three within four seconds; a second between two steps; half of it back after two seconds without."""
    for _ in range(40):
        stand.speak(lost=TURN, after_s=0.1)
        stand.backend.trouble()
    assert stand.turns == [2 * TURN, 2 * TURN, 4 * TURN, 4 * TURN], "voice and microphone"
    for _ in range(100):
        stand.speak(after_s=0.1)
        stand.backend.trouble()
    assert stand.turns[4:] == [2 * TURN, 2 * TURN, TURN, TURN]


@pytest.mark.skipif(bool(PIPEWIRE_MISSING), reason=f"needs {', '.join(PIPEWIRE_MISSING)}")
def test_auto_goes_into_the_graph_and_round_it_where_it_is_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    with PipeWireServer({"mic": RATE, "cable": RATE}) as running:
        running.name_in(monkeypatch)
        assert backends.choose("auto").name == backends.choose("pipewire").name == "pipewire"
        assert backends.choose("pulse").name == "pulse"
        opened = (made := backends.choose("auto")).open(VOICE, First())
        made.close()
        assert (opened.input_id, opened.output_id) == ("mic.monitor", "cable")
        monkeypatch.setenv("PIPEWIRE_REMOTE", "nowhere")  # as in a container with the pulse server's socket only
        assert backends.choose("auto").name == "pulse"
        with pytest.raises(DeviceError, match="PipeWire server does not answer"):
            backends.choose("pipewire")


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_no_pipewire_where_pulseaudio_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    with PulseServer({"mic": RATE, "cable": RATE}) as running:
        running.name_in(monkeypatch)
        assert backends.choose("auto").name == "pulse"
        with pytest.raises(DeviceError, match="no PipeWire server"):
            backends.choose("pipewire")


@pytest.mark.parametrize(("asked", "used"), [("auto", "pulse"), ("pipewire", "")])
def test_a_server_that_connects_nothing(
    asked: str, used: str, board: Board, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The way by the pulse server is taken instead, unless somebody wants this one."""
    from dataclasses import replace

    from realtime import host

    class Shut:
        name, margin_ms, chunk_ms = "pipewire", 3.0, 2.7

        def open(self, config: EngineConfig, first: First) -> Any:
            raise UnlinkedError("it does not connect the stream")

        def close(self) -> None:
            pass

    class Open(Shut):
        name = "pulse"

        def open(self, config: EngineConfig, first: First) -> Any:
            return backends.Opened("mic", "cable", RATE, RATE, 0.0, 0.0)

        def start(self, *_: Any) -> None:
            pass

    monkeypatch.setattr(backends, "choose", lambda name: Open() if name == "pulse" else Shut())
    made = host.Host(board, replace(VOICE, backend=asked))
    made._open()
    assert board.text("backend") == used
    assert (made._trouble is None) == bool(used)
