"""The key that mutes from every window, on a real X screen with a key press made by its test extension."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gui.platform.hotkeys import Hotkeys, _symbol
from tests.gui.pictures import screen

ROOT = Path(__file__).resolve().parents[2]
PRESS = """
import ctypes, time
x, t = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
t.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
display = ctypes.c_void_p(x.XOpenDisplay(None))
codes = [x.XKeysymToKeycode(display, key) for key in (0xFFE3, 0xFFE9, ord("m"))]
for down, order in ((1, codes), (0, codes[::-1])):
    for code in order:
        t.XTestFakeKeyEvent(display, code, down, 0)
    x.XSync(display, 0)
    time.sleep(HELD)
"""
APP = """
import subprocess, sys
from PySide6.QtCore import QCoreApplication, QTimer
from gui.platform.hotkeys import Hotkeys
application = QCoreApplication([])
first, second = Hotkeys(), Hotkeys()
print(first.permitted, first.take("Ctrl+Alt+M", "toggle-mute"), second.take("Ctrl+Alt+M", "quit"))
first.pressed.connect(lambda wish: (print(wish), application.quit()))
QTimer.singleShot(0, lambda: subprocess.run([sys.executable, "-c", sys.argv[1]], check=True))
QTimer.singleShot(20_000, application.quit)
application.exec()
first.close()
print(second.take("Ctrl+Alt+M", "quit"))
"""


def run(app: str, held: str) -> subprocess.CompletedProcess[str]:
    """`app` on a screen of its own, and how to press the key for so many seconds."""
    with screen(320, 240) as display:
        environment = {key: value for key, value in os.environ.items() if key != "WAYLAND_DISPLAY"}
        return subprocess.run(
            [sys.executable, "-c", app, PRESS.replace("HELD", held)],
            env={**environment, "DISPLAY": display},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
@pytest.mark.skipif(ctypes.util.find_library("Xtst") is None, reason="needs libXtst6")
def test_a_key_is_taken_pressed_and_given_back() -> None:
    done = run(APP, held="0")
    assert done.stdout.split() == ["True", "True", "False", "toggle-mute", "True"], done.stderr


HELD_APP = """
import subprocess, sys
from PySide6.QtCore import QCoreApplication, QTimer
from gui.platform.hotkeys import Hotkeys
application = QCoreApplication([])
keys, pressed = Hotkeys(), []
print(keys.take("Ctrl+Alt+M", "toggle-mute"))
keys.pressed.connect(pressed.append)
hand = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
watch = QTimer()
watch.timeout.connect(lambda: application.quit() if hand.poll() is not None else None)
watch.start(50)
application.exec()
print(len(pressed), hand.returncode)
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
@pytest.mark.skipif(ctypes.util.find_library("Xtst") is None, reason="needs libXtst6")
def test_a_key_that_is_held_counts_once() -> None:
    """X repeats it after two thirds of a second, 25 times a second."""
    done = run(HELD_APP, held="1.5")
    assert done.stdout.split() == ["True", "1", "0"], done.stderr


def test_nothing_is_taken_where_the_desktop_forbids_it(monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    keys = Hotkeys()
    assert not keys.permitted
    assert not keys.take("Ctrl+Alt+M", "toggle-mute")
    keys.close()


def test_keys_have_their_symbols(qapp: object) -> None:
    assert _symbol("Ctrl+Alt+M") == (ord("m"), 4 | 8)
    assert _symbol("F9") == (0xFFC6, 0)
    assert _symbol("") == (0, 0)
