"""The window on the real engine and a real audio server, when the engine is killed, frozen or cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from core.bundle import Bundle
from gui.application import App
from gui.models.protection import Level
from gui.models.settings import SettingsStore
from gui.models.voice_test import Step
from gui.theme.current import Theme
from gui.widgets.welcome import Welcome
from realtime.engine import Engine
from tests.audio_server import MISSING, PulseServer

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")

SAID_WITHIN_S = 0.2
SLACK_S = 0.15
"""For a machine that does other things at the same time."""
PATIENCE_MS = 60_000
"""For what has no promised time."""
SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample" / "speech.flac"


@pytest.fixture(scope="module")
def click_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A cheap bundle: these tests are about the window."""
    from tests import click_bundle

    return click_bundle.make(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """A private audio server whose microphone is spoken into."""
    with PulseServer({"mic": 48_000}) as made:
        made.name_in(monkeypatch)
        # Else the virtual microphone, which is no monitor, becomes the default one, and what listens here moves to it.
        made.pactl("set-default-source", "mic.monitor")
        made.keep_awake("mic")
        loop = f"while true; do paplay -d mic {SAMPLE}; done"
        made.helper("sh", "-c", loop, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield made
        # The loop's player outlives its shell's end by a moment unless the whole group goes.
        os.killpg(made._helpers[-1].pid, signal.SIGKILL)


@pytest.fixture
def live(qtbot: QtBot, server: PulseServer, click_bundle: Bundle, store: SettingsStore, theme: Theme) -> Iterator[App]:
    """The app, live."""
    store.values.microphone = "mic.monitor"
    app = App(Engine(), click_bundle, store, theme)
    try:
        app.open(start=True)
        qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED, timeout=PATIENCE_MS)
        yield app
    finally:
        app.close()
        app.window.deleteLater()


def _process(module: str) -> psutil.Process:
    for child in psutil.Process().children(recursive=True):
        if module in child.cmdline():
            return child
    raise AssertionError(f"{module} does not run")


def _seconds_until(qtbot: QtBot, reached: Callable[[], bool]) -> float:
    """Without the time in which the machine did not let this process run: a wait of 10 ms counts 15 at most."""
    took, end = 0.0, monotonic() + 1e-3 * PATIENCE_MS
    while not reached():
        assert monotonic() < end, "not reached"
        began = monotonic()
        qtbot.wait(10)
        took += min(monotonic() - began, 0.015)
    return took


def test_a_call_that_is_still_on_hears_silence_when_the_app_ends(live: App, server: PulseServer) -> None:
    """And not the real microphone, which a server gives to whoever records from a device that goes."""
    words = ("parec", "-d", "voxveil_mic", "--raw", "--format=float32le", "--rate=48000", "--channels=1")
    call = server.helper(*words, "--latency-msec=20", stdout=subprocess.PIPE)
    assert call.stdout is not None
    before = np.frombuffer(call.stdout.read(4 * 48_000), np.float32)
    live.close()
    os.set_blocking(call.stdout.fileno(), False)
    while call.stdout.read(1 << 16):
        pass  # what was under way
    os.set_blocking(call.stdout.fileno(), True)
    after = np.frombuffer(call.stdout.read(4 * 48_000 * 2), np.float32)
    assert before.any(), "the voice"
    assert not after.any()
    assert "voxveil_mic" in server.pactl("list", "short", "sources")


@pytest.mark.parametrize("module", ["realtime.host", "realtime.worker"])
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_never_protected_without_an_engine(live: App, qtbot: QtBot, module: str, blow: signal.Signals) -> None:
    victim = _process(module)
    victim.send_signal(blow)
    took = _seconds_until(qtbot, lambda: live.call.protection.level is not Level.PROTECTED)
    assert took < SAID_WITHIN_S + SLACK_S
    assert live.window.page.state.title.text() in ("Silent", "Getting ready", "Protected, with gaps")
    qtbot.waitUntil(lambda: live.call.protection.level is Level.PROTECTED, timeout=PATIENCE_MS)
    assert not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE  # a frozen one was replaced


def test_a_frozen_audio_server_is_silence_and_heals(live: App, qtbot: QtBot, server: PulseServer) -> None:
    server.freeze()
    try:
        took = _seconds_until(qtbot, lambda: live.call.protection.level not in (Level.PROTECTED, Level.BUSY))
    finally:
        server.thaw()
    assert took < 2 * SAID_WITHIN_S + SLACK_S
    qtbot.waitUntil(lambda: live.call.protection.level is Level.PROTECTED, timeout=PATIENCE_MS)


def test_a_slow_engine_is_not_shown_as_protected(live: App, qtbot: QtBot) -> None:
    """The worker gets a tenth of the time it needs: what the window says follows the silence that is sent."""
    worker = _process("realtime.worker")
    slowing, wrong, silent_s = True, 0.0, 0.0

    def slow() -> None:
        while slowing:
            with suppress(psutil.Error):
                worker.suspend()
                sleep(0.09)
                worker.resume()
                sleep(0.01)

    thread = threading.Thread(target=slow)
    before = live.engine.snapshot().silenced_blocks
    thread.start()
    try:
        began = last = silent_since = monotonic()
        while monotonic() - began < 4.0:
            qtbot.wait(10)
            now, silenced = monotonic(), live.engine.snapshot().silenced_blocks
            if silenced == before:
                silent_since = now
            silent_s += now - last if silenced != before else 0.0
            # Silence went out lately, and more than the promised moment has passed since it began.
            if silenced != before and now - silent_since > SAID_WITHIN_S + SLACK_S:
                wrong += now - last if live.call.protection.level is Level.PROTECTED else 0.0
            before, last = silenced, now
    finally:
        slowing = False
        thread.join()
        with suppress(psutil.Error):
            worker.resume()
    assert silent_s > 0.1  # it was slow enough to matter
    assert wrong == 0.0
    assert live.call.protection.level is not Level.PROTECTED
    qtbot.waitUntil(lambda: live.call.protection.level is Level.PROTECTED, timeout=30_000)


def test_a_full_disk_ends_the_recording_in_words(live: App, qtbot: QtBot, tmp_path: Path) -> None:
    """Beyond a limit that the system enforces, as a full disk would; the call goes on, what was recorded stays."""
    resource = pytest.importorskip("resource")
    import soundfile

    path = tmp_path / "call.wav"
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    live.call.start_recording(path)
    qtbot.waitUntil(lambda: live.call.recording_to is not None, timeout=10_000)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
        qtbot.waitUntil(lambda: live.call.recording_to is None, timeout=PATIENCE_MS)
        qtbot.waitUntil(live.window.notice.isVisible, timeout=PATIENCE_MS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert "What was recorded until then is kept" in live.window.notice.text.text()
    assert soundfile.info(path).duration > 0.2
    assert not live.window.page.buttons.record.isChecked()
    assert live.call.running


def test_the_welcome_lets_one_hear_oneself(
    qtbot: QtBot, server: PulseServer, click_bundle: Bundle, store: SettingsStore, theme: Theme,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """First start: level, name to choose, three seconds recorded, played and gone; others hear nothing of it."""
    store.values.welcomed = False
    store.values.microphone = "mic.monitor"
    app = App(Engine(), click_bundle, store, theme)
    played: list[float] = []

    def play(path: Path) -> None:
        import soundfile

        samples, rate = soundfile.read(path)
        played.append(len(samples) / rate if abs(samples).max() > 0.001 else 0.0)
        app.player.ended.emit("")

    monkeypatch.setattr(app.player, "play", play)  # this machine has no loudspeaker
    app.open()
    dialog = app.window.findChild(Welcome)
    qtbot.waitUntil(lambda: "works" in dialog.heard.text(), timeout=30_000)
    qtbot.waitUntil(lambda: app.call.protection.level is Level.MUTED, timeout=10_000)
    dialog.next.click()
    assert dialog.to_choose.text() == "Microphone:  Voxveil"
    assert "Voxveil" in server.pactl("list", "sources")
    dialog.next.click()
    dialog.try_it.click()
    qtbot.waitUntil(lambda: dialog.test.step is Step.LISTENING, timeout=10_000)
    folder = Path(dialog.test._folder.name)
    qtbot.waitUntil(lambda: dialog.test.step is Step.PLAYED, timeout=30_000)
    assert 2.0 < played[0] < 6.0
    assert not folder.exists()
    assert app.call.protection.level in (Level.MUTED, Level.SILENT)  # never live meanwhile
    dialog.next.click()
    qtbot.waitUntil(lambda: app.call.protection.level is Level.OFF, timeout=10_000)
    assert store.values.welcomed
    app.close()
    app.window.deleteLater()


def test_stop_and_close_leave_nothing_behind(live: App, qtbot: QtBot, server: PulseServer, tmp_path: Path) -> None:
    """Record, stop, close: a file of the anonymized voice, no process, no virtual microphone."""
    live.call.start_recording(tmp_path / "call.wav")
    qtbot.waitUntil(lambda: live.call.recording_s > 0.5, timeout=PATIENCE_MS)
    live.call.stop_recording()
    qtbot.waitUntil((tmp_path / "call.wav").exists, timeout=PATIENCE_MS)
    live.call.stop()
    qtbot.waitUntil(lambda: live.call.protection.level is Level.OFF, timeout=PATIENCE_MS)
    assert "voxveil_mic" in server.pactl("list", "short", "sources")  # still to be chosen by call programs
    live.close()
    assert "voxveil" not in server.pactl("list", "short", "sources")
    end = monotonic() + 20
    while monotonic() < end and any("realtime." in " ".join(c.cmdline()) for c in psutil.Process().children()):
        sleep(0.05)
    assert not [child for child in psutil.Process().children() if "realtime." in " ".join(child.cmdline())]


def test_a_missing_microphone_is_said_in_words(
    qtbot: QtBot, server: PulseServer, click_bundle: Bundle, store: SettingsStore, theme: Theme
) -> None:
    store.values.microphone = "no such microphone"
    app = App(Engine(), click_bundle, store, theme)
    app.open(start=True)
    qtbot.waitUntil(lambda: app.call.protection.level is Level.FAILED, timeout=10_000)
    assert "no such microphone" in app.window.page.state.detail.text()
    app.close()
    app.window.deleteLater()


def test_a_damaged_bundle_is_said_in_words(
    qtbot: QtBot, server: PulseServer, store: SettingsStore, theme: Theme, tmp_path: Path
) -> None:
    from tests import click_bundle

    bundle = click_bundle.make(tmp_path / "bundle")
    (bundle.path / "vocoder.onnx").write_bytes(b"not a graph")
    store.values.microphone = "mic.monitor"
    app = App(Engine(), bundle, store, theme)
    app.open(start=True)
    qtbot.waitUntil(lambda: app.call.protection.level is Level.FAILED, timeout=10_000)
    assert "vocoder.onnx" in app.window.page.state.detail.text()
    app.close()
    app.window.deleteLater()
