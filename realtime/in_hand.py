"""How much of the voice a sound server holds ahead of the device: as little as can be, and more where it runs out."""

from __future__ import annotations

from typing import Protocol

from realtime.cushion import Cushion
from realtime.pulse_functions import SAMPLE_BYTES, UNSET, BufferAttr

SPARE, STEP, MOST_SPARE = 1.2, 1.0, 8.0
"""What PulseAudio is told to have left after its device has taken its turn, by how much more at a time, and at most; in
turns."""
PIPEWIRE_TURNS = 2
"""What PipeWire is asked to hold. It holds three of its own turns, and is given less."""


class Playback(Protocol):
    """What is needed of `realtime.libpulse.Stream`."""

    rate: int

    @property
    def target(self) -> tuple[int, int]:
        """Frames that the server wants to have in hand, and of one request."""

    def set_buffer(self, attributes: BufferAttr) -> None:
        """Have it hold something else."""


def attributes(pipewire: bool, turn: int) -> BufferAttr:
    """With which a playback stream begins.

    Args:
        turn: frames that the device is to take at a time.
    """
    if pipewire:
        return BufferAttr(UNSET, PIPEWIRE_TURNS * turn * SAMPLE_BYTES, 0, turn * SAMPLE_BYTES, UNSET)
    return spared(round(SPARE * turn), turn)


def spared(spare: int, turn: int) -> BufferAttr:
    """Attributes with which PulseAudio's device takes `turn` frames at a time and leaves `spare` in hand each time.

    By its source, and as measured: the device's turn is half of what tlength leaves beyond two requests (minreq), and
    tlength less a turn is held. So two requests are left after each turn, whatever the length: a longer tlength alone
    makes longer turns, which is delay and no safety, and a tlength of two requests makes the shortest turns that the
    device knows, 0.5 ms for a null sink: three times as many wake-ups as 2.5 ms for the server and for all who listen.
    A turn is never shorter than a request, so that each is asked for at once.
    """
    turn, request = _turn_and_request(spare, turn)
    return BufferAttr(UNSET, 2 * (turn + request) * SAMPLE_BYTES, 0, request * SAMPLE_BYTES, UNSET)


def held(spare: int, turn: int) -> int:
    """Frames that PulseAudio then holds when it has been given what it asked for."""
    turn, request = _turn_and_request(spare, turn)
    return turn + 2 * request


def _turn_and_request(spare: int, turn: int) -> tuple[int, int]:
    request = -(-spare // 2)
    return max(turn, request), request


class InHand:
    """PulseAudio holds what it is told to. PipeWire asks for three of its turns; it is given less of that.

    Args:
        turn: as in `attributes`.
        playback: a stream that is ready.

    Attributes:
        more_s: seconds beyond what it was given at the beginning.
    """

    def __init__(self, pipewire: bool, turn: int, playback: Playback) -> None:
        self._pipewire, self._turn, self._playback = pipewire, turn, playback
        self.more_s = 0.0
        if pipewire:
            self._asked, own_turn = playback.target
            self._cushion = Cushion(own_turn, self._asked, own_turn)
        else:
            self._cushion = Cushion(*(round(turns * turn) for turns in (SPARE, MOST_SPARE, STEP)))
            self._least = held(self._cushion.frames, turn)

    @property
    def withheld(self) -> int:
        """Frames of what the server asks for that it is not given."""
        return self._asked - self._cushion.frames if self._pipewire else 0

    def underflow(self, now: float) -> None:
        """The server ran out of sound."""
        if self._cushion.underflow(now):
            self._hold()

    def ease(self, now: float) -> None:
        """Time has passed."""
        if self._cushion.ease(now):
            self._hold()

    def _hold(self) -> None:
        if self._pipewire:
            more = self._cushion.more
        else:
            frames = self._cushion.frames
            self._playback.set_buffer(spared(frames, self._turn))
            more = held(frames, self._turn) - self._least
        self.more_s = more / self._playback.rate
