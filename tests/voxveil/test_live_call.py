"""`Anonymizer.live` on a real audio server: a script that a user could have written, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from core.assets import sample_path
from tests.audio_server import MISSING, PulseServer

SCRIPT = """
import json, time
from voxveil import Anonymizer, DeviceError

voice = Anonymizer.load(voice="iris")
with voice.live(input="mic.monitor", output="cable") as call:
    time.sleep(2.0)
    first = call.stats()
    call.set_voice(voice.mix("iris", "otto", 0.4))
    call.set_prosody(0.5)
    call.set_muted(True)
    time.sleep(0.5)
    muted = call.stats()
try:
    call.stats()
except DeviceError as error:
    from voxveil.commands.run import choose_way

    print(json.dumps([first.state, first.delay_ms, first.blocks, muted.state, str(error), choose_way()]))
"""


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_a_call_runs_changes_and_ends(tmp_path: Path) -> None:
    speech, rate = soundfile.read(sample_path(), dtype="int16")
    (tmp_path / "speech.raw").write_bytes(speech.tobytes())
    with PulseServer({"mic": 48_000, "cable": 48_000}) as server:
        server.keep_awake("mic", "cable")
        server.helper(
            "pacat", "-d", "mic", "--raw", "--format=s16le", f"--rate={rate}", "--channels=1", tmp_path / "speech.raw"
        )
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={key: value for key, value in server.environment.items() if "DISPLAY" not in key},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        state, delay_ms, blocks, muted, ended, way = json.loads(done.stdout)
        assert state == "live"
        assert 40 < delay_ms < 300
        assert blocks > 25
        assert muted == "muted"
        assert "has ended" in ended
        assert way == "live", "with an audio server and no screen, `make run` runs live"


def test_a_device_that_is_not_there_is_a_device_error(tmp_path: Path) -> None:
    script = """
from voxveil import Anonymizer, DeviceError
try:
    with Anonymizer.load().live(input="no such microphone"):
        pass
except DeviceError as error:
    print("refused:", error)
"""
    environment = {"PULSE_SERVER": f"unix:{tmp_path}/nobody", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.startswith("refused: "), done
    assert done.stdout.count("\n") == 1
