"""The user chooses between the default bundle and the one that takes longer; each keeps what was added to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.assets import BALANCED, LOW, SHIPPED
from core.bundle import Bundle
from gui.application import App
from gui.models.bundles import Bundles
from gui.models.protection import Level
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from tests import click_bundle
from tests.bundles import copy_default, edit_manifest
from tests.gui.scripted_engine import ScriptedEngine


@pytest.fixture
def slower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the one that takes 10 ms more: other graphs than the default one's."""
    folder = copy_default(tmp_path / "slower")
    edit_manifest(folder, lambda manifest: manifest.update(name=BALANCED))
    default = click_bundle.make(tmp_path / "default").path
    edit_manifest(default, lambda manifest: manifest.update(name=LOW))
    monkeypatch.setitem(SHIPPED, BALANCED, folder)
    monkeypatch.setitem(SHIPPED, LOW, default)
    return folder


@pytest.fixture
def app(qtbot: QtBot, slower: Path, store: SettingsStore, theme: Theme) -> Iterator[App]:
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


def test_a_call_goes_on_with_the_other_one(app: App, slower: Path, store: SettingsStore, qtbot: QtBot) -> None:
    engine = app.engine
    assert isinstance(engine, ScriptedEngine)
    assert checked(app) == [LOW]
    app.call.start()
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED)
    choose(app, BALANCED)
    qtbot.waitUntil(lambda: [name for name, _ in engine.asked].count("start") == 2)
    assert engine.config is not None
    assert engine.config.bundle == str(slower)
    assert app.voices.bank.names == Bundle.load(slower).voices.names
    assert checked(app) == [BALANCED]
    assert Bundles(SettingsStore()).load()[0].path == slower, "after the next start, too"
    choose(app, LOW)
    qtbot.waitUntil(lambda: [name for name, _ in engine.asked].count("start") == 3)
    assert engine.config.bundle == str(SHIPPED[LOW])


def test_a_damaged_one_is_said_and_the_call_keeps_what_it_has(app: App, slower: Path, store: SettingsStore) -> None:
    edit_manifest(slower, lambda manifest: manifest.update(format=99))
    choose(app, BALANCED)
    assert "format" in app.window.notice.text.text()
    assert checked(app) == [LOW]
    assert store.values.delay == ""
    assert app.call.config().bundle == str(SHIPPED[LOW])


def test_added_voices_stay_with_the_bundle_that_they_were_made_for(
    app: App, slower: Path, store: SettingsStore, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(SHIPPED[LOW], own)
    choose(app, BALANCED)  # while a voice is made for the default one
    app.own_voices.changed.emit(Bundle.load(own))
    assert app.bundle.path == slower
    choose(app, LOW)
    assert app.bundle.path == own
    own_slower = tmp_path / "own slower"
    shutil.copytree(slower, own_slower)
    app.own_voices.changed.emit(Bundle.load(own_slower))
    assert store.values.own_bundles == {LOW: str(own), BALANCED: str(own_slower)}
    choose(app, BALANCED)
    assert app.bundle.path == own_slower
    shutil.rmtree(own)
    choose(app, LOW)
    assert app.bundle.path == SHIPPED[LOW]
    assert "cannot be used" in app.window.notice.text.text()


def test_voices_from_before_there_was_a_choice_are_found(slower: Path, store: SettingsStore, tmp_path: Path) -> None:
    """They were added to what was the only bundle then, and is not the default now."""
    own = tmp_path / "own"
    shutil.copytree(slower, own)
    store.path.parent.mkdir(exist_ok=True)
    store.path.write_text(json.dumps({"bundle": str(own), "low_bundle": ""}))
    old = SettingsStore()
    assert Bundles(old).load()[0].path == own
    assert Bundles(old).choose(LOW)[0].path == SHIPPED[LOW]
    assert Bundles(SettingsStore()).load()[0].path == SHIPPED[LOW]


@pytest.mark.parametrize(("low", "name"), [(True, LOW), (False, BALANCED), (None, LOW)])
def test_a_choice_from_when_there_were_two_is_kept(
    slower: Path, store: SettingsStore, tmp_path: Path, low: bool | None, name: str
) -> None:
    own = tmp_path / "own"
    shutil.copytree(SHIPPED[LOW], own)
    store.path.parent.mkdir(exist_ok=True)
    store.path.write_text(json.dumps({"low_delay": low, "low_bundle": str(own)}))
    old = Bundles(SettingsStore())
    assert old.shipped == name
    assert old.load()[0].path == (own if name == LOW else slower)


def test_who_names_a_bundle_gets_that_one(
    slower: Path, store: SettingsStore, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    store.values.delay = LOW
    named = Bundles(store, click_bundle.make(tmp_path / "named").path)
    app = App(ScriptedEngine(), named.load()[0], store, theme, named)
    assert app.bundle.path == tmp_path / "named"
    assert not app.menu._delays.isEnabled()
    app.close()
    app.window.deleteLater()
