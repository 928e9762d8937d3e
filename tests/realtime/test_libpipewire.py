"""Streams in a real PipeWire server's graph: what is played comes out there, only there, and what is missed is told."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import struct
import subprocess
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import numpy as np
import pytest

from core.errors import DeviceError
from realtime import libpipewire, pulse_devices
from realtime.backend import UnlinkedError
from realtime.libpipewire import Connection, Stream
from realtime.pipewire_backend import frames_at
from realtime.pipewire_functions import mono_format
from tests.audio_server import PIPEWIRE_MISSING, PipeWireServer
from tests.realtime.recorders import Listener
from tests.realtime.rig import patience_s

RATE, TURN = 48_000, 128
SINK, SPEAKERS = "sink", "speakers"
needs_server = pytest.mark.skipif(bool(PIPEWIRE_MISSING), reason=f"needs {', '.join(PIPEWIRE_MISSING)}")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PipeWireServer]:
    """The speakers are what the system takes by itself."""
    with PipeWireServer({SPEAKERS: RATE, SINK: RATE}) as running:
        running.name_in(monkeypatch)
        running.pactl("set-default-sink", SPEAKERS)
        yield running


@pytest.fixture
def connection(server: PipeWireServer) -> Iterator[Connection]:
    made = Connection()
    yield made
    made.close()


def until(done: Callable[[], bool], what: str) -> None:
    end = monotonic() + patience_s()
    while not done():
        assert monotonic() < end, what
        sleep(0.01)


def test_a_format_is_written_as_the_server_reads_it() -> None:
    """Size and type of the whole and of each field; all on multiples of eight bytes."""
    pod = mono_format(44_100)
    size, kind, object_type, what = struct.unpack_from("<IIII", pod)
    assert (size, kind, object_type, what) == (len(pod) - 8, 15, 0x40003, 3)
    at, found = 16, {}
    while at < len(pod):
        key, _flags, length, of = struct.unpack_from("<IIII", pod, at)
        found[key] = (of, pod[at + 16 : at + 16 + length])
        at += 16 + -(-length // 8) * 8
    assert at == len(pod)
    assert found[0x10003] == (4, struct.pack("<I", 44_100))
    assert found[0x10004] == (4, struct.pack("<I", 1))


@needs_server
@pytest.mark.parametrize("group", ["", "one"])
def test_what_is_played_is_captured_in_the_same_turn_or_the_next(connection: Connection, group: str) -> None:
    """By its own clock a null sink is heard in its next turn, by another device's in the same. And nothing else than
    what was played is heard or, where one of the two was not called in time, silence.
    """
    count = [0]
    heard: list[tuple[int, int, int]] = []

    def play(address: int, frames: int, _lost: int) -> None:
        count[0] += 1
        frames_at(address, frames)[:] = count[0] / 65_536

    def capture(address: int, frames: int, _lost: int) -> None:
        values = np.unique(frames_at(address, frames))
        heard.append((count[0], round(float(values[-1]) * 65_536), len(values)))

    # The first sink that was made is the clock of a group.
    first = Stream(connection, "first", SPEAKERS, RATE, False, TURN, lambda *_: None, monitor=True, group=group)
    voice = Stream(connection, "voice", SINK, RATE, True, TURN, play, group=group)
    ear = Stream(connection, "ear", SINK, RATE, False, TURN, capture, monitor=True, group=group)
    for stream in (first, voice, ear):
        stream.wait_ready(patience_s())
    until(lambda: len(heard) > 400, "no sound")
    steady = [(now, what) for now, what, kinds in heard[200:] if kinds == 1 and what]
    assert len(steady) > 100
    assert np.median([now - what for now, what in steady]) == (0 if group else 1)
    assert voice.turn_s == pytest.approx(TURN / RATE)
    assert voice.latency_s == ear.latency_s == 0.0
    for stream in (ear, voice, first):
        stream.close()


@needs_server
def test_turns_are_as_long_as_asked_for(connection: Connection) -> None:
    lengths: list[int] = []
    voice = Stream(connection, "voice", SINK, RATE, True, TURN, lambda _, frames, __: lengths.append(frames))
    voice.wait_ready(patience_s())
    for turn in (TURN, 4 * TURN, TURN):
        voice.ask_turn(turn)
        until(lambda turn=turn: lengths[-1:] == [turn], f"no turn of {turn}")  # type: ignore[misc]
    voice.close()


@needs_server
def test_turns_leave_nothing_behind(connection: Connection) -> None:
    """With collection off, as in the engine: 8 MB a minute were left of what referred to itself."""
    turns = [0]

    def play(address: int, frames: int, _lost: int) -> None:
        frames_at(address, frames)[:] = 0.0
        turns[0] += 1

    voice = Stream(connection, "voice", SINK, RATE, True, TURN, play)
    voice.wait_ready(patience_s())
    until(lambda: turns[0] > 100, "no sound")
    gc.collect()
    gc.disable()
    try:
        first = turns[0]
        until(lambda: turns[0] > first + 600, "no sound")
        left = gc.collect()
    finally:
        gc.enable()
        voice.close()
    assert left < 200, f"{left} objects of 600 turns"


@needs_server
def test_what_was_missed_is_told(connection: Connection) -> None:
    """A callback that takes 40 ms misses what the device's clock went on meanwhile, to the frame."""
    calls: list[tuple[float, int, int]] = []
    slow = [False]

    def play(_address: int, frames: int, lost: int) -> None:
        calls.append((monotonic(), frames, lost))
        if slow[0]:
            slow[0] = False
            sleep(0.04)

    voice = Stream(connection, "voice", SINK, RATE, True, TURN, play)
    voice.wait_ready(patience_s())
    until(lambda: len(calls) > 300, "no sound")
    first = len(calls)
    slow[0] = True
    until(lambda: len(calls) > first + 400, "no sound")
    voice.close()
    assert any(0.03 * RATE < lost < 0.06 * RATE for _, _, lost in calls[first:]), max(call[2] for call in calls)
    went_on = sum(frames + lost for _, frames, lost in calls[first:])
    assert went_on / (calls[-1][0] - calls[first][0]) == pytest.approx(RATE, rel=0.03)


