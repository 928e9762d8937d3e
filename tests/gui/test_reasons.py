"""Every reason that the engine gives has words of the window's own: what happened, what to do, in both languages."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from core.bundle import Bundle
from core.errors import BundleError, VoxveilError
from gui.models.reasons import _Table, in_words, known, part_in_words
from gui.start import TRANSLATIONS
from realtime import names, reading, virtual_mic
from realtime.board import XRUNS, Board
from realtime.states import Facts, read

ROOT = Path(__file__).resolve().parents[2]


def _state_reasons() -> set[str]:
    flags = ("devices_open", "worker_ready", "fed", "muted", "was_live")
    found = {
        read(Facts(**dict(zip(flags, values, strict=True))))[1]  # type: ignore[arg-type]
        for values in itertools.product((False, True), repeat=len(flags))
    }
    return found - {""}


def _literal_reasons() -> set[str]:
    """The texts of `Trouble(...)` and of states in the engine's sources."""
    found: set[str] = set()
    for file in ("host.py", "pulse_backend.py", "engine.py"):
        text = (ROOT / "realtime" / file).read_text(encoding="utf-8")
        found |= set(re.findall(r'Trouble\(f?"([^"]+)"', text))
        found |= set(re.findall(r'State\.[A-Z]+, "([^"]+)"', text))
    found.discard("")
    assert len(found) > 6
    return {reason.replace("{side}", "microphone") for reason in found}


@pytest.mark.parametrize("reason", sorted(_state_reasons() | _literal_reasons()))
def test_the_window_has_its_own_words(reason: str) -> None:
    assert known(reason), reason
    assert in_words(reason)[0].isupper()


def test_a_device_is_called_by_its_name() -> None:
    with pytest.raises(VoxveilError) as error:
        names.pick("alsa_input.usb-7", ["Desk"], lambda name: (name,), "input")
    words = in_words(str(error.value), {"alsa_input.usb-7": "USB Mic"})
    assert words.startswith("The microphone “USB Mic” is not connected.")
    assert "voxveil devices" not in words


def test_a_missing_bundle_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BundleError) as error:
        Bundle.load(tmp_path / "nowhere")
    assert in_words(str(error.value)) == "The voices were not found. Install Voxveil again."


def test_what_is_not_known_is_shown_as_a_sentence() -> None:
    assert in_words("the moon is full; run `voxveil doctor`") == "The moon is full."
    assert in_words("") == ""


def test_german(qapp: object) -> None:
    translator = QTranslator()
    translator.load(str(TRANSLATIONS / "voxveil_de.qm"))
    QCoreApplication.installTranslator(translator)
    try:
        assert in_words("muted") == "Andere hören nichts, bis Sie den Ton wieder einschalten."
    finally:
        QCoreApplication.removeTranslator(translator)


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_no_virtual_microphone(qapp: QApplication, system: str) -> None:
    said = in_words(
        f"{virtual_mic.advice([], system)} Or choose where the voice goes to (`voxveil live --output DEVICE`)"
    )
    assert "choose where your voice goes to" in said
    assert "--" not in said
    assert ("VB-Cable" in said) is (system != "linux")


def test_every_part_of_the_delay_has_a_word(qapp: QApplication) -> None:
    board = Board()
    try:
        parts = reading._delay_parts(board)
    finally:
        board.close()
    assert list(parts) == list(_Table().parts())
    assert list(_Table().troubles()) == list(XRUNS)
    assert part_in_words("compute and wait") == "computing and waiting"
    assert part_in_words("something new") == "something new"
