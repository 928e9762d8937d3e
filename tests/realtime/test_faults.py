"""Faults on a real audio server. Whatever happens: what comes out is the vocoder's or silence, and the call goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from tests import click_bundle
from tests.audio_server import MISSING
from tests.realtime import rig as rigs
from tests.realtime.rig import CABLE, MIC, SPEAKERS, Listener, Rig, WorkerLog, assert_voice_or_silence

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
    pytest.mark.timeout(120),
]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An engine that is live, with noise talking into its microphone for longer than the tests take."""
    folder = tmp_path_factory.mktemp("faults")
    bundle = click_bundle.make(folder / "bundle")
    talk = (0.25 * np.random.default_rng(0).standard_normal(48_000 * 240)).astype(np.float32)
    rig = Rig(folder, bundle, talk)
    try:
        rig.start()
        yield rig
    finally:
        rig.close()


@pytest.fixture
def talking(rig: Rig) -> Iterator[Rig]:
    """The rig, live, everything recorded; afterwards the recording is checked sample by sample."""
    rig.until("live")
    heard, written = Listener(rig.server, f"{CABLE}.monitor"), WorkerLog(rig.engine)
    sleep(0.3)
    yield rig
    rig.until("live")
    sleep(0.3)
    recording, log = heard.close(), written.close()
    assert len(recording) > 4800
    assert np.count_nonzero(recording) > 2400
    assert_voice_or_silence(recording, log, rig.talk[: 48_000 * 5])


def worker_pid(rig: Rig) -> int:
    """The inference worker's process."""
    assert rig.engine._board is not None
    return rig.engine._board.count("worker_pid")


def test_it_talks(talking: Rig) -> None:
    talking.delay()
    seen = talking.engine.snapshot()
    assert (seen.state, seen.reason) == ("live", "")
    assert seen.backend == "pulse"
    assert 40 < seen.delay_ms < 120
    assert abs(sum(seen.delay_parts.values()) - seen.delay_ms) < 1e-6
    assert 0 < seen.memory_mb < 300


def test_the_worker_is_killed(talking: Rig) -> None:
    before, restarts = talking.delay(), talking.engine.snapshot().restarts
    os.kill(worker_pid(talking), signal.SIGKILL)
    talking.until_reason("model")
    assert talking.until("live").restarts == restarts + 1
    talking.assert_same_delay(before)


def test_the_worker_hangs(talking: Rig) -> None:
    before, pid = talking.delay(), worker_pid(talking)
    os.kill(pid, signal.SIGSTOP)
    talking.until("recovering")
    talking.until("live")
    assert worker_pid(talking) != pid
    assert not rigs.alive(pid)
    talking.assert_same_delay(before)


def test_the_worker_is_ten_times_too_slow(talking: Rig) -> None:
    before, pid = talking.delay(), worker_pid(talking)
    slow = threading.Event()

    def brake() -> None:
        while not slow.wait(0.01):
            os.kill(pid, signal.SIGSTOP)
            sleep(0.15)
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=brake)
    thread.start()
    try:
        talking.until("recovering")
        sleep(0.5)
    finally:
        slow.set()
        thread.join()
    talking.until("live")
    assert worker_pid(talking) == pid, "a slow worker is not a dead one"
    talking.assert_same_delay(before)


def test_the_microphone_is_unplugged(rig: Rig) -> None:
    rig.until("live")
    heard = Listener(rig.server, f"{CABLE}.monitor")
    before = rig.delay()
    rig.hush()
    rig.server.unload_sink(MIC)
    rig.until_reason("microphone")
    sleep(0.3)
    quiet_from = len(heard.frames)
    sleep(0.4)
    assert not heard.close()[quiet_from:].any()
    rig.server.load_sink(MIC)
    rig.server.keep_awake(MIC)
    rig.play()
    rig.until("live")
    rig.assert_same_delay(before)


def test_the_output_is_unplugged_and_nobody_else_hears_it(rig: Rig) -> None:
    rig.until("live")
    speakers, before = Listener(rig.server, f"{SPEAKERS}.monitor"), rig.delay()
    rig.server.pactl("set-default-sink", SPEAKERS)
    rig.server.unload_sink(CABLE)
    rig.until_reason("output")
    sleep(0.5)
    rig.server.load_sink(CABLE)
    rig.until("live")
    recording = speakers.close()
    assert len(recording) > 4800
    assert not recording.any(), "the voice came out of the loudspeakers"
    rig.assert_same_delay(before)


def test_the_output_is_suspended(talking: Rig) -> None:
    before = talking.delay()
    talking.server.pactl("suspend-sink", CABLE, "1")
    try:
        talking.until_reason("output")
        sleep(0.5)
    finally:
        talking.server.pactl("suspend-sink", CABLE, "0")
    talking.until("live")
    talking.assert_same_delay(before)


def test_the_microphone_pauses_for_three_seconds(talking: Rig) -> None:
    before = talking.delay()
    talking.server.pactl("suspend-sink", MIC, "1")
    try:
        talking.until_reason("microphone")
        sleep(2.5)
    finally:
        talking.server.pactl("suspend-sink", MIC, "0")
    talking.until("live")
    talking.assert_same_delay(before)


def test_the_server_freezes_and_thaws(talking: Rig) -> None:
    before = talking.delay()
    talking.server.freeze()
    try:
        talking.until("recovering")
        sleep(1.0)
    finally:
        talking.server.thaw()
    talking.until("live")
    talking.assert_same_delay(before)


def test_the_server_ends_and_comes_back(rig: Rig) -> None:
    before = rig.delay()
    rig.server.kill()
    rig.until_reason("server")
    sleep(0.3)
    rig.server.restart()
    rig.server.keep_awake(MIC)
    rig.play()
    rig.until("live")
    rig.assert_same_delay(before)


def test_the_engine_process_hangs(talking: Rig) -> None:
    assert talking.engine._board is not None
    pid, worker = talking.engine._board.count("host_pid"), worker_pid(talking)
    os.kill(pid, signal.SIGSTOP)
    talking.until("recovering")
    talking.until("live")
    assert not rigs.alive(pid)
    assert not rigs.alive(worker)


def test_mute_is_silence_and_nothing_else_stops(talking: Rig) -> None:
    heard = Listener(talking.server, f"{CABLE}.monitor")
    sleep(0.2)
    talking.engine.set_muted(True)
    talking.until("muted")
    sleep(0.2)
    begin = len(heard.frames)
    sleep(0.4)
    end = len(heard.frames)
    talking.engine.set_muted(False)
    talking.until("live")
    recording = heard.close()
    assert end > begin
    assert not recording[begin:end].any()


PARENT = """
import sys, time
from realtime.config import EngineConfig
from realtime.engine import Engine
engine = Engine()
engine.start(EngineConfig.from_json(sys.argv[1]))
engine.wait()
board = engine._board
print(board.count("host_pid"), board.count("worker_pid"), flush=True)
time.sleep(60)
"""


def test_the_parent_is_killed(rig: Rig) -> None:
    rig.engine.stop()
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, rig.config.to_json()],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    heard = Listener(rig.server, f"{CABLE}.monitor")
    sleep(0.3)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = monotonic() + 2.0
    while any(map(rigs.alive, pids)) and monotonic() < end:
        sleep(0.01)
    assert len(pids) == 2
    assert not any(map(rigs.alive, pids))
    begin = len(heard.frames)
    sleep(0.4)
    assert not heard.close()[begin + 4800 :].any()
    rig.engine.start(rig.config)
    rig.until("live")
