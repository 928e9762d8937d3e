"""A call goes on with the devices that it began with, with nothing from before, and with patience for slow ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import AudioFileError, DeviceError
from realtime import backend as backends
from realtime import child, pulse_devices, supervisor, virtual_mic
from realtime.backend import First, Opened
from realtime.board import Board
from realtime.config import EngineConfig
from realtime.engine import Engine
from realtime.host import Host
from realtime.rings import CaptureRing, PlayRing
from realtime.schedule import Schedule
from realtime.supervisor import Supervisor
from tests.audio_server import MISSING, PulseServer

CONFIG = EngineConfig("bundle", (0.0,) * 4, input="desk", output="cable")
RATE = 48_000


class Device:
    """A backend that opens at once, or is not there; notes with what it was asked to begin."""

    name, margin_ms, chunk_ms = "pulse", 3.0, 2.5

    def __init__(self) -> None:
        self.asked: list[First] = []
        self.there = True
        self.play: PlayRing | None = None

    def open(self, config: EngineConfig, first: First) -> Opened:
        self.asked.append(first)
        if not self.there:
            raise DeviceError("the output device is gone; waiting for it to come back")
        number = len(self.asked)
        return Opened("Desk", "Cable", RATE, RATE, 0.0, 0.0, f"desk.{number}", f"cable.{number}")

    def start(self, capture: CaptureRing, play: PlayRing, wake: Callable[[], None]) -> None:
        self.play = play

    def close(self) -> None:
        self.play = None


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Device:
    made = Device()
    monkeypatch.setattr(backends, "choose", lambda _: made)
    return made


def test_nothing_from_before_is_played_after_an_outage(board: Board, device: Device) -> None:
    host = Host(board, CONFIG)
    host._was_live = True
    host._open()
    assert device.play is not None
    schedule = Schedule(board, PlayRing(board, RATE), monotonic)
    out = np.zeros(480, np.float32)
    device.play.write_at(0, np.full(9600, 0.5, np.float32))  # 200 ms that nobody takes any more
    device.play.read_into(out)
    assert out.any()
    host._close()
    sleep(0.1)
    host._open()
    for _ in range(30):
        device.play.read_into(out)
        assert not out.any()
    written = board.count("out_written")
    schedule._synced, schedule._steady = True, 4
    schedule._due = board.count("out_read") + 480
    schedule.place(np.full(480, 0.5, np.float32))  # a block that the worker had begun before
    assert board.count("out_written") == written


def test_it_is_asked_for_the_first_devices_again(board: Board, device: Device) -> None:
    host = Host(board, CONFIG)
    host._was_live = True
    host._open()
    host._close()
    device.there = False
    host._open()
    assert host._backend is None
    device.there = True
    Host(board, CONFIG)._open()  # also where the engine's process was replaced
    assert device.asked == [First(), First("desk.1", "cable.1"), First("desk.1", "cable.1")]


def test_opening_and_closing_may_take_longer_than_a_sign_of_life(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """A headset takes its time: the engine's process says until when, and is not ended meanwhile."""
    started = []

    def spawn(*_: object, **__: object) -> subprocess.Popen[bytes]:
        started.append(monotonic())
        board.put("host_beat", monotonic())
        board.put("busy_until", monotonic() + 1.5)
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdin=subprocess.PIPE)

    monkeypatch.setattr(child, "spawn", spawn)
    monkeypatch.setattr(supervisor, "SILENT_HOST_S", 0.3)
    monkeypatch.setattr(supervisor, "STOP_S", 0.1)
    monkeypatch.setattr(supervisor, "PAUSE_S", 0.1)
    running = Supervisor(board, CONFIG)
    sleep(1.0)
    assert len(started) == 1
    sleep(1.5)
    assert len(started) == 2, "longer than it said: it hangs"
    running.end()


@pytest.fixture(scope="module")
def server() -> Iterator[PulseServer]:
    if MISSING:
        pytest.skip(f"needs {', '.join(MISSING)}")
    with PulseServer({"desk": RATE, "cable": RATE}) as made, pytest.MonkeyPatch.context() as patch:
        made.name_in(patch)
        yield made


def test_no_other_device_whose_name_fits(server: PulseServer) -> None:
    with pulse_devices.session() as pulse:
        assert pulse_devices.find_sink(pulse, "cab").name == "cable"
        assert pulse_devices.find_sink(pulse, "cab", "cable").name == "cable"
        with pytest.raises(DeviceError, match="the output device is gone; waiting"):
            pulse_devices.find_sink(pulse, "cab", "cable.2")
        with pytest.raises(DeviceError, match="the microphone is gone; waiting"):
            pulse_devices.find_source(pulse, "desk", "desk.2.monitor")


def test_a_monitor_does_not_take_the_place_of_a_microphone(server: PulseServer) -> None:
    """The only microphone is unplugged, and the server calls what the loudspeakers play its default source."""
    module = server.pactl("load-module", "module-remap-source", "master=desk.monitor", "source_name=headset").strip()
    server.pactl("set-default-source", "headset")
    with pulse_devices.session() as pulse:
        first = pulse_devices.find_source(pulse, None)
        assert (first.name, first.monitor) == ("headset", False)
        server.pactl("unload-module", module)
        assert pulse_devices.find_source(pulse, None).monitor, "what a call may begin with, since somebody chose it"
        with pytest.raises(DeviceError, match="the microphone is gone; waiting"):
            pulse_devices.find_source(pulse, None, first.name)


def test_a_server_that_stands_still_holds_nobody_up(server: PulseServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse_devices, "CONNECT_S", 0.3)
    server.freeze()
    try:
        began = monotonic()
        with pytest.raises(DeviceError, match="did not answer"), pulse_devices.session():
            pass
        assert monotonic() - began < 3.0
    finally:
        server.thaw()


def test_looking_for_a_device_again_and_again_costs_no_memory(server: PulseServer) -> None:
    """As the engine does four times a second, with the collector off: a class for each time would stay for good."""
    with pulse_devices.session() as one, pulse_devices.session() as two:
        assert type(one) is type(two)


def test_a_recording_that_cannot_be_finished_does_not_stop_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: it is said, and memory and microphone are given back all the same."""

    def full() -> None:
        raise AudioFileError("the disk is full")

    engine = Engine()
    released = []
    monkeypatch.setattr(virtual_mic, "release", released.append)
    engine._recorder = SimpleNamespace(finish=full)  # type: ignore[assignment]
    engine._microphone = True
    with pytest.raises(AudioFileError, match="full"):
        engine.close()
    assert engine._board is None
    assert len(released) == 1
    engine.close()
