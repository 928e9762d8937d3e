"""What cannot work is said in one line: a name that fits two devices, a server that lets nobody in, a device in use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
import sounddevice

from core.errors import DeviceError
from realtime import streams, virtual_mic
from realtime.backend import First, choose
from realtime.config import EngineConfig
from realtime.devices import full_name
from realtime.rings import CaptureRing, PlayRing
from tests import click_bundle
from tests.audio_server import MISSING, PulseServer
from tests.realtime.rig import Rig, talk

needs_server = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")


@pytest.fixture(scope="module")
def server() -> Iterator[PulseServer]:
    with PulseServer({"desk": 48_000, "desk_two": 48_000, "cable": 48_000}) as server:
        yield server


def live(bundle: Path, environment: dict[str, str], *words: str) -> str:
    """The one line that `voxveil live` says before it ends with status 2."""
    done = subprocess.run(
        [sys.executable, "-m", "voxveil", "live", "--bundle", str(bundle), "--seconds", "20", "--json", *words],
        capture_output=True, text=True, timeout=90, env=environment,
    )  # fmt: skip
    assert done.returncode == 2, done
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


@needs_server
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--input", "desk", "--output", "cable"), ["desk.monitor", "desk_two.monitor", "fits 2 input devices"]),
        (("--input", "desk.monitor", "--output", "nowhere"), ["no output device “nowhere”", "voxveil devices"]),
        (("--input", "desk.monitor", "--output", "desk"), ["choose another microphone"]),
    ],
)
def test_devices_that_cannot_be_meant(
    server: PulseServer, tmp_path: Path, words: tuple[str, ...], says: list[str]
) -> None:
    line = live(click_bundle.make(tmp_path / "bundle").path, server.environment, *words)
    assert all(word in line for word in says), line


@needs_server
def test_a_server_that_lets_nobody_in(server: PulseServer, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "key").write_bytes(os.urandom(256))
    (tmp_path / "wrong").write_bytes(os.urandom(256))
    server.pactl(
        "load-module", "module-native-protocol-tcp", "listen=127.0.0.1", f"port={port}",
        "auth-cookie-enabled=1", f"auth-cookie={tmp_path / 'key'}",
    )  # fmt: skip
    environment = {
        **server.environment, "PULSE_SERVER": f"tcp:127.0.0.1:{port}", "PULSE_COOKIE": str(tmp_path / "wrong")
    }  # fmt: skip
    line = live(click_bundle.make(tmp_path / "bundle").path, environment, "--backend", "pulse")
    assert "Access denied" in line
    assert "may you use it" in line


@needs_server
def test_a_server_that_is_late_is_waited_for_and_none_is_gone_round(
    server: PulseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PortAudio's default device could be anything, for example loudspeakers."""
    for key, value in server.environment.items():
        monkeypatch.setenv(key, value)
    server.freeze()
    try:
        for name in ("auto", "pulse"):
            with pytest.raises(DeviceError, match="did not answer within 1 s"):
                choose(name)
    finally:
        server.thaw()
    assert choose("auto").name == "pulse"
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere/native")
    assert choose("auto").name == "sounddevice"
    with pytest.raises(DeviceError, match="does not answer"):
        choose("pulse")


@needs_server
def test_what_auto_found_first_it_stays_with(tmp_path: Path) -> None:
    """Also where the server is gone for good and PortAudio is all there is."""
    rig = Rig(click_bundle.make(tmp_path / "bundle"), talk(), backend="auto")
    try:
        assert rig.start().backend == "pulse"
        rig.server.kill()
        rig.until("recovering")
        for _ in range(20):
            sleep(0.1)
            seen = rig.engine.snapshot()
            assert seen.state == "recovering", seen
            assert seen.backend == "pulse"
        assert "server" in seen.reason
        rig.server.restart()
        assert rig.until("live").backend == "pulse"
    finally:
        rig.close()


DEVICES = [
    {"index": 0, "name": "Desk", "hostapi": 0, "max_input_channels": 1, "max_output_channels": 0},
    {"index": 1, "name": "Speakers", "hostapi": 0, "max_input_channels": 0, "max_output_channels": 2},
    {"index": 2, "name": "CABLE Input (VB-Audio)", "hostapi": 0, "max_input_channels": 0, "max_output_channels": 2},
    {"index": 3, "name": "Desk 2", "hostapi": 0, "max_input_channels": 1, "max_output_channels": 0},
]
INTERFACES = [{"name": "MME"}]


def test_the_voice_goes_to_no_device_that_nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing named means the virtual microphone, never the loudspeakers that the system calls its default."""
    find = virtual_mic.find_cable
    monkeypatch.setattr(virtual_mic, "find_cable", lambda outputs, _="": find(outputs, "win32"))
    found = streams.find_output(DEVICES, INTERFACES, None)
    assert streams.find(DEVICES, INTERFACES, found, "output")["index"] == 2
    assert streams.find_output(DEVICES, INTERFACES, "Speakers") == "Speakers"
    with pytest.raises(DeviceError, match="--output"):
        streams.find_output(DEVICES[:2], INTERFACES, "voxveil")


def test_a_call_goes_on_with_the_device_that_it_began_with() -> None:
    """The microphone “Desk” is gone, and “Desk 2” would be the only one that fits."""
    left = DEVICES[1:]
    assert streams.find(left, INTERFACES, "desk", "input")["index"] == 3
    with pytest.raises(DeviceError, match="the microphone is gone; waiting"):
        streams.find(left, INTERFACES, "desk", "input", full_name(DEVICES[0], INTERFACES))
    assert streams.find(DEVICES, INTERFACES, "desk", "input", full_name(DEVICES[0], INTERFACES))["index"] == 0


def test_a_device_that_another_program_holds(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """As with WASAPI's exclusive mode: found, with a rate, and refused at the last moment."""

    def held(**_: object) -> None:
        raise sounddevice.PortAudioError("Device unavailable", -9985)

    device = {
        "name": "Desk", "index": 0, "hostapi": 0, "max_input_channels": 1, "max_output_channels": 2,
        "default_samplerate": 48_000.0,
    }  # fmt: skip
    twin = {**device, "name": "Loud", "index": 1}
    monkeypatch.setattr(sounddevice, "_terminate", lambda: None)
    monkeypatch.setattr(sounddevice, "_initialize", lambda: None)
    monkeypatch.setattr(sounddevice, "query_devices", lambda: [device, twin])
    monkeypatch.setattr(sounddevice, "query_hostapis", lambda: [{"name": "test"}])
    for kind in ("input", "output"):
        monkeypatch.setattr(sounddevice, f"check_{kind}_settings", lambda **_: None)
    monkeypatch.setattr(sounddevice, "InputStream", held)
    backend = streams.SoundDeviceBackend()
    backend.open(EngineConfig("bundle", (0.0, 0.0, 1.0), input="Desk", output="Loud", backend="sounddevice"), First())
    board = request.getfixturevalue("board")
    with pytest.raises(DeviceError, match="another program") as caught:
        backend.start(CaptureRing(board), PlayRing(board, 48_000), lambda: None)
    assert "“Desk”" in str(caught.value)
    assert "\n" not in str(caught.value)
    backend.close()
