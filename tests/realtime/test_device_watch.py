"""A voice that a session manager moved in spite of all, and a microphone that the system uses no more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import pytest

from realtime import pulse_devices
from realtime.device_watch import DeviceWatch


def stream(sink: int, name: str = "voice", process: int | None = None) -> Any:
    words = {"application.process.id": str(process or os.getpid()), "media.name": name}
    return SimpleNamespace(sink=sink, name=name, proplist=words)


def server(*streams: Any, default: str = "mic") -> Any:
    """With two sinks: 1 is the cable, 2 are loudspeakers."""
    return SimpleNamespace(
        sink_list=lambda: [SimpleNamespace(index=1, name="cable"), SimpleNamespace(index=2, name="speakers")],
        sink_input_list=lambda: list(streams),
        server_info=lambda: SimpleNamespace(default_source_name=default, default_sink_name="speakers"),
    )


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch's own thread looks at nothing."""
    monkeypatch.setattr("realtime.device_watch.LOOK_S", 60.0)


@pytest.mark.parametrize(
    ("streams", "misplaced"),
    [
        ([], False),
        ([stream(1)], False),
        ([stream(2)], True),
        ([stream(1), stream(2)], True),
        ([stream(2, "listening to yourself")], False),
        ([stream(2, process=1)], False),
    ],
)
@pytest.mark.usefixtures("quiet")
def test_where_the_voice_is(streams: list[Any], misplaced: bool) -> None:
    watch = DeviceWatch("cable", "voice")
    watch.look(server(*streams))
    assert watch.misplaced == misplaced
    watch.look(server(stream(1)))
    assert watch.misplaced == misplaced, "what was elsewhere once stays so until it is opened anew"
    assert not watch.moved, "no microphone is followed"
    watch.close()


@pytest.mark.usefixtures("quiet")
def test_which_microphone_the_system_uses() -> None:
    watch = DeviceWatch("cable", "voice", source="mic")
    watch.look(server())
    assert not watch.moved
    watch.look(server(default="headset"))
    assert watch.moved
    watch.close()


def test_it_looks_by_itself_and_goes_on_when_the_server_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions: list[Any] = []

    @contextmanager
    def session() -> Iterator[Any]:
        sessions.append(len(sessions))
        if len(sessions) < 3:
            raise pulse_devices.DeviceError("no server answers")
        yield server(stream(2))

    monkeypatch.setattr("realtime.device_watch.LOOK_S", 0.01)
    monkeypatch.setattr(pulse_devices, "session", session)
    watch = DeviceWatch("cable", "voice")
    end = monotonic() + 5.0
    while not watch.misplaced and monotonic() < end:
        sleep(0.01)
    assert watch.misplaced
    watch.close()
