"""`voxveil doctor`: says what is wrong in words, and nothing where nothing is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from core.bundle import Bundle
from realtime import virtual_mic
from realtime.checks import Grade, device_checks, microphone, self_test
from realtime.devices import Device
from tests import click_bundle
from tests.audio_server import MISSING, PulseServer


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return click_bundle.make(tmp_path_factory.mktemp("checks") / "bundle")


def device(identity: str, kind: str, rate: int = 48_000, default: bool = True, virtual: bool = False) -> Device:
    return Device(identity, identity, kind, (rate,), 1, "test", default, virtual)


def doctor(bundle: Path, environment: dict[str, str]) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "-m", "voxveil", "doctor", "--json", "--bundle", str(bundle)],
        capture_output=True, text=True, timeout=90, env=environment,
    )  # fmt: skip
    assert not done.stderr
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {check["title"]: check for check in checks}


def test_what_is_missing_is_said_with_what_to_do() -> None:
    for checks in (list(device_checks([])), list(device_checks([device("voxveil_mic", "input", virtual=True)]))):
        assert [check.grade for check in checks] == [Grade.BAD, Grade.BAD]
        assert all(check.fix for check in checks)


def test_a_cable_alone_is_no_output_for_others() -> None:
    """Servers send everybody's sound to it, and so into the call."""
    found = list(device_checks([device("a", "input"), device("voxveil", "output", virtual=True)]))
    assert [check.grade for check in found] == [Grade.GOOD, Grade.NOTE]
    assert "into your call" in found[1].text
    assert found[1].fix


def test_a_headset_in_call_mode_is_noted() -> None:
    good, low = ([device("a", "input", rate), device("b", "output")] for rate in (48_000, 8_000))
    assert [check.grade for check in device_checks(good)] == [Grade.GOOD, Grade.GOOD]
    assert [check.grade for check in device_checks(low)] == [Grade.NOTE, Grade.GOOD]


def test_the_self_test_without_devices(bundle: Bundle) -> None:
    check = self_test(bundle, [])
    assert check.grade is not Grade.BAD, check.text
    assert "without devices" in check.text


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_all_is_well_on_a_server_and_nothing_is_left_there(bundle: Bundle) -> None:
    with PulseServer({"speakers": 48_000, "mic": 44_100}) as server:
        server.keep_awake("mic", "speakers")
        before = server.pactl("list", "short", "modules")
        status, checks = doctor(bundle.path, server.environment)
        assert server.pactl("list", "short", "modules") == before
    assert status == 0, [check for check in checks.values() if check["grade"] == "bad"]
    assert "on your devices" in checks["self test"]["text"]
    assert "backend pulse" in checks["self test"]["text"]
    assert checks["audio server"]["grade"] == "good"


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_what_others_play_into_the_call_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    with PulseServer({"speakers": 48_000}) as server:
        server.name_in(monkeypatch)
        virtual_mic.create()
        assert microphone([]).grade is Grade.GOOD
        server.helper("pacat", "-d", virtual_mic.SINK, "--raw", "/dev/zero", stdin=subprocess.DEVNULL)
        end = monotonic() + 10.0
        while (check := microphone([])).grade is Grade.GOOD and monotonic() < end:
            sleep(0.1)
    assert check.grade is Grade.NOTE
    assert "pacat plays into it" in check.text
    assert "pacat" in check.fix


def test_a_machine_with_nothing_and_a_damaged_bundle(bundle: Bundle, tmp_path: Path) -> None:
    environment = {**os.environ, "PULSE_SERVER": f"unix:{tmp_path}/none", "XDG_RUNTIME_DIR": str(tmp_path)}
    status, checks = doctor(tmp_path, environment)
    assert status == 1
    assert checks["bundle"]["grade"] == "bad"
    assert checks["audio server"]["grade"] == "note"
    assert "self test" not in checks
    assert all(check["fix"] for check in checks.values() if check["grade"] == "bad")
