"""The user chooses between the usual bundle and the one with less delay; each keeps what was added to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.assets import SHIPPED
from core.bundle import Bundle
from gui.application import App
from gui.models.bundles import LOW, USUAL, Bundles
from gui.models.protection import Level
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from tests import click_bundle
from tests.bundles import copy_default, edit_manifest
from tests.gui.scripted_engine import ScriptedEngine


@pytest.fixture
def low(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the one that ships: other graphs than the usual one's."""
    folder = copy_default(tmp_path / "low")
    edit_manifest(folder, lambda manifest: manifest.update(name="low"))
    monkeypatch.setitem(SHIPPED, LOW, folder)
    monkeypatch.setitem(SHIPPED, USUAL, click_bundle.make(tmp_path / "usual").path)
    return folder


@pytest.fixture
def app(qtbot: QtBot, low: Path, store: SettingsStore, theme: Theme) -> Iterator[App]:
    made = App(ScriptedEngine(), Bundles(store).load()[0], store, theme)
    made.window.show()
    yield made
    made.close()
    made.window.deleteLater()


def choose(app: App, name: str) -> None:
    """As by hand."""
    next(action for action in app.menu._delays.actions() if action.data() == name).trigger()


def checked(app: App) -> list[str]:
    return [action.data() for action in app.menu._delays.actions() if action.isChecked()]


def test_a_call_goes_on_with_less_delay(app: App, low: Path, store: SettingsStore, qtbot: QtBot) -> None:
    engine = app.engine
    assert isinstance(engine, ScriptedEngine)
    assert checked(app) == [USUAL]
    app.call.start()
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED)
    choose(app, LOW)
    qtbot.waitUntil(lambda: [name for name, _ in engine.asked].count("start") == 2)
    assert engine.config is not None
    assert engine.config.bundle == str(low)
    assert app.voices.bank.names == Bundle.load(low).voices.names
    assert checked(app) == [LOW]
    assert Bundles(SettingsStore()).load()[0].path == low, "after the next start, too"
    choose(app, USUAL)
    qtbot.waitUntil(lambda: [name for name, _ in engine.asked].count("start") == 3)
    assert engine.config.bundle == str(SHIPPED[USUAL])


def test_a_damaged_one_is_said_and_the_call_keeps_the_usual_one(app: App, low: Path, store: SettingsStore) -> None:
    edit_manifest(low, lambda manifest: manifest.update(format=99))
    choose(app, LOW)
    assert "format" in app.window.notice.text.text()
    assert checked(app) == [USUAL]
    assert not store.values.low_delay
    assert app.call.config().bundle == str(SHIPPED[USUAL])


def test_added_voices_stay_with_the_bundle_that_they_were_made_for(
    app: App, low: Path, store: SettingsStore, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(SHIPPED[USUAL], own)
    choose(app, LOW)  # while a voice is made for the usual one
    app.own_voices.changed.emit(Bundle.load(own))
    assert app.bundle.path == low
    choose(app, USUAL)
    assert app.bundle.path == own
    own_low = tmp_path / "own low"
    shutil.copytree(low, own_low)
    app.own_voices.changed.emit(Bundle.load(own_low))
    assert (store.values.bundle, store.values.low_bundle) == (str(own), str(own_low))
    choose(app, LOW)
    assert app.bundle.path == own_low
    shutil.rmtree(own)
    choose(app, USUAL)
    assert app.bundle.path == SHIPPED[USUAL]
    assert "cannot be used" in app.window.notice.text.text()


def test_who_names_a_bundle_gets_that_one(
    low: Path, store: SettingsStore, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    store.values.low_delay = True
    named = Bundles(store, click_bundle.make(tmp_path / "named").path)
    app = App(ScriptedEngine(), named.load()[0], store, theme, named)
    assert app.bundle.path == tmp_path / "named"
    assert not app.menu._delays.isEnabled()
    app.close()
    app.window.deleteLater()
