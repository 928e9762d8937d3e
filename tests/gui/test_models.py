"""Meter, settings, voices, map, picture: what stands behind the widgets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.errors import VoiceError
from core.voices import VoiceBank
from gui.models.call import CallModel
from gui.models.meter import CLIP_LAMP_S, FLOOR_DB, HOLD_S, MeterBallistics, fraction
from gui.models.settings import SettingsStore
from gui.models.spectrum_image import HIGH_DB, LOW_DB, SpectrumImage, colour_table
from gui.models.trace import Trace
from gui.models.voice_map import VoiceMap
from gui.models.voices import VoiceChoice, VoicesModel
from realtime.config import GATE_OFF_DB
from realtime.snapshot import Snapshot
from tests.gui.scripted_engine import ScriptedEngine


def test_meter_rises_at_once_falls_slowly_and_holds_its_peak() -> None:
    meter = MeterBallistics()
    meter.feed(-10.0, -4.0, 0.0)
    assert (meter.level, meter.peak) == (-10.0, -4.0)
    meter.feed(-120.0, -120.0, 0.5)
    assert -23.0 < meter.level < -21.0
    assert meter.peak == -4.0
    meter.feed(-120.0, -120.0, HOLD_S + 0.5)
    assert meter.peak < -4.0


def test_meter_clip_lamp_goes_out_again() -> None:
    meter = MeterBallistics()
    meter.feed(-3.0, 0.0, 0.0)
    assert meter.clipped
    meter.feed(-3.0, -3.0, CLIP_LAMP_S + 0.01)
    assert not meter.clipped


def test_meter_takes_nan_as_silence() -> None:
    meter = MeterBallistics()
    meter.feed(float("nan"), float("nan"), 0.0)
    assert (meter.level, meter.peak, meter.clipped) == (FLOOR_DB, FLOOR_DB, False)
    assert fraction(FLOOR_DB) == 0.0
    assert fraction(3.0) == 1.0


def test_settings_come_back(store: SettingsStore) -> None:
    store.values.microphone = "mikrofon ü"
    store.values.close_to_tray = True
    store.values.gain_db = -3.0
    store.save()
    again = SettingsStore().values
    assert (again.microphone, again.close_to_tray, again.gain_db) == ("mikrofon ü", True, -3.0)


def test_damaged_settings_are_kept_aside(own_config: Path, qtbot: QtBot) -> None:
    own_config.mkdir()
    (own_config / "app.json").write_text("{half")
    assert SettingsStore().values.microphone == ""
    assert (own_config / "app.broken").read_text() == "{half"


def test_wrong_types_keep_their_defaults(own_config: Path, qtbot: QtBot) -> None:
    own_config.mkdir()
    stored = {"gain_db": "loud", "voice": 7, "start_muted": "yes", "prosody": 0, "unknown": 1, "close_to_tray": 3}
    (own_config / "app.json").write_text(json.dumps(stored))
    values = SettingsStore().values
    assert (values.gain_db, values.voice, values.start_muted, values.close_to_tray) == (0.0, {}, False, None)
    assert values.prosody == 0.0


def test_what_stands_in_a_setting_is_looked_at_too(own_config: Path, qtbot: QtBot, bank: VoiceBank) -> None:
    """A file edited by hand must not end the app, nor hold every start up."""
    own_config.mkdir()
    stored = {
        "people": [1, {"seed": 3, "name": "Ann"}], "presets": [None, {"name": "soft"}], "favourites": [2, "iris"],
        "device_names": {"a": 1, "b": "Mic"}, "voice": {"kind": "named", "a": None}, "gate_db": float("nan"),
        "prosody": 7, "gain_db": -1e9,
    }  # fmt: skip
    (own_config / "app.json").write_text(json.dumps(stored))
    store = SettingsStore()
    values = store.values
    assert (values.presets, values.favourites, values.device_names) == ([{"name": "soft"}], ["iris"], {"b": "Mic"})
    assert (values.prosody, values.gain_db, values.gate_db) == (1.0, -30.0, GATE_OFF_DB)
    voices = VoicesModel(bank, store)
    assert voices.choice.kind == "fresh"
    assert voices.people() == [(3, "Ann")]


def test_unwritable_settings_do_not_stop_the_app(own_config: Path, qtbot: QtBot) -> None:
    own_config.write_text("a file where the folder should be")
    SettingsStore().save()
    assert own_config.is_file()


def test_voices_mix_as_the_bank_does(bank: VoiceBank, store: SettingsStore) -> None:
    voices = VoicesModel(bank, store)
    assert voices.choice.kind == "fresh", "until somebody chooses"
    voices.choose(VoiceChoice("named", a="iris"))
    np.testing.assert_array_equal(voices.row, bank.row("iris"))
    voices.choose(VoiceChoice("mix", a="iris", b="otto", weight=0.25))
    np.testing.assert_array_equal(voices.row, bank.mix("iris", "otto", 0.25))
    assert VoicesModel(bank, SettingsStore()).choice == voices.choice


def test_a_new_person_is_kept_and_forgotten(bank: VoiceBank, store: SettingsStore) -> None:
    voices = VoicesModel(bank, store)
    name = voices.make_person()
    seed = voices.choice.seed
    np.testing.assert_array_equal(voices.row, bank.new(seed))
    assert voices.people() == [(seed, name)]
    assert voices.make_person() != name
    voices.choose(VoiceChoice("new", seed=seed))
    voices.forget_person(seed)
    assert voices.choice.kind == "fresh"
    assert seed not in dict(voices.people())


def test_another_voice_in_every_call(
    bank: VoiceBank, store: SettingsStore, engine: ScriptedEngine, qtbot: QtBot
) -> None:
    """Each start draws one, never an added one; it stays for the call, also over a restart with another device."""
    voices = VoicesModel(bank.add("mine", np.full(66, 9.0)), store)
    call = CallModel(engine, Path("bundle"), voices, store)
    rows = []
    for _ in range(12):
        call.start()
        qtbot.waitUntil(lambda: engine.config is not None)
        assert engine.config is not None
        rows.append(engine.config.voice_row)
        engine.config = None
        engine.go_live()
        call.look()
        call.restart()
        qtbot.waitUntil(lambda: engine.config is not None)
        assert engine.config is not None
        assert engine.config.voice_row == rows[-1]
        call.stop()
        engine.config = None
    assert len(set(rows)) > 2, "of eight voices"
    assert set(rows) <= {tuple(bank.row(name).tolist()) for name in bank.names}
    assert VoicesModel(bank, SettingsStore()).choice.kind == "fresh", "remembered"
    call.close()


def test_a_voice_that_left_the_bank_falls_back(bank: VoiceBank, store: SettingsStore) -> None:
    store.values.voice = {"kind": "named", "a": "gone"}
    assert VoicesModel(bank, store).choice.kind == "fresh"
    with pytest.raises(VoiceError):
        VoicesModel(bank, store).choose(VoiceChoice("named", a="gone"))


def test_a_choice_outlives_a_bank_that_cannot_make_it(bank: VoiceBank, store: SettingsStore) -> None:
    """Started once with another bundle, calls have a drawn voice; what was chosen is there again afterwards."""
    VoicesModel(bank, store).choose(VoiceChoice("named", a="theo"))
    other = VoicesModel(bank.remove("theo"), store)
    other.begin_call()
    assert other.choice.kind == "fresh"
    assert VoicesModel(bank, SettingsStore()).choice == VoiceChoice("named", a="theo")


def test_a_bank_of_added_voices_makes_nobody_new(bank: VoiceBank, store: SettingsStore) -> None:
    only = bank.add("mine", bank.row("iris"))
    for name in bank.names:
        only = only.remove(name)
    voices = VoicesModel(bank, store)
    voices.take_bank(only)
    assert voices.choice == VoiceChoice("named", a="mine")
    assert not voices.makes_people


def test_favourites_stand_first(bank: VoiceBank, store: SettingsStore) -> None:
    voices = VoicesModel(bank, store)
    voices.toggle_favourite("vera")
    assert voices.names()[0] == "vera"
    assert sorted(voices.names()) == sorted(bank.names)
    voices.toggle_favourite("vera")
    assert voices.names() == list(bank.names)


def test_map_gives_each_voice_where_it_stands(bank: VoiceBank) -> None:
    plan = VoiceMap(bank)
    assert plan.points.min() >= 0.0
    assert plan.points.max() <= 1.0
    for name, (x, y) in zip(plan.names, plan.points, strict=True):
        assert plan.choice_at(float(x), float(y)) == VoiceChoice("named", a=name)


def test_map_mixes_between_two_voices(bank: VoiceBank) -> None:
    plan = VoiceMap(bank)
    gaps = np.hypot(*(plan.points[:, None] - plan.points[None]).transpose(2, 0, 1)) + np.eye(len(plan.names)) * 9
    first, second = np.unravel_index(np.argmin(gaps), gaps.shape)
    middle = (plan.points[first] + plan.points[second]) / 2
    choice = plan.choice_at(float(middle[0]), float(middle[1]))
    assert choice.kind == "mix"
    assert {choice.a, choice.b} == {plan.names[first], plan.names[second]}
    assert choice.weight == pytest.approx(0.5, abs=0.02)
    assert plan.place(choice) == pytest.approx(tuple(middle), abs=0.02)


def test_map_of_one_voice_and_of_twins() -> None:
    from core.voices import VoiceInfo

    assert VoiceMap(VoiceBank(np.ones((1, 4)), [VoiceInfo("a")])).choice_at(0.9, 0.9).a == "a"
    twins = VoiceMap(VoiceBank(np.ones((3, 4)), [VoiceInfo(name) for name in "abc"]))
    assert len({tuple(point) for point in twins.points.round(3).tolist()}) == 3


def _pixels(picture: SpectrumImage) -> np.ndarray:
    """The picture as it is painted, left to right."""
    copy = picture.image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(copy.constBits(), np.uint32).reshape(copy.height(), copy.width())
    return np.concatenate([flat[:, part.x() : part.x() + part.width()] for _, part in picture.pieces()], axis=1)


def test_picture_scrolls_and_keeps_the_newest_at_the_right() -> None:
    table = colour_table(("#000000", "#ffffff"))
    picture = SpectrumImage(table)
    picture.resize(20, 40, 2)
    loud, quiet = np.full((1, 80), HIGH_DB, np.float32), np.full((1, 80), LOW_DB, np.float32)
    picture.push(loud)
    for _ in range(3):
        picture.push(quiet)
    seen = _pixels(picture) & 0xFF
    assert seen[:, -8:-6].min() == 255
    assert seen[:, -6:].max() == 0
    assert seen[:, :-8].max() == 0


def test_picture_has_low_tones_at_the_bottom_and_survives_nonsense() -> None:
    picture = SpectrumImage(colour_table(("#000000", "#ffffff")))
    picture.resize(8, 40, 1)
    row = np.full((1, 80), LOW_DB, np.float32)
    row[0, :8] = HIGH_DB
    picture.push(row)
    column = _pixels(picture)[:, -1] & 0xFF
    assert column[-3:].min() == 255
    assert column[:20].max() == 0
    picture.push(np.array([[np.nan] * 40 + [np.inf] * 40], np.float32))
    assert set(np.unique(_pixels(picture)[:, -1] & 0xFF)) >= {0, 255}


def test_picture_takes_more_than_fits() -> None:
    picture = SpectrumImage(colour_table(("#000000", "#ffffff")))
    picture.resize(10, 4, 2)
    picture.push(np.full((256, 80), HIGH_DB, np.float32))
    assert (_pixels(picture) & 0xFF).min() == 255


def test_trace_keeps_a_point_a_second() -> None:
    trace = Trace()
    live = Snapshot(state="live", blocks=5, delay_ms=50.0)
    assert [trace.feed(live, now) for now in (0.0, 0.5, 1.1)] == [True, False, True]
    assert not trace.feed(Snapshot(), 9.0)
