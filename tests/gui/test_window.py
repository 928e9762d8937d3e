"""The window on a scripted engine: what it shows, what it asks for, with mouse and with keys."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QMenu, QWidget
from pytestqt.qtbot import QtBot

from gui.application import App
from gui.models.protection import Level
from gui.models.voices import VoiceChoice
from gui.theme.palette import DARK, LIGHT, Colours, contrast
from tests.gui.scripted_engine import ScriptedEngine

SAID_WITHIN_S = 0.2


def _title(app: App) -> str:
    return app.window.page.state.title.text()


def test_shows_off_until_the_engine_says_otherwise(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    assert _title(app) == "Off"
    qtbot.mouseClick(app.window.page.buttons.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [name for name, _ in engine.asked] == ["start"])
    qtbot.wait(100)
    assert _title(app) == "Off"  # asked for is not the same as protected
    engine.go_live()
    qtbot.waitUntil(lambda: _title(app) == "Protected")
    assert app.window.page.buttons.start.text() == "Stop"
    qtbot.mouseClick(app.window.page.buttons.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _title(app) == "Off")


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("how", ["heartbeat", "blocks", "recovering"])
def test_says_silent_within_200_ms(app: App, engine: ScriptedEngine, qtbot: QtBot, shown: bool, how: str) -> None:
    """A frozen engine: its report stays, its heartbeat ages with the clock. Also while only the tray is seen."""
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED)
    if not shown:
        app.window.hide()
        qtbot.wait(100)
    began = time.monotonic()
    frozen = engine.report

    def report() -> object:
        age = time.monotonic() - began
        if how == "heartbeat":
            return replace(frozen, heartbeat_age_s=age, blocks=frozen.blocks + int(age * 50))
        return replace(frozen, state="recovering") if how == "recovering" else frozen

    engine.snapshot = report  # type: ignore[method-assign, assignment]
    qtbot.waitUntil(lambda: app.call.protection.level is Level.SILENT, timeout=1000)
    assert time.monotonic() - began < SAID_WITHIN_S + 0.1  # the machine that tests may be busy
    assert _title(app) == "Silent"
    assert "silent" in app.tray.icon.toolTip()


def test_reason_is_shown_and_read_out(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    engine.go_live()
    engine.report = replace(engine.report, state="failed", reason="The microphone was unplugged.")
    qtbot.waitUntil(lambda: _title(app) == "Stopped")
    assert app.window.page.state.detail.text() == "The microphone was unplugged."
    assert "unplugged" in app.window.page.state.accessibleName()


def test_delay_and_its_parts(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    engine.go_live()
    card = app.window.page.state
    qtbot.waitUntil(lambda: card.delay.text() == "Delay 58 ms", timeout=3000)
    assert "computing and waiting" in card.delay.toolTip()
    engine.report = replace(engine.report, state="recovering")
    qtbot.waitUntil(lambda: not card.delay.text().strip())


def test_start_carries_what_is_chosen(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    app.voices.choose(VoiceChoice("mix", a="iris", b="otto", weight=0.5))
    app.window.page.sound.prosody.slider.setValue(40)
    app.window.page.sound.gate.slider.setValue(-45)
    app.call.start()
    qtbot.waitUntil(lambda: engine.config is not None)
    assert engine.config is not None
    np.testing.assert_allclose(engine.config.voice_row, app.voices.row)
    assert (engine.config.prosody, engine.config.gate_db, engine.config.muted) == (0.4, -45.0, False)


def test_voice_and_sliders_act_while_live(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    app.call.start()
    engine.go_live()
    mixer = app.window.page.mixer
    mixer.first.setCurrentIndex(1)
    mixer.first.activated.emit(1)
    mixer.slider.setValue(30)
    app.window.page.sound.gain.slider.setValue(6)
    qtbot.waitUntil(lambda: ("gain", 6) in engine.asked)
    sent = [value for name, value in engine.asked if name == "voice"]
    np.testing.assert_allclose(sent[-1], app.voices.row)
    assert app.voices.choice.kind == "mix"


def test_the_slider_has_a_way_to_go_also_from_somebody_new(app: App) -> None:
    assert app.voices.choice.kind == "fresh"
    app.window.page.mixer.slider.setValue(30)
    assert app.voices.choice.kind == "mix"
    assert app.voices.choice.a != app.voices.choice.b


def test_a_text_that_is_too_long_ends_in_an_ellipsis(app: App) -> None:
    chooser = app.window.page.choosers.voice
    assert chooser.list.shown() == "Another voice in every call"
    chooser.fill([("a", "A" * 80), ("b", "B")], "a")
    assert chooser.list.shown().endswith("A…")
    chooser.list.grab()  # paints


def test_mute_by_button_and_key(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    qtbot.mouseClick(app.window.page.buttons.mute, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: engine.asked[-1:] == [("muted", True)])
    app.window.activateWindow()
    qtbot.keyClick(app.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: engine.asked[-1:] == [("muted", False)])
    assert not app.window.page.buttons.mute.isChecked()


def test_who_muted_before_the_call_is_not_heard_in_it(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    app.call.set_muted(True)
    for _ in range(2):
        app.call.start()
        qtbot.waitUntil(lambda: engine.config is not None)
        assert engine.config is not None
        assert engine.config.muted
        assert app.call.muted
        engine.config = None
        app.call.stop()


def test_a_key_that_is_held_acts_once(app: App) -> None:
    """A held key repeats some thirty times a second: Ctrl+M would end anywhere."""
    keys = app.window.findChildren(QShortcut)
    assert len(keys) >= 7
    assert not [key.key().toString() for key in keys if key.autoRepeat()]


def test_push_to_talk(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    app.window.page.sound.push_to_talk.setChecked(True)
    app.call.start()
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.running)
    assert engine.config is None or engine.config.muted
    app.window.activateWindow()
    qtbot.waitUntil(app.window.isActiveWindow)
    target = app.window.page.buttons.start
    qtbot.keyPress(target, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: engine.asked[-1] == ("muted", False))
    qtbot.keyRelease(target, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: engine.asked[-1] == ("muted", True))
    assert "stop" not in [name for name, _ in engine.asked]  # Space did not press the button under the focus


def test_recording_counts_and_tells_where(app: App, engine: ScriptedEngine, qtbot: QtBot, tmp_path: Path) -> None:
    app.store.values.record_folder = str(tmp_path / "kept")
    engine.go_live()
    button = app.window.page.buttons.record
    qtbot.waitUntil(button.isEnabled)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: button.text().strip() == "0:00")
    qtbot.waitUntil(lambda: button.text().strip() == "0:01", timeout=3000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(app.window.notice.isVisible)
    assert str(tmp_path / "kept") in app.window.notice.text.text()


def test_asking_twice_makes_one_recording(app: App, engine: ScriptedEngine, qtbot: QtBot, tmp_path: Path) -> None:
    """The engine may take seconds to answer; meanwhile the button is pressed again."""
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.protection.level is Level.PROTECTED)
    app.call.start_recording(tmp_path / "one.wav")
    app.call.start_recording(tmp_path / "two.wav")
    qtbot.waitUntil(lambda: app.call.recording_to is not None)
    qtbot.wait(100)
    assert [value for name, value in engine.asked if name == "record"] == [tmp_path / "one.wav"]
    assert app.call.recording_to == tmp_path / "one.wav"
    app.call.stop_recording()
    app.call.start_recording(tmp_path / "three.wav")
    qtbot.waitUntil(lambda: app.call.recording_to == tmp_path / "three.wav")


def test_a_refused_recording_is_said_in_words(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    def refuse(path: object) -> None:
        raise OSError("No space left on device")

    engine.record = refuse  # type: ignore[method-assign, assignment]
    engine.go_live()
    qtbot.waitUntil(lambda: app.call.running)
    app.call.start_recording()
    qtbot.waitUntil(app.window.notice.isVisible)
    assert "The disk is full" in app.window.notice.text.text()
    assert not app.window.page.buttons.record.isChecked()


def test_spectra_and_levels_are_drawn(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    engine.go_live()
    empty = app.window.page.heard.spectrogram.grab().toImage()
    engine.hear(np.full((40, 80), -30.0), np.full((40, 80), -120.0))
    qtbot.waitUntil(lambda: app.window.page.heard.spectrogram.grab().toImage() != empty)
    engine.report = replace(engine.report, in_peak=0.0)
    qtbot.waitUntil(lambda: app.window.page.heard.meter.clipped)


def test_what_others_hear_is_drawn_silent_while_muted(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    engine.go_live()
    engine.report = replace(engine.report, state="muted", out_peak=0.0)
    qtbot.waitUntil(lambda: app.call.protection.level is Level.MUTED)
    empty = app.window.page.sent.spectrogram.grab().toImage()
    before = app.window.page.heard.spectrogram.grab().toImage()
    engine.hear(np.full((40, 80), -30.0), np.full((40, 80), -30.0))
    qtbot.waitUntil(lambda: app.window.page.heard.spectrogram.grab().toImage() != before)
    assert app.window.page.sent.spectrogram.grab().toImage() == empty
    assert not app.window.page.sent.meter.clipped


def test_a_slow_start_does_not_hold_up_the_window(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    engine.start = lambda config: time.sleep(0.5)  # type: ignore[method-assign, assignment]
    began = time.monotonic()
    app.call.start()
    assert time.monotonic() - began < 0.2


def test_keys_reach_every_control(app: App, qtbot: QtBot) -> None:
    """Tab goes round through all that can be used on the page."""
    app.window.activateWindow()
    qtbot.waitUntil(app.window.isActiveWindow)
    page = app.window.page
    wanted: set[QWidget] = {
        page.buttons.start,
        page.buttons.mute,
        page.choosers.microphone.list,
        page.choosers.voice.list,
        page.choosers.output.list,
        page.tabs.tabBar(),
        page.mixer.map,
        page.mixer.slider,
        page.mixer.new_person,
        app.window.menu_button,
        app.window.call_button,
    }
    seen: set[QWidget] = set()
    for _ in range(60):
        focus = app.window.focusWidget()
        if focus is not None:
            seen.add(focus)
        app.window.focusNextChild()
    assert not {widget.accessibleName() or widget for widget in wanted - seen}


def test_every_control_has_a_name(app: App) -> None:
    app.window.page.tabs.setCurrentIndex(2)
    for widget in app.window.findChildren(QWidget):
        control = isinstance(widget, QAbstractButton | QAbstractSlider | QComboBox)
        if control and widget.isVisibleTo(app.window) and not widget.objectName().startswith("qt_"):
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            internal = widget.parentWidget() is not None and widget.parentWidget().inherits("QTableView")
            scroll_bar = widget.inherits("QScrollBar")
            assert widget.accessibleName() or text or internal or scroll_bar, widget


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(colours: Colours) -> None:
    grounds = {"window": colours.window, "card": colours.card, "sunken": colours.sunken}
    for name, ground in grounds.items():
        assert contrast(colours.text, ground) >= 7.0, name
        assert contrast(colours.quiet, ground) >= 4.5, name
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.danger, colours.card) >= 4.5
    for level, (ground, ink) in colours.levels.items():
        assert contrast(ink, ground) >= 7.0, level
    assert contrast(colours.focus, colours.card) >= 3.0


def test_fits_900_by_600(app: App, qtbot: QtBot) -> None:
    app.window.resize(900, 600)
    qtbot.wait(50)
    assert (app.window.width(), app.window.height()) == (900, 600)
    hint = app.window.centralWidget().minimumSizeHint()
    assert hint.width() <= 900
    assert hint.height() <= 600


def test_closing_while_live_asks_first(app: App, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.go_live()
    app.call.look()
    monkeypatch.setattr(app, "_sure_to_quit", lambda: False)
    event = QCloseEvent()
    app._window_closes(event)
    assert not event.isAccepted()


def test_presets_bring_back_sound_and_voice(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    app.window.page.sound.prosody.slider.setValue(20)
    app.voices.choose(VoiceChoice("named", a="vera"))
    app.presets.keep("quiet")
    app.window.page.sound.prosody.slider.setValue(90)
    app.voices.choose(VoiceChoice("named", a="otto"))
    app.menu.presets.refill()
    next(action for action in app.menu.presets.actions() if action.text() == "quiet").trigger()
    assert app.voices.choice.a == "vera"
    assert app.window.page.sound.prosody.slider.value() == 20


def test_a_preset_of_another_voice_in_every_call_draws_one(app: App) -> None:
    app.voices.choose(app.voices.anybody())
    app.presets.keep("calls")
    [preset] = app.store.values.presets
    preset["voice"]["a"] = "left the bank"
    drawn = set()
    for _ in range(12):
        app.presets.use("calls")
        assert app.voices.choice.kind == "fresh"
        drawn.add(app.voices.choice.a)
    assert len(drawn) > 1


def test_a_preset_of_another_bundle_changes_nothing(app: App, qtbot: QtBot) -> None:
    app.store.values.presets = [{"name": "old", "voice": {"kind": "named", "a": "gone"}, "prosody": 0, "gain_db": 0}]
    before = app.voices.choice
    app.presets.use("old")
    assert app.voices.choice == before
    assert app.window.notice.isVisible()


def test_wishes_of_a_second_start(app: App, engine: ScriptedEngine, qtbot: QtBot) -> None:
    app.window.hide()
    app.fulfil("raise")
    assert app.window.isVisible()
    app.fulfil("toggle-mute")
    qtbot.waitUntil(lambda: ("muted", True) in engine.asked)
    app.fulfil("start")
    qtbot.waitUntil(lambda: "start" in [name for name, _ in engine.asked])


def test_a_fault_in_the_window_is_said(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    app.report_fault(ValueError, ValueError("oops"), None)
    assert "oops" in app.window.notice.text.text()


def test_menus_have_texts(app: App) -> None:
    for menu in app.window.findChildren(QMenu):
        assert all(action.text() or action.isSeparator() for action in menu.actions())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the cable is made by others")
def test_says_who_else_plays_into_the_call(
    app: App, engine: ScriptedEngine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = ["Firefox"]
    monkeypatch.setattr("realtime.virtual_mic.also_playing", lambda: list(playing))
    app.virtual_mic._timer.setInterval(50)
    notice = app.window.notice
    qtbot.wait(200)
    assert not notice.isVisible(), "nobody hears anything before the call"
    engine.go_live()
    qtbot.waitUntil(lambda: "also hear Firefox" in notice.text.text())
    notice.hide()
    qtbot.wait(200)
    assert not notice.isVisible(), "said once"
    playing.clear()
    qtbot.waitUntil(lambda: "Nothing but your new voice" in notice.text.text())
    playing.append("mpv")
    qtbot.waitUntil(lambda: "also hear mpv" in notice.text.text())
