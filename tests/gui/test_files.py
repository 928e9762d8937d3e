"""The file page's queue, with the real `voxveil file` in a child process."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from pytestqt.qtbot import QtBot

from core.bundle import Bundle
from gui.models.files import FilesModel, JobState, voice_words
from gui.models.preview import Preview
from gui.models.settings import SettingsStore
from gui.models.voices import VoiceChoice, VoicesModel
from gui.platform.child import whole_lines
from gui.platform.player import Player
from gui.theme.current import Theme
from gui.widgets.file_page import FilePage
from tests.gui.test_real_engine import SAMPLE


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    from tests import click_bundle

    return click_bundle.make(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def files(bundle: Bundle, store: SettingsStore) -> FilesModel:
    return FilesModel(bundle.path, VoicesModel(bundle.voices, store), store)


def test_a_folder_is_anonymized_beside_and_nothing_is_overwritten(
    files: FilesModel, qtbot: QtBot, tmp_path: Path, theme: Theme
) -> None:
    page = FilePage(files, files._voices, Player(), theme)
    qtbot.addWidget(page)
    shutil.copy(SAMPLE, tmp_path / "talk.flac")
    (tmp_path / "broken.wav").write_bytes(b"RIFF, but not really")
    (tmp_path / "notes.txt").write_text("no sound")
    (tmp_path / "talk-voxveil.flac").write_bytes(b"kept from last time")
    seen: list[float] = []
    files.changed.connect(lambda index: seen.append(files.jobs[index].progress))
    assert files.add([tmp_path]) == 2
    qtbot.waitUntil(lambda: not files.busy, timeout=60_000)
    broken, talk = files.jobs
    assert (broken.state, talk.state) == (JobState.FAILED, JobState.DONE)
    assert "broken.wav" in broken.message
    assert talk.target.name == "talk-voxveil-2.flac"
    assert talk.target.stat().st_size > 1000
    assert (tmp_path / "talk-voxveil.flac").read_bytes() == b"kept from last time"
    assert any(0 < share < 1 for share in seen)
    assert "talk-voxveil-2.flac" in page.rows[1].status.text()
    page.clear.click()
    assert not page.rows


def test_cancel_leaves_nothing(files: FilesModel, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("a.flac", "b.flac"):
        shutil.copy(SAMPLE, tmp_path / name)
    before = sorted(tmp_path.iterdir())
    files.add([tmp_path / "a.flac", tmp_path / "b.flac"])
    files.cancel_all()
    qtbot.waitUntil(lambda: not files.busy, timeout=20_000)
    assert [job.state for job in files.jobs] == [JobState.CANCELLED] * 2
    assert sorted(tmp_path.iterdir()) == before


def test_each_kind_of_voice_has_its_words() -> None:
    assert voice_words(VoiceChoice("named", a="click")) == ["--voice", "click"]
    assert voice_words(VoiceChoice("mix", a="click", b="clack", weight=0.25)) == ["--mix", "click", "clack", "0.25"]
    assert voice_words(VoiceChoice("new", seed=7)) == ["--new", "7"]
    assert voice_words(VoiceChoice("fresh", a="clack")) == ["--voice", "clack"]


def test_a_preview_is_made_and_cleaned_up_even_if_it_cannot_be_played(
    bundle: Bundle, store: SettingsStore, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nobody'}")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "nothing"))
    player = Player()
    preview = Preview(bundle.path, VoicesModel(bundle.voices, store), player)
    with qtbot.waitSignal(preview.problem, timeout=60_000) as said:
        preview.toggle()
        assert preview.busy
        folder = Path(preview._folder.name)
    assert "cannot be played" in said.args[0]
    assert not preview.busy
    assert not folder.exists()
    preview.close()


def test_a_line_that_arrives_in_two_pieces_is_one_line(qtbot: QtBot) -> None:
    """A pipe hands over half of `progress 0.75` if it has no more; half a line is no line yet."""
    code = """
import time
for part in ("one\\nprog", "ress 0.75\\nlast"):
    print(part, end="", flush=True)
    time.sleep(0.3)
"""
    process = QProcess()
    seen: list[list[str]] = []
    process.readyReadStandardOutput.connect(lambda: seen.append(whole_lines(process)))
    with qtbot.waitSignal(process.finished, timeout=30_000):
        process.start(sys.executable, ["-c", code])
    assert [line for lines in seen for line in lines] == ["one", "progress 0.75"]
    assert len(seen) >= 2
    assert whole_lines(process, rest=True) == ["last"]
