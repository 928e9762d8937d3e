"""Faults on a real audio server. Whatever happens: what comes out is the vocoder's or silence, and the call goes on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from core.errors import BundleError, ConfigError
from tests import click_bundle
from tests.audio_server import MISSING, PIPEWIRE_MISSING, PipeWireServer, PulseServer
from tests.realtime import rig as rigs
from tests.realtime.provenance import assert_voice_or_silence
from tests.realtime.recorders import Listener, WorkerLog
from tests.realtime.rig import CABLE, MIC, SPEAKERS, Rig, busy
from tests.realtime.watch import SILENT_S, Watch

pytestmark = pytest.mark.timeout(120)
SERVERS = {"PulseAudio": (PulseServer, MISSING), "PipeWire": (PipeWireServer, PIPEWIRE_MISSING)}
ON_BOTH = {
    "test_it_talks",
    "test_the_worker_is_killed",
    "test_the_output_is_unplugged_and_nobody_else_hears_it",
    "test_the_server_freezes_and_thaws",
    "test_the_server_ends_and_comes_back",
    "test_the_microphone_is_the_systems_choice",
}
"""What is tried on PipeWire every time; with `-m slow` everything is."""
ON_PULSEAUDIO = {"test_the_output_is_suspended", "test_the_microphone_pauses_for_three_seconds"}
"""PipeWire lets nobody suspend a device that is in use."""
TELLS_MS = 15.0
"""How far the engine's own figure of its delay may be from what is heard."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test on PulseAudio, and some or all of them on PipeWire."""
    if "rig" in metafunc.fixturenames:
        name = metafunc.function.__name__
        marks = [] if name in ON_BOTH else [pytest.mark.slow]
        kinds = ["PulseAudio", *([pytest.param("PipeWire", marks=marks)] if name not in ON_PULSEAUDIO else [])]
        metafunc.parametrize("rig", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An engine that is live, with noise talking into its microphone, whose rate is not the output's."""
    server, missing = SERVERS[request.param]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    bundle = click_bundle.make(tmp_path_factory.mktemp("faults") / "bundle")
    rig = Rig(bundle, rigs.talk(), server=server, mic_rate=44_100)
    try:
        rig.start()
        yield rig
    finally:
        rig.close()


@pytest.fixture
def watch(rig: Rig, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """The rig under watch; everything is checked afterwards."""
    watch = Watch(rig, request.node.originalname)
    yield watch
    watch.close()


def worker_pid(rig: Rig) -> int:
    """The inference worker's process."""
    assert rig.engine._board is not None
    return rig.engine._board.count("worker_pid")


def host_pid(rig: Rig) -> int:
    """The engine's process."""
    assert rig.engine._board is not None
    return rig.engine._board.count("host_pid")


def test_it_talks(watch: Watch) -> None:
    seen = watch.rig.until("live")
    assert (seen.state, seen.reason) == ("live", "")
    backend = "pipewire" if watch.rig.server.kind == "PipeWire" else "pulse"
    assert (seen.backend, seen.input_rate, seen.output_rate) == (backend, 44_100, 48_000)
    assert watch.before < 100
    rig = watch.rig
    rig.until_seen(lambda seen: abs(seen.delay_ms - rig.learnt_ms() - watch.before) < TELLS_MS, "true delay told")
    assert abs(sum(seen.delay_parts.values()) - seen.delay_ms) < 1e-6
    assert 0 < seen.memory_mb < 300


def test_the_worker_is_killed(watch: Watch) -> None:
    restarts = watch.rig.engine.snapshot().restarts
    watch.fault()
    os.kill(worker_pid(watch.rig), signal.SIGKILL)
    watch.rig.until_reason("model")
    assert watch.rig.until("live").restarts == restarts + 1


def test_the_worker_hangs(watch: Watch) -> None:
    pid = worker_pid(watch.rig)
    watch.fault()
    os.kill(pid, signal.SIGSTOP)
    watch.rig.until("recovering")
    watch.rig.until("live")
    assert worker_pid(watch.rig) != pid
    assert not rigs.alive(pid)


def test_the_worker_is_ten_times_too_slow(watch: Watch) -> None:
    pid = worker_pid(watch.rig)
    slow = threading.Event()

    def brake() -> None:
        while not slow.wait(0.01):
            os.kill(pid, signal.SIGSTOP)
            sleep(0.15)
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=brake)
    thread.start()
    try:
        watch.rig.until("recovering")
        sleep(0.5)
    finally:
        slow.set()
        thread.join()
    watch.rig.until("live")
    assert worker_pid(watch.rig) == pid, "a slow worker is not a dead one"


@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        ("not a number", np.full(4800, np.nan)),
        ("direct current", np.full(4800, 0.9)),
        ("full scale", np.sign(np.random.default_rng(1).standard_normal(4800))),
        ("far too loud", 1e6 * np.random.default_rng(2).standard_normal(4800)),
    ],
)
def test_the_microphone_gives_nonsense(watch: Watch, kind: str, piece: np.ndarray) -> None:
    rig, talk = watch.rig, watch.rig.talk
    blocks, bad = rig.engine.snapshot().blocks, rig.engine.snapshot().xruns["bad input"]
    rig.talk = np.tile(piece.astype(np.float32), 10)
    try:
        seen = rig.until_seen(lambda seen: seen.blocks > blocks + 50, "blocks")
        assert max(seen.out_peak, seen.in_peak) <= 0.0
        if kind == "not a number":
            rig.until_seen(lambda seen: seen.xruns["bad input"] > bad, "count of what is no number")
    finally:
        rig.talk = talk
    seen = rig.until_seen(lambda seen: -33 < seen.in_rms < -20, "ordinary level")
    assert seen.state == "live", "nonsense is no reason to stop"


