"""What the two servers are given to hold ahead, told from each other by name and not by their answers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from realtime.pulse_backend import MOST_S, STEP_S, PulseBackend

RATE = 48_000


class Playback:
    """A stream whose server wants to have `asked` frames in hand and takes `turn` at once."""

    rate = RATE

    def __init__(self, asked: int, turn: int) -> None:
        self.target = (asked, turn)
        self.told: list[int] = []

    def keep_in_hand(self, frames: int) -> None:
        self.told.append(frames)


def backend(pipewire: bool, playback: Playback, wanted: int) -> Any:
    made: Any = PulseBackend()
    made._set_cushion(pipewire, wanted, playback)
    return made


def run_out(made: Any, playback: Playback, since: float) -> None:
    for gap in range(3):
        if made._cushion.underflow(since + 0.1 * gap):
            made._hold(playback)


def test_pulseaudio_is_told() -> None:
    """It rounds what it was asked for (here 264 for 240 frames): that does not make a PipeWire of it."""
    playback = Playback(264, 120)
    made = backend(False, playback, 240)
    for second in range(100):
        run_out(made, playback, 1e6 + 2.0 * second)
    assert made._withheld == 0
    assert playback.told[0] == 240 + round(STEP_S * RATE)
    assert playback.told[-1] == round(MOST_S * RATE)


def test_pipewire_is_given_one_of_its_three_turns_and_more_where_it_runs_out() -> None:
    playback = Playback(384, 128)
    made = backend(True, playback, 240)
    withheld = [made._withheld]
    for second in range(4):
        run_out(made, playback, 1e6 + 2.0 * second)
        withheld.append(made._withheld)
    assert withheld == [256, 128, 0, 0, 0]
    assert playback.told == []


@pytest.mark.parametrize(
    ("name", "pipewire"), [("pulseaudio", False), ("PulseAudio (on PipeWire 0.3.65)", True), (None, False)]
)
def test_pipewire_says_its_name(name: str | None, pipewire: bool) -> None:
    from realtime.pulse_devices import is_pipewire

    pulse = SimpleNamespace(server_info=lambda: SimpleNamespace(server_name=name))
    assert is_pipewire(pulse) is pipewire
