"""A voice of one's own: from a folder, by reading aloud, cancelled, refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.assets import BALANCED, DEFAULT
from core.bundle import Bundle
from gui.application import App
from gui.models import new_voice
from gui.models.dictation import Dictation
from gui.models.new_voice import Making, NewVoice, own_bundle
from gui.models.protection import Level
from gui.models.settings import SettingsStore
from gui.models.voices import VoiceChoice
from gui.theme.current import Theme
from gui.widgets.add_voice import AddVoice
from realtime.pipeline import Pipeline
from realtime.recording import anonymize
from tests.audio_server import MISSING, PulseServer
from tests.bundles import copy_default
from tests.gui.scripted_engine import ScriptedEngine
from tests.gui.test_real_engine import SAMPLE

# What the command does to a bundle, without its minutes of training.
COMMAND = """
import sys, time
from pathlib import Path
from core.bundle import Bundle, replace_voices
_, name, folder, _, path, _ = sys.argv[1:]
if name == "refused":
    sys.exit("voxveil: 4 s of speech are too few; give at least a minute")
print("progress 0.25", flush=True)
time.sleep(60 if name == "slow" else 0)
bundle = Bundle.load(Path(path))
bank = bundle.voices
replace_voices(bundle, bank.add(name, bank.row(bank.names[0]) * 0.9))
print("result likeness 0.81 0.95")
print(f"result untouched {len(list(Path(folder).iterdir()))}")
"""


def fill_in(dialog: AddVoice, name: str, folder: Path | None = None) -> None:
    """The first page; without a folder the sentences are to be read aloud."""
    dialog.name.setText(name)
    dialog.consent.setChecked(True)
    dialog.folder = folder
    dialog.from_folder.setChecked(folder is not None)


@pytest.fixture
def shipped(tmp_path: Path) -> Bundle:
    from tests import click_bundle

    return click_bundle.make(tmp_path / "shipped")


@pytest.fixture
def app(
    qtbot: QtBot, shipped: Bundle, store: SettingsStore, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    monkeypatch.setattr(new_voice, "voxveil_command", lambda *words: (sys.executable, ["-c", COMMAND, *words]))
    made = App(ScriptedEngine(), shipped, store, theme)
    made.window.show()
    yield made
    made.close()
    made.window.deleteLater()


def test_from_a_folder_to_the_list_of_voices(app: App, shipped: Bundle, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "speech").mkdir()
    (tmp_path / "speech" / "one.wav").write_bytes(b"")
    before = (shipped.path / "voices.safetensors").read_bytes()
    dialog = app.own_voices.add()
    dialog.name.setText("my voice")
    assert "letters" in dialog.note.text()
    dialog.name.setText(shipped.voices.names[0])
    assert "already" in dialog.note.text()
    dialog.name.setText("mine")
    dialog.from_folder.setChecked(True)
    dialog.folder = tmp_path / "speech"
    assert not dialog.next.isEnabled()  # nobody agreed yet
    dialog.consent.setChecked(True)
    dialog.next.click()
    qtbot.waitUntil(lambda: dialog.making.state is Making.DONE, timeout=30_000)
    assert "0.81 of 1 (one half of them to the other: 0.95)" in dialog.said.text()
    assert dialog.outcome.text() == "The voice is ready"
    assert "The 1 other voices are the same" in dialog.said.text()
    assert "Quality" not in dialog.said.text(), "what was not measured is not said"
    assert not dialog.cancel.isVisibleTo(dialog)
    assert "mine" in app.voices.names()
    assert app.window.page.choosers.voice.list.findData("named:mine") >= 0
    assert app.window.page.mixer.map._map.names.count("mine") == 1
    assert (shipped.path / "voices.safetensors").read_bytes() == before  # what was installed stays as it was
    assert Bundle.load(Path(app.store.values.own_bundles[BALANCED])).voices.names == app.bundle.voices.names
    dialog.accept()


def test_a_call_goes_on_beside_it(app: App, qtbot: QtBot, tmp_path: Path) -> None:
    """Mute, stop and keys work while a voice is made; the call goes on with it, and its recording too."""
    engine = app.engine
    assert isinstance(engine, ScriptedEngine)
    app.call.start()
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED)
    app.call.start_recording(tmp_path / "call.wav")
    qtbot.waitUntil(lambda: app.call.recording_to is not None)
    (tmp_path / "speech").mkdir()
    dialog = app.own_voices.add()
    assert dialog.windowModality() is Qt.WindowModality.NonModal
    assert app.own_voices.add() is dialog, "one at a time"
    fill_in(dialog, "mine", tmp_path / "speech")
    dialog.next.click()
    qtbot.mouseClick(app.window.page.buttons.mute, Qt.MouseButton.LeftButton)
    assert app.call.muted
    qtbot.waitUntil(lambda: dialog.making.state is Making.DONE, timeout=30_000)
    assert "mine" in app.voices.names()
    assert [name for name, _ in engine.asked].count("start") == 1
    assert app.call.recording_to is not None
    assert app.call.config().bundle == str(app.bundle.path), "the next call has the new bank"
    dialog.accept()


def test_an_added_voice_can_be_removed(app: App, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person may ask for it. Voices that ship cannot be removed; those who ask are asked back first."""
    (tmp_path / "speech").mkdir()
    mixer, names = app.window.page.mixer, app.voices.names()
    app.voices.choose(VoiceChoice("named", a=names[0]))
    assert not mixer.remove.isVisibleTo(mixer)
    dialog = app.own_voices.add()
    fill_in(dialog, "mine", tmp_path / "speech")
    dialog.next.click()
    qtbot.waitUntil(lambda: "mine" in app.voices.names(), timeout=30_000)
    dialog.accept()
    app.voices.choose(VoiceChoice("named", a="mine"))
    assert mixer.remove.isVisibleTo(mixer)
    for answer in (QMessageBox.ButtonRole.RejectRole, QMessageBox.ButtonRole.AcceptRole):

        def press(box: QMessageBox, role: QMessageBox.ButtonRole = answer) -> int:
            next(button for button in box.buttons() if box.buttonRole(button) is role).click()
            return 0

        monkeypatch.setattr(QMessageBox, "exec", press)
        mixer.remove.click()
        if answer is QMessageBox.ButtonRole.RejectRole:
            qtbot.wait(200)
            assert "mine" in app.voices.names()
    qtbot.waitUntil(lambda: app.voices.names() == names, timeout=30_000)
    assert app.voices.choice.kind == "fresh"
    assert "mine" not in Bundle.load(Path(app.store.values.own_bundles[BALANCED])).voices.names
    assert not mixer.remove.isVisibleTo(mixer)


