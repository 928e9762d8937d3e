"""Fixtures of the app's tests: offscreen windows, a small voice bank, an own configuration folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.bundle import Bundle
from core.voices import VoiceBank, VoiceInfo
from gui.application import App
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from tests.gui.scripted_engine import ScriptedEngine

NAMES = ("iris", "otto", "mara", "emil", "lena", "jonas", "vera", "theo")


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's settings."""
    folder = tmp_path / "config"
    monkeypatch.setenv("VOXVEIL_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture
def bank() -> VoiceBank:
    """Eight voices with 66 numbers each."""
    rows = np.random.default_rng(3).normal(size=(len(NAMES), 66))
    return VoiceBank(rows, [VoiceInfo(name, "F" if k % 2 else "M") for k, name in enumerate(NAMES)])


@pytest.fixture
def store(qtbot: QtBot) -> SettingsStore:
    """Remembered choices: none yet, and the welcome is behind us."""
    made = SettingsStore()
    made.values.welcomed = True
    return made


@pytest.fixture
def engine() -> ScriptedEngine:
    """An engine that reports what the test says."""
    return ScriptedEngine()


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The light colours, applied once: a style sheet is the slowest part of a window."""
    made = Theme("light")
    made.apply()
    return made


@pytest.fixture
def app(
    qtbot: QtBot, engine: ScriptedEngine, bank: VoiceBank, store: SettingsStore, theme: Theme, tmp_path: Path
) -> Iterator[App]:
    """The whole app on the scripted engine, its window shown."""
    made = App(engine, Bundle(tmp_path, {"default_voice": "iris"}, bank), store, theme)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.close()
    made.window.deleteLater()
    made.menu.deleteLater()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
