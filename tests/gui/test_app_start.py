"""Starting the app: one instance, languages, a clear word where it cannot start, and nothing heavy imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.assets import DEFAULT
from core.bundle import Bundle
from gui.models.bundles import Bundles
from gui.models.settings import SettingsStore
from gui.platform.single_instance import SingleInstance, send_wish
from gui.start import TRANSLATIONS
from tests.bundles import copy_default, edit_manifest

ROOT = Path(__file__).resolve().parents[2]


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-m", "voxveil", *words],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def test_a_second_start_hands_over_its_wish(qtbot: QtBot) -> None:
    assert not send_wish("raise")
    first = SingleInstance()
    with qtbot.waitSignal(first.wished) as heard:
        assert send_wish("toggle-mute")
    assert heard.args == ["toggle-mute"]
    with qtbot.assertNotEmitted(first.wished, wait=200):
        send_wish("format-disk")
    first.close()
    assert not send_wish("raise")


def test_without_a_screen_it_says_so() -> None:
    done = _run("app", QT_QPA_PLATFORM="")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("voxveil: there is no screen")
    assert done.stderr.count("\n") == 1


def test_telling_nobody_is_an_error(own_config: Path) -> None:
    done = _run("app", "--send", "mute", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 2
    assert "does not run" in done.stderr


def test_voices_of_ones_own_that_cannot_be_read_are_kept(store: SettingsStore, tmp_path: Path) -> None:
    """Newer software, an older copy: what was added may be wanted yet, so nobody forgets where it lies."""
    own = copy_default(tmp_path / "own")
    store.values.own_bundles[DEFAULT] = str(own)
    assert Bundles(store).load()[1] == ""
    edit_manifest(own, lambda manifest: manifest.update(format=99))
    bundle, wrong = Bundles(store).load()
    assert bundle.path == Bundle.load().path
    assert wrong
    assert store.values.own_bundles[DEFAULT] == str(own)
    shutil.rmtree(own)
    assert Bundles(store).load()[1]
    assert Bundles(store).load()[1] == "", "said once"


def test_english_is_not_the_next_language_that_one_knows() -> None:
    asked = "from PySide6.QtWidgets import QApplication; from gui.start import install_language as i; "
    asked += "print(len(i(QApplication([]), 'system')))"
    plain = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
    for languages, count in (("en:de", 0), ("de:en", 2)):
        done = subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, **plain, "LANGUAGE": languages},
            capture_output=True, text=True, cwd=ROOT, timeout=60, check=True,
        )  # fmt: skip
        assert int(done.stdout) == count, languages


def test_imports_nothing_heavy() -> None:
    code = (
        "import sys, gui.start, gui.widgets.inspector, realtime.engine;"
        "print([name for name in ('torch', 'onnxruntime', 'onnx', 'lightning', 'sounddevice') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("language", ["de"])
def test_every_text_is_translated(language: str, qapp: QApplication) -> None:
    tree = ElementTree.parse(TRANSLATIONS / f"voxveil_{language}.ts")
    for message in tree.iter("message"):
        source, translation = message.find("source"), message.find("translation")
        assert source is not None
        assert translation is not None
        assert translation.get("type") is None, source.text
        for mark in ("{voice}", "{name}", "{ms}", "{path}", "{error}", "{message}", "{minutes}", "{seconds}"):
            assert (mark in (source.text or "")) == (mark in (translation.text or "")), source.text


def test_the_compiled_texts_are_those_of_the_source(qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load(str(TRANSLATIONS / "voxveil_de.qm"))
    for context in ElementTree.parse(TRANSLATIONS / "voxveil_de.ts").iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            assert translator.translate(name, message.findtext("source") or "") == message.findtext("translation")


def test_no_text_of_the_code_is_missing_in_the_translations(tmp_path: Path) -> None:
    """lupdate finds nothing that the .ts file does not have."""
    sources = sorted(str(path) for path in (ROOT / "gui").rglob("*.py"))
    tool = Path(sys.executable).parent / "pyside6-lupdate"
    subprocess.run([str(tool), *sources, "-ts", str(tmp_path / "now.ts")], capture_output=True, check=True)

    def texts(path: Path) -> set[tuple[str | None, str | None]]:
        return {
            (context.findtext("name"), message.findtext("source"))
            for context in ElementTree.parse(path).iter("context")
            for message in context.iter("message")
        }

    assert texts(tmp_path / "now.ts") <= texts(TRANSLATIONS / "voxveil_de.ts")


def test_german_reaches_the_window(app: object, qtbot: QtBot) -> None:
    translator = QTranslator()
    translator.load(str(TRANSLATIONS / "voxveil_de.qm"))
    QCoreApplication.installTranslator(translator)
    try:
        app.window.page.state._show_level()  # type: ignore[attr-defined]
        assert app.window.page.state.title.text() == "Aus"  # type: ignore[attr-defined]
    finally:
        QCoreApplication.removeTranslator(translator)
