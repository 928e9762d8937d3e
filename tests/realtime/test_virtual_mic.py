"""The virtual microphone and the device list on a real PulseAudio server of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import numpy as np
import pytest

from core.errors import DeviceError
from realtime import libpulse, virtual_mic
from realtime.devices import list_devices
from tests import click_bundle
from tests.audio_server import MISSING, PIPEWIRE_MISSING, AudioServer, PipeWireServer, PulseServer
from tests.realtime.rig import busy

SERVERS = {"PulseAudio": (PulseServer, MISSING), "PipeWire": (PipeWireServer, PIPEWIRE_MISSING)}
ON_BOTH = {
    "test_made_once_listed_as_an_ordinary_microphone_and_removed",
    "test_an_ordinary_client_hears_what_is_played_into_it",
    "test_what_a_crashed_run_left_is_found_and_used_again",
    "test_the_device_list",
    "test_a_call_that_records_from_it_never_gets_the_real_microphone",
    "test_programs_that_the_server_moves_into_the_call_are_named",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All on PulseAudio, what differs on PipeWire too."""
    if "running" in metafunc.fixturenames:
        kinds = ["PulseAudio", *(["PipeWire"] if metafunc.function.__name__ in ON_BOTH else [])]
        metafunc.parametrize("running", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[AudioServer]:
    kind, missing = SERVERS[request.param]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    with kind({"speakers": 48_000, "other": 44_100}) as server:
        yield server


@pytest.fixture
def server(running: AudioServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AudioServer]:
    """The server, with its sinks and without a virtual microphone, named in this process's environment."""
    running.name_in(monkeypatch)
    before = running.pactl("list", "short", "modules")
    yield running
    virtual_mic.remove()
    assert running.pactl("list", "short", "modules") == before, "something else was touched or left behind"


def voxveil(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "voxveil", *words], capture_output=True, text=True, timeout=60)


def test_made_once_listed_as_an_ordinary_microphone_and_removed(server: AudioServer) -> None:
    sources = json.loads(server.pactl("--format=json", "list", "sources"))
    default = server.pactl("get-default-sink")
    assert not virtual_mic.status().present
    assert virtual_mic.create()
    assert not virtual_mic.create(), "a second one"
    seen = virtual_mic.status()
    assert (seen.present, seen.owner, seen.orphan) == (True, "user", False)
    added = [
        source
        for source in json.loads(server.pactl("--format=json", "list", "sources"))
        if source["name"] not in {known["name"] for known in sources}
    ]
    microphones = [source for source in added if not source["name"].endswith(".monitor")]
    assert [source["description"] for source in microphones] == ["Voxveil"]
    assert server.pactl("get-default-sink") == default
    assert virtual_mic.remove()
    assert not virtual_mic.remove()
    assert not virtual_mic.status().present


def test_an_ordinary_client_hears_what_is_played_into_it(server: AudioServer) -> None:
    virtual_mic.create()
    words = {
        "PulseAudio": ["parec", "-d", virtual_mic.SOURCE, "--raw", "--format=float32le", "--latency-msec=20"],
        "PipeWire": ["pw-record", "--target", virtual_mic.SOURCE, "--format=f32", "--latency=20ms"],
    }[server.kind]
    words += ["--rate=48000", "--channels=1", *(["-"] if server.kind == "PipeWire" else [])]
    heard = subprocess.Popen(words, stdout=subprocess.PIPE, env=server.environment)
    tone = (0.25 * np.sin(2 * np.pi * 1000 * np.arange(48_000 * 2) / 48_000)).astype(np.float32)
    try:
        subprocess.run(
            ["pacat", "-d", virtual_mic.SINK, "--raw", "--format=float32le", "--rate=48000", "--channels=1"],
            input=tone.tobytes(), env=server.environment, timeout=30, check=True,
        )  # fmt: skip
    finally:
        heard.terminate()
    data = heard.communicate()[0]
    frames = np.frombuffer(data[: len(data) // 4 * 4], np.float32)
    loud = frames[np.abs(frames) > 0.2]
    assert len(loud) > 4800
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(len(frames))))
    assert np.argmax(spectrum) * 48_000 / len(frames) == pytest.approx(1000.0, abs=3.0)