def test_the_microphone_is_unplugged(watch: Watch) -> None:
    rig = watch.rig
    rig.hush()
    rig.until_seen(lambda seen: seen.in_rms < -100, "silence in the room")
    watch.fault()
    rig.server.unload_sink(MIC)
    rig.until_reason("microphone")
    sleep(0.7)
    watch.gone()
    rig.server.load_sink(MIC, rig.mic_rate)
    rig.server.keep_awake(MIC)
    rig.play()


def test_the_output_is_unplugged_and_nobody_else_hears_it(watch: Watch) -> None:
    rig = watch.rig
    speakers = Listener(rig.server, f"{SPEAKERS}.monitor")
    rig.server.pactl("set-default-sink", SPEAKERS)
    watch.fault()
    rig.server.unload_sink(CABLE)
    rig.until_reason("output")
    sleep(0.5)
    watch.gone()
    rig.server.load_sink(CABLE)
    watch.listen_again()
    rig.until("live")
    recording = speakers.close()
    assert len(recording) > 4800
    assert not recording.any(), "the voice came out of the loudspeakers"


def test_somebody_moves_the_voice_to_the_loudspeakers(watch: Watch) -> None:
    """With the server's own mixer, say. It is refused or noticed, and the voice goes where it was sent."""
    rig = watch.rig
    speakers = Listener(rig.server, f"{SPEAKERS}.monitor")
    streams = json.loads(rig.server.pactl("--format=json", "list", "sink-inputs"))
    ours = [s["index"] for s in streams if s["properties"].get("application.process.id") == str(host_pid(rig))]
    assert len(ours) == 1
    with contextlib.suppress(subprocess.CalledProcessError):
        rig.server.pactl("move-sink-input", str(ours[0]), SPEAKERS)
    sleep(0.5)
    rig.until("live")
    sleep(0.3)
    recording = speakers.close()
    sound = np.flatnonzero(recording)
    assert not len(sound) or (sound[-1] - sound[0]) / 48_000 < busy() * SILENT_S, "the loudspeakers kept the voice"


def test_the_output_is_suspended(watch: Watch) -> None:
    watch.fault()
    watch.rig.server.pactl("suspend-sink", CABLE, "1")
    try:
        watch.rig.until_reason("output")
        sleep(0.5)
    finally:
        watch.gone()
        watch.rig.server.pactl("suspend-sink", CABLE, "0")


def test_the_microphone_pauses_for_three_seconds(watch: Watch) -> None:
    watch.fault()
    watch.rig.server.pactl("suspend-sink", MIC, "1")
    try:
        watch.rig.until_reason("microphone")
        sleep(2.5)
    finally:
        watch.gone()
        watch.rig.server.pactl("suspend-sink", MIC, "0")


def test_the_server_freezes_and_thaws(watch: Watch) -> None:
    watch.fault()
    watch.rig.server.freeze()
    try:
        watch.rig.until("recovering")
        sleep(1.2)
    finally:
        watch.gone()
        watch.rig.server.thaw()


def test_the_server_ends_and_comes_back(watch: Watch) -> None:
    watch.server_ends("server")


def test_the_engine_process_hangs(watch: Watch) -> None:
    pid, worker = host_pid(watch.rig), worker_pid(watch.rig)
    os.kill(pid, signal.SIGSTOP)
    watch.rig.until("recovering")
    watch.rig.until("live")
    assert not rigs.alive(pid)
    assert not rigs.alive(worker)


