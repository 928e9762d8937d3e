"""Keyboard only, screen readers, and texts that are not cut off: every page and dialog, both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.bundle import Bundle
from core.voices import VoiceBank
from gui.application import App
from gui.models.files import Job, JobState
from gui.models.settings import SettingsStore
from gui.start import TRANSLATIONS
from gui.theme.current import Theme
from gui.widgets.keyboard_help import KeyboardHelp
from gui.widgets.level_meter import LevelMeter
from gui.widgets.spectrogram import Spectrogram
from gui.widgets.welcome import Welcome
from tests.gui.scripted_engine import ScriptedEngine

CONTROLS = QAbstractButton | QAbstractSlider | QComboBox | QLineEdit | LevelMeter | Spectrogram
PLACES = [
    "voice", "sound", "details", "files", "welcome-0", "welcome-1", "welcome-2", "add-0", "add-1", "add-2", "keyboard",
]  # fmt: skip


@pytest.fixture(params=["en", "de"])
def app(
    request: pytest.FixtureRequest, qtbot: QtBot, bank: VoiceBank, store: SettingsStore, theme: Theme, tmp_path: Path
) -> Iterator[App]:
    translator = QTranslator()
    if request.param == "de":
        translator.load(str(TRANSLATIONS / "voxveil_de.qm"))
        QCoreApplication.installTranslator(translator)
    engine = ScriptedEngine()
    engine.go_live()
    made = App(engine, Bundle(tmp_path, {"default_voice": "iris"}, bank), store, theme)
    made.window.resize(900, 600)
    made.window.show()
    qtbot.waitExposed(made.window)
    made.call.look()
    yield made
    QCoreApplication.removeTranslator(translator)
    for dialog in made.window.findChildren(QDialog):
        dialog.close()
    made.close()
    made.window.deleteLater()


def _open(app: App, place: str, qtbot: QtBot) -> QWidget:
    """Bring the place up; the widget to look into."""
    kind, _, number = place.partition("-")
    shown: QWidget = app.window
    if kind in ("voice", "sound", "details"):
        app.window.page.tabs.setCurrentIndex(["voice", "sound", "details"].index(kind))
    elif kind == "files":
        app.window.files_button.click()
        for state in JobState:
            app.files.jobs.append(Job(Path("a rather long name of a recording.wav"), Path("out.wav"), [], state, 0.4))
        app.files.listed.emit()
    elif kind == "welcome":
        app.welcome()
        shown = app.window.findChild(Welcome)
        shown.pages.setCurrentIndex(int(number))
    elif kind == "add":
        shown = app.own_voices.add()
        shown.pages.setCurrentIndex(int(number))
        shown._show()
    else:
        shown = KeyboardHelp(app.store, lambda: "taken", app.window)
        shown.open()
    qtbot.wait(30)
    return shown


def _inside(shown: QWidget) -> Iterator[QWidget]:
    for widget in shown.findChildren(QWidget):
        helper = widget.objectName().startswith("qt_") or widget.inherits("QScrollBar")
        of_table = widget.parentWidget() is not None and widget.parentWidget().inherits("QTableView")
        if widget.isVisible() and widget.window() is shown and not helper and not of_table:
            yield widget


@pytest.mark.parametrize("place", PLACES)
def test_names_keys_and_room(app: App, place: str, qtbot: QtBot) -> None:
    shown = _open(app, place, qtbot)
    for widget in _inside(shown):
        if isinstance(widget, CONTROLS):
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface.text(QAccessible.Text.Name).strip(), widget
    for _ in range(40):  # a layout settles in a few rounds
        if not _squeezed(shown):
            break
        qtbot.wait(25)
    assert not _squeezed(shown)
    _all_by_tab(shown, qtbot)


def _squeezed(shown: QWidget) -> list[tuple[str, int, int]]:
    """Texts that do not fit: (text, pixels that there are, pixels that are needed)."""
    found = []
    for widget in _inside(shown):
        if isinstance(widget, QLabel) and widget.wordWrap():
            if widget.heightForWidth(widget.width()) > widget.height() + 1:
                found.append((widget.text(), widget.height(), widget.heightForWidth(widget.width())))
        elif isinstance(widget, QLabel | QPushButton | QCheckBox) and widget.sizeHint().width() > widget.width() + 1:
            found.append((widget.text(), widget.width(), widget.sizeHint().width()))
    return found


def _all_by_tab(shown: QWidget, qtbot: QtBot) -> None:
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    wanted = {
        widget
        for widget in _inside(shown)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isEnabled()
        and not isinstance(widget, QAbstractScrollArea | QTabWidget)
        and not isinstance(widget.parentWidget(), QAbstractScrollArea)  # what it scrolls hands the focus on
    }
    seen = set()
    for _ in range(80):
        if shown.focusWidget() is not None:
            seen.add(shown.focusWidget())
        shown.focusNextChild()
    missed = {
        widget
        for widget in wanted - seen
        # Of a group of which one is chosen, Tab reaches the chosen one and arrows the others.
        if not (isinstance(widget, QAbstractButton) and widget.isCheckable() and widget.autoExclusive())
        and not (isinstance(widget, QAbstractButton) and widget.group() is not None)
    }
    assert not missed


def test_state_changes_are_announced(app: App, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen reader is told when protection ends, not only when it is asked."""
    heard = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: heard.append(event.type()))
    app.engine.report = app.engine.report.__class__(state="recovering", reason="the audio server has ended")  # type: ignore[attr-defined]
    app.call.look()
    assert QAccessible.Event.Alert in heard