def test_leaving_it_holds_nobody_up(app: App, qtbot: QtBot, tmp_path: Path, own_config: Path) -> None:
    dialog = app.own_voices.add()
    fill_in(dialog, "slow", tmp_path)
    dialog.next.click()
    making = dialog.making
    qtbot.waitUntil(lambda: making.progress > 0, timeout=30_000)
    began = monotonic()
    dialog.reject()
    assert monotonic() - began < 0.2
    qtbot.waitUntil(lambda: not app.own_voices.findChildren(NewVoice), timeout=30_000)
    assert not list(own_config.glob("bundle*"))


def test_closing_the_app_ends_the_recording(app: App, qtbot: QtBot) -> None:
    dialog = app.own_voices.add()
    fill_in(dialog, "mine")
    dialog.next.click()
    folder = dialog.dictation.folder
    dialog.dictation.toggle()
    app.close()
    assert not folder.exists()


@pytest.mark.parametrize(("name", "end"), [("refused", Making.FAILED), ("slow", Making.CANCELLED)])
def test_refused_or_cancelled_nothing_changes(
    app: App, shipped: Bundle, qtbot: QtBot, tmp_path: Path, own_config: Path, name: str, end: Making
) -> None:
    names = app.voices.names()
    dialog = app.own_voices.add()
    fill_in(dialog, name, tmp_path)
    dialog.next.click()
    if name == "slow":
        qtbot.waitUntil(lambda: dialog.making.progress > 0, timeout=30_000)
        dialog.cancel.click()
    qtbot.waitUntil(lambda: dialog.making.state is end, timeout=30_000)
    assert app.voices.names() == names
    assert app.bundle.path == shipped.path
    if name == "refused":
        assert "at least a minute" in dialog.said.text()
    qtbot.waitUntil(lambda: not dialog.making.busy, timeout=30_000)
    assert not list(own_config.glob("bundle*")), "a copy without a new voice is of no use"
    assert dialog.cancel.text() == "Back"
    dialog.cancel.click()
    assert dialog.pages.currentIndex() == 0
    dialog.name.setText("mine")
    dialog.next.click()
    qtbot.waitUntil(lambda: dialog.making.state is Making.DONE, timeout=30_000)
    assert "mine" in app.voices.names()
    dialog.reject()


