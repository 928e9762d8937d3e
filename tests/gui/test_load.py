"""What the window costs, that nothing holds it up, and that it holds up nothing.

Times are processor times, or have the waiting for a busy processor taken out; what others cause is tried again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.bundle import Bundle
from gui.application import App
from gui.models.protection import Level
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from realtime.engine import Engine
from tests.audio_server import MISSING, PulseServer
from tests.gui.loop_watch import LoopWatch
from tests.gui.pictures import screen
from tests.gui.scripted_engine import ScriptedEngine

ROOT = Path(__file__).resolve().parents[2]
STALL_MS = 50.0
TRIES = 3
NOISE = np.random.default_rng(5).uniform(-90, -20, size=(400, 80)).astype(np.float32)


class SpeakingEngine(ScriptedEngine):
    """Fifty spectra a second, as the real one gives them."""

    def __init__(self) -> None:
        super().__init__()
        self._told = time.monotonic()

    def spectra(self, cursor: int = 0) -> tuple[int, np.ndarray, np.ndarray]:
        count = int((time.monotonic() - self._told) / 0.02)
        self._told += count * 0.02
        at = cursor % 300
        return cursor + count, NOISE[at : at + min(count, 50)], NOISE[at : at + min(count, 50)]


@pytest.fixture
def engine() -> ScriptedEngine:
    return SpeakingEngine()


def _best(measure: Callable[[], float], limit: float) -> float:
    """The least of a few tries; stops at the first that keeps the limit."""
    found = []
    for _ in range(TRIES):
        found.append(measure())
        if found[-1] <= limit:
            break
    return min(found)


def _share(qtbot: QtBot, seconds: float = 2.0) -> float:
    """Processor time of this process in a part of one core."""
    wall, used = time.monotonic(), time.process_time()
    qtbot.wait(round(seconds * 1000))
    return (time.process_time() - used) / (time.monotonic() - wall)


def test_both_spectrograms_cost_under_a_fifth_of_a_core(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED)
    paints = []
    paint = app.window.page.heard.spectrogram.paintEvent
    app.window.page.heard.spectrogram.paintEvent = lambda event: (paints.append(1), paint(event))  # type: ignore[method-assign]
    share = _best(lambda: _share(qtbot), 0.20)
    print(f"both spectrograms: {share:.1%} of a core")
    assert share <= 0.20
    assert len(paints) > 10  # it was really drawn


def test_minimised_it_costs_under_three_percent(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    engine.go_live()
    app.window.showMinimized()
    qtbot.wait(200)
    share = _best(lambda: _share(qtbot), 0.03)
    print(f"minimised: {share:.1%} of a core")
    assert share <= 0.03


@pytest.fixture
def real(
    qtbot: QtBot, store: SettingsStore, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    """The app on the real engine and a real server, off."""
    if MISSING:
        pytest.skip(f"needs {', '.join(MISSING)}")
    from tests import click_bundle

    with PulseServer({"mic": 48_000}) as server:
        server.name_in(monkeypatch)
        server.keep_awake("mic")
        store.values.microphone = "mic.monitor"
        app = App(Engine(), click_bundle.make(tmp_path / "one"), store, theme)
        app.open()
        qtbot.waitUntil(lambda: app.devices.read, timeout=20_000)
        yield app
        app.close()
        app.window.deleteLater()


def _protected(app: App, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED, timeout=40_000)


def test_no_stall_while_the_engine_starts_swaps_and_trains(real: App, qtbot: QtBot, tmp_path: Path) -> None:
    shutil.copytree(real.bundle.path, tmp_path / "two")
    bundles = [Bundle.load(real.bundle.path), Bundle.load(tmp_path / "two")]
    watch = LoopWatch()
    qtbot.wait(200)

    def round_trip() -> float:
        bundles.reverse()
        training = subprocess.Popen([sys.executable, "-c", "import os\nos.nice(10)\nwhile True: pass"])
        try:
            watch.begin()
            real.call.start()
            _protected(real, qtbot)
            real.use_bundle(bundles[0])
            qtbot.wait(300)
            _protected(real, qtbot)
            real.call.stop()
            qtbot.waitUntil(lambda: real.call.protection.level is Level.OFF, timeout=20_000)
            return watch.end()
        finally:
            training.kill()
            training.wait()

    worst = _best(round_trip, STALL_MS)
    print(f"longest stall: {worst:.0f} ms")
    assert worst <= STALL_MS


def test_the_watch_sees_a_stall(qtbot: QtBot) -> None:
    watch = LoopWatch()
    watch.begin()
    qtbot.wait(30)
    time.sleep(0.12)
    qtbot.wait(30)
    assert watch.end() > 80


def test_dragging_and_a_flood_of_events_cost_the_engine_nothing(real: App, qtbot: QtBot) -> None:
    real.call.start()
    _protected(real, qtbot)
    qtbot.wait(1000)

    def troubles() -> int:
        snapshot = real.engine.snapshot()
        return sum(snapshot.xruns.values()) + snapshot.silenced_blocks

    def flood(busy: bool) -> int:
        before, end, size = troubles(), time.monotonic() + 1.5, 0
        while time.monotonic() < end:
            if busy:
                size += 1
                real.window.resize(900 + size * 7 % 300, 600 + size * 5 % 200)
                real.window.move(size % 200, size % 100)
                real.window.page.sound.gain.slider.setValue(size % 20 - 10)
                QApplication.sendPostedEvents()
                QApplication.processEvents()
            else:
                qtbot.wait(50)
        return troubles() - before

    # A shared machine has gaps of its own, one in a second and a half by chance: the flood may have no more than that
    # above what calm has, of 75 blocks.
    assert _best(lambda: float(flood(busy=True) - flood(busy=False)), 0.0) <= 1.0


START = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import gui.application as a
opened = a.App.open
def watched(app, **options):
    opened(app, **options)
    def seen():
        handle = app.window.windowHandle()
        if handle is not None and handle.isExposed():
            print(f"{time.process_time():.2f}", flush=True)
            app.quit()
        else:
            QTimer.singleShot(5, seen)
    seen()
a.App.open = watched
from gui.start import main
raise SystemExit(main())
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_the_window_is_there_within_two_seconds(own_config: Path) -> None:
    """Processor time from the start of Python to the exposed window, real bundle, real X screen."""
    from gui.models.settings import SettingsStore

    store = SettingsStore()
    store.values.welcomed = True
    store.save()
    with screen(1280, 800) as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PULSE_SERVER": "unix:/nobody"}

        def start() -> float:
            done = subprocess.run(
                [sys.executable, "-c", START],
                env=environment, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True,
            )  # fmt: skip
            return float(done.stdout.split()[0])

        taken = _best(start, 2.0)
        print(f"start to window: {taken:.2f} s of processor time")
        assert taken <= 2.0


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_a_second_start_ends_and_the_first_one_goes_on(own_config: Path) -> None:
    with screen(1280, 800) as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PULSE_SERVER": "unix:/nobody"}
        command = [sys.executable, "-m", "voxveil", "app"]

        def run(*words: str) -> int:
            return subprocess.run(
                [*command, *words], env=environment, cwd=ROOT, capture_output=True, timeout=60, check=False
            ).returncode

        first = subprocess.Popen([*command, "--minimized"], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while run("--send", "raise") != 0:
            assert time.monotonic() < end
            assert first.poll() is None
        assert run() == 0  # a plain second start: it raised the first window and ended
        assert first.poll() is None
        assert run("--send", "quit") == 0
        assert first.wait(timeout=30) == 0