@contextmanager
def player(server: AudioServer, *words: str) -> Iterator[None]:
    """An ordinary program that plays, and has begun to."""
    before = server.pactl("list", "short", "sink-inputs").count("\n")
    process = subprocess.Popen(
        ["pacat", *words, "--raw", "--rate=48000", "--channels=2", "/dev/zero"], env=server.environment
    )
    try:
        until(lambda: server.pactl("list", "short", "sink-inputs").count("\n") > before)
        yield
    finally:
        process.kill()
        process.wait()
        until(lambda: server.pactl("list", "short", "sink-inputs").count("\n") <= before)


def until(true: Callable[[], bool]) -> None:
    end = monotonic() + 10.0
    while not true():
        assert monotonic() < end
        sleep(0.05)


def test_programs_that_the_server_moves_into_the_call_are_named(
    running: AudioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headset is unplugged, there is no other output: what plays goes into the call. Our own voice is not meant."""
    with type(running)({"headset": 48_000}) as server:
        server.name_in(monkeypatch)
        server.pactl("set-default-sink", "headset")
        virtual_mic.create()
        connection = libpulse.Connection()
        unset = libpulse.UNSET
        own = libpulse.Stream(
            connection, "voice", virtual_mic.SINK, 48_000, True, libpulse.BufferAttr(*[unset] * 5), pinned=True
        )
        own.wait_ready(2.0)
        assert virtual_mic.also_playing() == []
        with player(server):
            assert virtual_mic.also_playing() == []
            server.pactl("unload-module", server.modules["headset"])
            until(lambda: virtual_mic.also_playing() == ["pacat"])
        own.close()
        connection.close()


def test_live_says_who_else_plays(server: AudioServer, tmp_path: Path) -> None:
    bundle = str(click_bundle.make(tmp_path / "bundle").path)
    virtual_mic.create()
    server.keep_awake("other")
    words = ("live", "--input", "other.monitor", "--bundle", bundle, "--seconds", f"{6 + busy():.0f}")
    with player(server, "-d", virtual_mic.SINK):
        done = voxveil(*words)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("also hear pacat") == 1, "said once"


def ended_process() -> str:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return str(process.pid)


def test_what_a_crashed_run_left_is_found_and_used_again(server: AudioServer) -> None:
    virtual_mic.create(owner=ended_process())
    modules = server.pactl("list", "short", "modules")
    seen = virtual_mic.status()
    assert seen.present
    assert seen.orphan
    virtual_mic.create(owner=str(os.getpid()))
    assert server.pactl("list", "short", "modules") == modules, "the call program's microphone must not vanish"
    assert len([device for device in list_devices() if device.is_virtual_mic]) == 2


def test_live_makes_it_and_takes_it_away(server: AudioServer, tmp_path: Path) -> None:
    """And what a run that crashed left behind goes with it; what the user made to stay, stays."""
    bundle = str(click_bundle.make(tmp_path / "bundle").path)
    server.keep_awake("other")
    before = server.pactl("list", "short", "modules")
    seconds = f"{0.75 * busy():.1f}"  # 3 s; a busy machine needs longer to get live
    words = ("live", "--input", "other.monitor", "--bundle", bundle, "--seconds", seconds, "--json")
    for orphan in (False, True):
        if orphan:
            virtual_mic.create(owner=ended_process())
        done = voxveil(*words)
        assert done.returncode == 0, done.stderr
        seen = [json.loads(line) for line in done.stdout.splitlines()]
        assert any(one["state"] == "live" and one["output"] == "Voxveil cable" for one in seen)
        assert server.pactl("list", "short", "modules") == before, "it was left behind"
    virtual_mic.create()
    assert not virtual_mic.release(str(os.getpid()))
    assert virtual_mic.status().present


def test_one_in_use_is_not_taken_away(server: AudioServer) -> None:
    virtual_mic.create(owner=ended_process())
    client = server.helper("pacat", "-d", virtual_mic.SINK, "/dev/zero")
    end = monotonic() + 10
    while "pacat" not in server.pactl("list", "sink-inputs"):
        assert monotonic() < end
        sleep(0.05)
    assert not virtual_mic.release("0")
    client.kill()
    client.wait()
    assert virtual_mic.release("0")


@pytest.mark.parametrize("how", ["release", "remove", "command"])
def test_a_call_that_records_from_it_never_gets_the_real_microphone(server: AudioServer, how: str) -> None:
    """Servers move what records from a device that goes to the default one. It is not taken away, and stays silent."""
    server.pactl("set-default-source", "other.monitor")  # stands for the real microphone
    server.keep_awake("other")
    talking = server.helper(
        "pacat", "-d", "other", "--raw", "--format=float32le", "--rate=48000", stdin=subprocess.PIPE
    )
    assert talking.stdin is not None
    talk = (0.25 * np.sin(np.arange(48_000 * 2 * 6) / 20)).astype(np.float32).tobytes()
    threading.Thread(target=_say, args=(talking.stdin, talk), daemon=True).start()
    virtual_mic.create(owner=str(os.getpid()))
    call = server.helper(
        "parec", "-d", virtual_mic.SOURCE, "--raw", "--format=float32le", "--latency-msec=20", stdout=subprocess.PIPE
    )
    assert call.stdout is not None
    _heard(call.stdout, 0.5)
    if how == "release":
        assert not virtual_mic.release(str(os.getpid()))
    elif how == "remove":
        with pytest.raises(DeviceError, match="parec records from “Voxveil”; end the call there"):
            virtual_mic.remove()
    else:
        done = voxveil("mic", "remove")
        assert done.returncode == 2
        assert "real microphone" in done.stderr
    assert not _heard(call.stdout, 1.5).any()
    assert virtual_mic.status().present
    call.kill()
    call.wait()
    end = monotonic() + 10
    while not virtual_mic.release(str(os.getpid())):
        assert monotonic() < end
        sleep(0.05)
    talking.kill()
    talking.wait()


def _say(pipe: IO[bytes], talk: bytes) -> None:
    with suppress(OSError):
        pipe.write(talk)


def _heard(pipe: IO[bytes], seconds: float) -> np.ndarray:
    data = pipe.read(4 * int(44_100 * 2 * seconds))
    return np.frombuffer(data, np.float32)


def test_one_that_a_running_process_owns_is_no_orphan(server: AudioServer) -> None:
    virtual_mic.create(owner=str(os.getpid()))
    seen = virtual_mic.status()
    assert (seen.owner, seen.orphan) == (str(os.getpid()), False)


def test_half_of_one_is_made_whole(server: AudioServer) -> None:
    virtual_mic.create()
    source = next(
        s for s in json.loads(server.pactl("--format=json", "list", "sources")) if s["description"] == "Voxveil"
    )
    sink = next(
        m for m in server.pactl("list", "short", "modules").splitlines() if f"sink_name={virtual_mic.SINK}" in m
    )
    server.pactl("unload-module", str(source["owner_module"]))
    assert not virtual_mic.status().present
    assert virtual_mic.create()
    assert sink in server.pactl("list", "short", "modules").splitlines(), "somebody may record from its monitor"
    assert virtual_mic.status().present


def test_the_device_list(server: AudioServer) -> None:
    virtual_mic.create()
    found = {(device.kind, device.id): device for device in list_devices()}
    assert set(found) == {
        ("input", virtual_mic.SOURCE),
        ("output", virtual_mic.SINK),
        ("output", "speakers"),
        ("output", "other"),
    }
    assert found["output", virtual_mic.SINK].is_virtual_mic
    assert not found["output", "speakers"].is_virtual_mic
    assert all(device.host_api == server.kind and device.channels for device in found.values())
    assert [found["output", name].rates for name in ("speakers", "other", "voxveil")] == [
        (48_000,),
        (44_100,),
        (48_000,),
    ]
    with_monitors = {device.id for device in list_devices(monitors=True)}
    assert with_monitors == {identity for _, identity in found} | {
        "speakers.monitor",
        "other.monitor",
        "voxveil.monitor",
    }
    assert sum(device.is_default for device in found.values() if device.kind == "output") == 1


def test_the_commands(server: AudioServer) -> None:
    status = voxveil("mic", "status")
    assert status.returncode == 1
    assert "no virtual microphone" in status.stdout
    assert voxveil("mic", "create").returncode == 0
    assert voxveil("mic", "status").returncode == 0
    listed = json.loads(voxveil("devices", "--json").stdout)
    assert {"id": "voxveil_mic", "name": "Voxveil", "kind": "input"}.items() <= listed[0].items()
    shown = voxveil("devices").stdout
    assert "Voxveil" in shown
    assert "speakers" in shown
    assert voxveil("mic", "remove").returncode == 0
    assert not virtual_mic.status().present


def test_without_a_server(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for key in ("PULSE_SERVER", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH", "XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(key, str(tmp_path))
    done = voxveil("mic", "create")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "PulseAudio or PipeWire" in done.stderr