def test_after_a_failure_what_was_read_aloud_is_still_there(app: App, qtbot: QtBot) -> None:
    dialog = app.own_voices.add()
    fill_in(dialog, "refused")
    dialog.next.click()
    for number in range(len(dialog.dictation.sentences)):
        (dialog.dictation.folder / f"{number + 1:02}.wav").write_bytes(b"sound")
    dialog._show()
    dialog.next.click()
    qtbot.waitUntil(lambda: dialog.making.state is Making.FAILED, timeout=30_000)
    dialog.cancel.click()
    assert dialog.pages.currentIndex() == 1
    assert dialog.dictation.complete
    assert dialog.next.isEnabled()
    dialog.reject()


def test_voices_added_to_another_bundle_stay(shipped: Bundle, own_config: Path) -> None:
    """Started with --bundle, the app makes a copy of that one, beside the copy that has voices of one's own in it."""
    first = own_bundle(shipped.path)
    assert first == own_config / "bundle"
    shutil.copytree(shipped.path, first)
    assert own_bundle(first) == first
    assert own_bundle(shipped.path) == own_config / "bundle-2"


def test_a_command_that_cannot_start_is_a_failure(
    app: App, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_voice, "voxveil_command", lambda *words: (str(tmp_path / "gone"), list(words)))
    making = new_voice.NewVoice(app.bundle.path)
    making.begin("mine", tmp_path)
    qtbot.waitUntil(lambda: not making.busy, timeout=30_000)
    assert making.state is Making.FAILED
    making.close()


@pytest.mark.timeout(900)
def test_the_real_command_from_the_window(qtbot: QtBot, store: SettingsStore, theme: Theme, tmp_path: Path) -> None:
    """Half a minute of speech, the bundle that ships, the command itself: the voice is in the list and can be used."""
    import soundfile

    samples, rate = soundfile.read(SAMPLE)
    (tmp_path / "speech").mkdir()
    for k, faster in enumerate((0.97, 1.0, 1.03)):  # one person's, and not the same thing three times
        soundfile.write(tmp_path / "speech" / f"{k}.wav", samples, round(rate * faster))
    bundle = Bundle.load(copy_default(tmp_path / "shipped"))
    app = App(ScriptedEngine(), bundle, store, theme)
    app.window.show()
    dialog = app.own_voices.add()
    fill_in(dialog, "mine", tmp_path / "speech")
    dialog.next.click()
    heard = set()
    dialog.making.changed.connect(lambda: heard.add(dialog.progress.value()))
    qtbot.waitUntil(lambda: dialog.making.state is not Making.RUNNING, timeout=800_000)
    assert dialog.making.state is Making.DONE, dialog.said.text()
    assert len(heard) > 5, "progress was shown"
    assert dialog.making.figures["untouched"] == (len(bundle.voices.names),)
    assert "Likeness" in dialog.said.text()
    assert "Quality" in dialog.said.text()
    assert "mine" in app.voices.names()
    made = Bundle.load(own_bundle(Path(store.values.own_bundles[DEFAULT])))
    row = made.voices.row("mine")
    assert min(abs(row - made.voices.row(name)).max() for name in bundle.voices.names) > 0.01
    spoken = anonymize(Pipeline(made, "cpu"), samples.astype(np.float32)[: 2 * rate], rate, row, 1.0)
    assert np.abs(spoken).max() > 0.01
    dialog.accept()
    app.close()
    app.window.deleteLater()


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_reading_aloud_makes_a_file_a_sentence(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    import soundfile

    with PulseServer({"mic": 48_000}) as server:
        server.name_in(monkeypatch)
        server.keep_awake("mic")
        server.helper("paplay", "-d", "mic", str(SAMPLE), stdin=subprocess.DEVNULL)
        reading = Dictation("mic.monitor")
        reading.toggle()
        qtbot.waitUntil(lambda: reading.level_db > -40, timeout=30_000)
        reading.toggle()
        qtbot.waitUntil(lambda: not reading.recording, timeout=10_000)
        assert reading.has(0)
        assert reading.at == 1
        samples, rate = soundfile.read(reading.folder / "01.wav")
        assert rate == 48_000
        assert abs(samples).max() > 0.01
        folder = reading.folder
        reading.close()
        assert not folder.exists()


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_a_missing_microphone_is_said(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    with PulseServer({"mic": 48_000}) as server:
        server.name_in(monkeypatch)
        reading = Dictation("gone")
        with qtbot.waitSignal(reading.problem, timeout=30_000) as said:
            reading.toggle()
        assert said.args[0].startswith("The microphone “gone” is not connected")
        reading.close()