def test_other_programs_want_every_core(watch: Watch) -> None:
    """Silence, counted, is allowed; a longer delay afterwards is not, once the server is trusted with little again."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 2))]
    try:
        sleep(3.0)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    watch.rig.until("live")


def test_mute_is_silence_and_nothing_else_stops(watch: Watch) -> None:
    watch.fault()
    watch.rig.engine.set_muted(True)
    watch.rig.until("muted")
    sleep(0.5)
    watch.gone()
    watch.rig.engine.set_muted(False)


def test_another_bundle_takes_over_in_mid_sentence(watch: Watch, tmp_path: Path) -> None:
    rig = watch.rig
    bundle = click_bundle.make(tmp_path / "another")
    row = bundle.voices.row("clack")
    seen = rig.engine.snapshot()
    with pytest.raises(BundleError):
        rig.engine.change_bundle(tmp_path / "nowhere", row)
    with pytest.raises(ConfigError, match="66"):
        rig.engine.change_bundle(bundle.path, row[:5])
    rig.engine.change_bundle(bundle.path, row)
    after = rig.until_seen(lambda seen: seen.bundle == str(bundle.path.resolve()), "other bundle")
    assert (after.state, after.restarts) == ("live", seen.restarts)
    rig.engine.set_voice(bundle.voices.row("click"))
    os.kill(worker_pid(rig), signal.SIGKILL)
    rig.until_reason("model")
    assert rig.until("live").bundle == after.bundle, "a worker that was replaced has the bundle of before"


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
    """No Python, no orderly end: the voice stops, and nothing is left running."""
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
    killed = monotonic()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = monotonic() + 2.0
    while any(map(rigs.alive, pids)) and monotonic() < end:
        sleep(0.01)
    assert len(pids) == 2
    assert not any(map(rigs.alive, pids))
    sleep(0.4)
    assert np.count_nonzero(heard.close()) > 2400
    silent = heard.silent_after(killed, monotonic())
    print(f"\n{rig.server.kind}, the parent is killed: silent after {1e3 * silent:.0f} ms")
    assert silent < busy() * SILENT_S
    rig.engine.start(rig.config)
    rig.until("live")


def test_listening_to_oneself(rig: Rig) -> None:
    """Headphones get what the call gets; without them the call goes on."""
    rig.engine.start(replace(rig.config, monitor=SPEAKERS))
    rig.until("live")
    headphones, log = Listener(rig.server, f"{SPEAKERS}.monitor"), WorkerLog(rig.engine)
    sleep(1.0)
    recording, written = headphones.close(), log.close()
    assert np.count_nonzero(recording) > 9600
    assert_voice_or_silence(recording, written, rig.talk)
    blocks = rig.engine.snapshot().blocks
    rig.server.unload_sink(SPEAKERS)
    rig.until_seen(lambda seen: seen.blocks > blocks + 25, "blocks without headphones")
    seen = rig.engine.snapshot()
    rig.server.load_sink(SPEAKERS)
    assert (seen.state, seen.restarts) == ("live", 0)
    rig.engine.start(rig.config)
    rig.until("live")


def test_the_microphone_is_the_systems_choice(rig: Rig) -> None:
    """Unless one was chosen, the engine follows where the system goes."""
    rig.hush()
    rig.play()  # after all the tests before, PipeWire may have put the talker elsewhere
    rig.server.keep_awake(SPEAKERS)
    rig.server.pactl("set-default-source", f"{MIC}.monitor")
    rig.engine.start(replace(rig.config, input=None))
    rig.until_seen(lambda seen: seen.state == "live" and seen.in_rms > -40, "the talker")
    rig.server.pactl("set-default-source", f"{SPEAKERS}.monitor")
    rig.until_seen(lambda seen: seen.state == "live" and seen.in_rms < -100, "the other microphone, where nobody talks")
    rig.server.pactl("set-default-source", f"{MIC}.monitor")
    rig.until_seen(lambda seen: seen.state == "live" and seen.in_rms > -40, "the talker again")
    assert rig.engine.snapshot().restarts == 0
    rig.engine.start(rig.config)
    rig.until("live")


@pytest.mark.parametrize(("monitor", "word"), [("nowhere", "nowhere"), (CABLE, "in use by the call")])
def test_headphones_that_cannot_be(rig: Rig, monitor: str, word: str) -> None:
    if rig.server.kind == "PipeWire":
        pytest.skip("asked of PulseAudio")
    rig.engine.start(replace(rig.config, monitor=monitor))
    seen = rig.engine.wait()
    assert seen.state == "failed"
    assert word in seen.reason