@needs_server
def test_the_voice_goes_with_its_device_and_nowhere_else(server: PipeWireServer, connection: Connection) -> None:
    """Neither when the device is unplugged nor when somebody moves the voice."""
    speakers = Listener(server, f"{SPEAKERS}.monitor")

    def play(address: int, frames: int, _lost: int) -> None:
        frames_at(address, frames)[:] = 0.5

    voice = Stream(connection, "voice", SINK, RATE, True, TURN, play)
    voice.wait_ready(patience_s())
    (stream,) = json.loads(server.pactl("--format=json", "list", "sink-inputs"))
    assert stream["properties"]["application.id"] == "voxveil"
    with pulse_devices.session() as pulse:
        assert not pulse_devices.strays(pulse, os.getpid(), "voice", SINK)
        assert pulse_devices.strays(pulse, os.getpid(), "voice", SPEAKERS)
    with contextlib.suppress(subprocess.CalledProcessError):
        server.pactl("move-sink-input", str(stream["index"]), SPEAKERS)
    sleep(0.5)
    assert voice.alive
    server.unload_sink(SINK)
    until(lambda: not voice.alive, "the stream lives on")
    sleep(0.5)
    assert not np.any(speakers.close())
    voice.close()


@needs_server
def test_a_device_that_is_not_there(connection: Connection) -> None:
    voice = Stream(connection, "voice", "nowhere", RATE, True, TURN, lambda *_: None)
    with pytest.raises(UnlinkedError, match="does not open the device for voice"):
        voice.wait_ready(1.0)
    voice.close()


@needs_server
def test_the_server_ends(server: PipeWireServer, connection: Connection) -> None:
    voice = Stream(connection, "voice", SINK, RATE, True, TURN, lambda *_: None)
    voice.wait_ready(patience_s())
    server.kill()
    until(lambda: not voice.alive, "the stream lives on")
    voice.close()


def test_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
    monkeypatch.delenv("PIPEWIRE_RUNTIME_DIR", raising=False)
    with pytest.raises(DeviceError, match="PipeWire"):
        Connection()
    monkeypatch.setattr(libpipewire.functions, "library", lambda: None)
    with pytest.raises(DeviceError, match="libpipewire is not installed"):
        Connection()
