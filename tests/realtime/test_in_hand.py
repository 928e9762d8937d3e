"""What the two servers are told to hold of the voice, and what they make of it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import numpy as np
import pytest

from realtime import in_hand, libpulse
from realtime.in_hand import InHand
from realtime.pulse_functions import SAMPLE_BYTES, BufferAttr
from tests.audio_server import MISSING, PulseServer

RATE, TURN = 48_000, 120


class Playback:
    """A stream whose server wants to have `asked` frames in hand and takes `turn` at once."""

    rate = RATE

    def __init__(self, asked: int, turn: int) -> None:
        self.target = (asked, turn)
        self.told: list[BufferAttr] = []

    def set_buffer(self, attributes: BufferAttr) -> None:
        self.told.append(attributes)


def run_out(made: InHand, since: float) -> None:
    for gap in range(3):
        made.underflow(since + 0.1 * gap)


def pulseaudio_makes(attributes: BufferAttr) -> tuple[float, float]:
    """The device's turn, and what is held, by PulseAudio's rule; frames."""
    length, request = attributes.tlength / SAMPLE_BYTES, attributes.minreq / SAMPLE_BYTES
    turn = (length - 2 * request) / 2
    return turn, length - turn


@pytest.mark.parametrize("spare", [144, 145, 240, 264, 500, 960])
def test_pulseaudio_leaves_in_hand_what_it_was_told_to(spare: int) -> None:
    turn, holds = pulseaudio_makes(in_hand.spared(spare, TURN))
    assert turn == max(TURN, -(-spare // 2)), "no longer than it must be, and each request is asked for at once"
    assert spare <= holds - turn <= spare + 1
    assert holds == in_hand.held(spare, TURN)


def test_pulseaudio_is_told_to_leave_more_where_it_runs_out_and_less_afterwards() -> None:
    """It rounds what it was asked for: that does not make a PipeWire of it."""
    playback = Playback(264, 72)
    made = InHand(False, TURN, playback)
    before = []
    for second in range(100):
        run_out(made, 1e6 + 2.0 * second)
        before.append(made.more_s)
    assert made.withheld == 0
    spares = [holds - turn for turn, holds in map(pulseaudio_makes, playback.told)]
    assert spares[0] == 2.2 * TURN
    assert np.all(np.diff(spares) > 0), "each answer leaves more in hand, and not only more in the device"
    assert spares[-1] == 8 * TURN
    assert before[-1] == pytest.approx((in_hand.held(8 * TURN, TURN) - in_hand.held(144, TURN)) / RATE)
    for second in range(100, 1000):
        made.ease(1e6 + 2.0 * second)
    assert pulseaudio_makes(playback.told[-1]) == (TURN, 264)
    assert made.more_s == 0.0


def test_pipewire_is_given_one_of_its_three_turns_and_more_where_it_runs_out() -> None:
    playback = Playback(384, 128)
    made = InHand(True, TURN, playback)
    withheld, more = [made.withheld], [made.more_s]
    for second in range(4):
        run_out(made, 1e6 + 2.0 * second)
        withheld.append(made.withheld)
        more.append(made.more_s)
    assert withheld == [256, 128, 0, 0, 0]
    assert more == pytest.approx([0.0, 128 / RATE, 256 / RATE, 256 / RATE, 256 / RATE])
    assert playback.told == []


def settled(connection: libpulse.Connection, playback: libpulse.Stream, done: Callable[[], bool]) -> bool:
    silence = np.zeros(RATE, np.float32)
    end = monotonic() + 3.0
    while monotonic() < end and not done():
        connection.iterate(0.01)
        if (count := playback.writable) > 0:
            playback.write(silence.ctypes.data, min(count, len(silence)))
            playback.ask_timing()
    return done()


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_a_real_pulseaudio_takes_turns_as_long_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A null sink is as quick as it is asked to be: 0.5 ms where tlength is two requests."""
    with PulseServer({"sink": RATE}) as running:
        running.name_in(monkeypatch)
        connection = libpulse.Connection()
        attributes = in_hand.attributes(False, TURN)
        playback = libpulse.Stream(connection, "test", "sink", RATE, True, attributes, pinned=True)
        playback.wait_ready(2.0)
        assert playback.target == (264, 72)
        assert settled(connection, playback, lambda: playback.turn_s == pytest.approx(TURN / RATE, rel=0.05))
        playback.set_buffer(in_hand.spared(360, TURN))
        assert settled(connection, playback, lambda: playback.target == (540, 180))
        assert settled(connection, playback, lambda: playback.turn_s == pytest.approx(180 / RATE, rel=0.05))
        playback.close()
        connection.close()
