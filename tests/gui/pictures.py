"""Pictures of the running app, for docs/app.md and for looking at: the real window, engine, bundle and audio server.

    python -m tests.gui.pictures docs/pictures             # all
    python -m tests.gui.pictures /tmp/look live welcome    # some

Each picture is a fresh start of this module under an Xvfb of its own, so that scale and language can differ.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "assets" / "sample" / "speech.flac"

# name: (scene, scale, theme, language, size)
PICTURES: dict[str, tuple[str, int, str, str, tuple[int, int]]] = {
    "live-light": ("live", 1, "light", "en", (1060, 720)),
    "live-dark-2x": ("live", 2, "dark", "en", (960, 640)),
    "inspector-german-900x600": ("inspector", 1, "dark", "de", (900, 600)),
    "sound-900x600": ("sound", 1, "light", "en", (900, 600)),
    "failed-german": ("failed", 1, "light", "de", (900, 600)),
    "muted-recording": ("muted", 1, "dark", "en", (900, 600)),
    "silent": ("silent", 1, "light", "en", (900, 600)),
    "files": ("files", 1, "light", "en", (900, 600)),
    "welcome": ("welcome", 1, "light", "en", (1060, 720)),
    "welcome-program": ("welcome-program", 1, "light", "en", (1060, 720)),
    "welcome-test": ("welcome-test", 1, "light", "en", (1060, 720)),
    "add-voice": ("add-0", 1, "light", "en", (1060, 720)),
    "add-voice-reading": ("add-1", 1, "light", "en", (1060, 720)),
    "add-voice-made": ("add-2", 1, "light", "en", (1060, 720)),
    "voices": ("voices", 1, "light", "en", (1060, 720)),
    "keyboard": ("keyboard", 1, "light", "en", (1060, 720)),
    "menu": ("menu", 1, "light", "en", (1060, 720)),
}


@contextmanager
def screen(width: int, height: int) -> Iterator[str]:
    """A hidden X screen; gives its DISPLAY."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def take(name: str, target: Path) -> None:
    """Take one picture in a process, a screen and an audio server of its own."""
    from tests.audio_server import PulseServer

    _, scale, *_ = PICTURES[name]
    with screen(1280 * scale, 800 * scale) as display, PulseServer({"Headset": 48_000}) as server:
        server.keep_awake("Headset")
        server.pactl(
            "load-module", "module-remap-source", "master=Headset.monitor", "source_name=headset",
            "source_properties=device.description=Headset",
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as config:
            environment = {
                **server.environment,
                "DISPLAY": display,
                "QT_QPA_PLATFORM": "xcb",
                "QT_SCALE_FACTOR": str(scale),
                "VOXVEIL_CONFIG_DIR": config,
            }
            subprocess.run(
                [sys.executable, "-m", "tests.gui.pictures", "--inside", name, str(target)],
                env=environment,
                cwd=ROOT,
                check=True,
                timeout=400,
            )


def _speak(stop: threading.Event) -> None:
    while not stop.is_set():
        with subprocess.Popen(["paplay", "-d", "Headset", str(SAMPLE)]) as player:
            while player.poll() is None and not stop.is_set():
                sleep(0.05)
            player.kill()


def _minute_of_speech() -> Path:
    """A folder with recordings of one person."""
    import soundfile

    samples, rate = soundfile.read(SAMPLE)
    folder = Path(tempfile.mkdtemp())
    for k in range(6):
        soundfile.write(folder / f"{k}.wav", samples, round(rate * (0.97 + 0.01 * k)))
    return folder


def _inside(name: str, target: Path) -> None:
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication

    from core.assets import default_bundle_path
    from core.bundle import Bundle
    from gui.application import App
    from gui.models.protection import Level
    from gui.models.settings import SettingsStore
    from gui.start import install_language
    from gui.theme.current import Theme
    from realtime.engine import Engine

    scene, _, colours, language, size = PICTURES[name]
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    application.setCursorFlashTime(0)
    store = SettingsStore()
    store.values.welcomed = True
    store.values.microphone = "no such microphone" if scene == "failed" else "headset"
    store.values.favourites = ["otto"]
    store.values.record_folder = tempfile.mkdtemp()
    kept = install_language(application, language)
    theme = Theme(colours)
    theme.apply()
    app = App(Engine(), Bundle.load(default_bundle_path(), verify=False), store, theme)
    app.window.resize(*size)
    stop = threading.Event()
    speaker = threading.Thread(target=_speak, args=(stop,))
    speaker.start()

    def wait(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        end = monotonic() + seconds
        while monotonic() < end and not until():
            application.processEvents()
            sleep(0.005)

    shown = app.window
    app.open(start=scene in ("live", "sound", "inspector", "silent", "muted", "failed"))
    wait(1.0)
    page = app.window.page
    if scene in ("live", "sound", "inspector", "silent", "muted"):
        wait(20, lambda: app.call.protection.level is Level.PROTECTED)
        wait(9)
    if scene == "live":
        from gui.models.voices import VoiceChoice

        app.voices.choose(VoiceChoice("mix", a=app.voices.names()[0], b=app.voices.names()[3], weight=0.4))
        wait(1)
    if scene == "sound":
        page.tabs.setCurrentIndex(1)
    if scene == "inspector":
        page.tabs.setCurrentIndex(2)
        wait(12)
    if scene == "failed":
        wait(10, lambda: app.call.protection.level is Level.FAILED)
        wait(1)
    if scene == "silent":
        import psutil

        for child in psutil.Process().children(recursive=True):
            if "realtime.host" in child.cmdline():
                child.suspend()
        wait(2, lambda: app.call.protection.level is Level.SILENT)
    if scene == "muted":
        app.call.start_recording()
        wait(3.2)
        app.call.set_muted(True)
        wait(1)
    if scene == "files":
        app.window.files_button.click()
        folder = Path(tempfile.mkdtemp())
        import shutil

        for file in ("interview.flac", "call to the help line.flac", "statement.flac"):
            shutil.copy(SAMPLE, folder / file)
        (folder / "broken.wav").write_bytes(b"RIFF, but not really")
        app.files.add([folder / "broken.wav", folder / "interview.flac", folder / "statement.flac"])
        app.files.add([folder / "call to the help line.flac"])
        wait(60, lambda: app.files.jobs[2].progress > 0.3)
    if scene.startswith("welcome"):
        from gui.widgets.welcome import Welcome

        app.welcome()
        wait(40, lambda: app.call.protection.level is Level.MUTED)
        wait(4)
        shown = app.window.findChild(Welcome)
        for _ in range({"welcome": 0, "welcome-program": 1, "welcome-test": 2}[scene]):
            shown.next.click()
        wait(1)
    if scene.startswith("add"):
        shown = app.own_voices.add()
        shown.name.setText("mine")
        shown.consent.setChecked(True)
        if scene == "add-1":
            shown.next.click()
            shown.dictation.toggle()
            wait(6)
            shown.dictation.toggle()
            wait(2)
            shown.dictation.toggle()
            wait(5)
        if scene == "add-2":
            shown.folder = _minute_of_speech()
            shown.from_folder.setChecked(True)
            shown.next.click()
            wait(300, lambda: not shown.making.busy)
        wait(1)
    if scene == "voices":
        page.choosers.voice.list.showPopup()
        wait(1)
    if scene == "keyboard":
        from gui.widgets.keyboard_help import KeyboardHelp

        shown = KeyboardHelp(store, lambda: app.menu.mute_key_state, app.window)
        shown.open()
        wait(1)
    if scene == "menu":
        app.window.menu_button.menu().popup(
            app.window.menu_button.mapToGlobal(app.window.menu_button.rect().bottomLeft())
        )
        wait(1)
    shown.setCursor(Qt.CursorShape.ArrowCursor)
    wait(0.3)
    target.mkdir(parents=True, exist_ok=True)
    # What the screen shows, not what the widgets would paint.
    whole = QApplication.primaryScreen().grabWindow(0)
    ratio = whole.devicePixelRatio()
    frame = (
        QRectF(shown.geometry()) if scene not in ("menu", "voices") else QRectF(QApplication.primaryScreen().geometry())
    )
    cut = QRectF(frame.topLeft() * ratio, frame.size() * ratio).toRect()
    whole.copy(cut).toImage().convertToFormat(QImage.Format.Format_RGB888).save(str(target / f"{name}.png"), quality=0)
    print(name, "state:", app.call.protection, app.window.size().toTuple(), flush=True)
    stop.set()
    speaker.join()
    app.close()
    del kept


def main(words: list[str]) -> None:
    """Take the named pictures, or all."""
    if words[0] == "--inside":
        _inside(words[1], Path(words[2]))
        return
    target, *names = words
    chosen = [name for name in PICTURES if not names or any(word in name for word in names)]
    for name in chosen:
        take(name, Path(target).resolve())


if __name__ == "__main__":
    main(sys.argv[1:])
