"""The recorder's dates: lateness of the recorder is taken out, lateness of the server is not."""

from __future__ import annotations

import numpy as np

from tests.realtime.recorders import given

RATE, PIECE = 48_000, 240
PIECE_S = PIECE / RATE


def pieces(seconds: float) -> tuple[list[float], list[int]]:
    """Pieces of 5 ms that arrive when they are given; the first at 100 s."""
    count = round(seconds / PIECE_S)
    return [100.0 + n * PIECE_S for n in range(count)], [PIECE] * count


def test_a_recorder_that_comes_late_is_seen_through() -> None:
    arrived, counts = pieces(4.0)
    on_time = given(arrived, counts, RATE)
    late = [max(at, 102.7) if 102.0 <= at < 102.7 else at for at in arrived]
    assert np.max(np.abs(given(late, counts, RATE) - on_time)) < 1e-9
    assert np.max(np.abs(on_time - np.repeat(arrived, PIECE))) < 1e-9


def test_a_server_that_stood_still_is_not() -> None:
    """It froze for 0.74 s and then went on with what it held: that sound is late, and is found to be."""
    arrived, counts = pieces(4.0)
    frozen = [at + 0.74 if at >= 102.0 else at for at in arrived]
    found = given(frozen, counts, RATE)
    assert np.max(np.abs(found - np.repeat(frozen, PIECE))) < 1e-9


def test_a_recorder_that_lost_sound_dates_none_too_early() -> None:
    arrived, counts = pieces(4.0)
    kept = [n for n, at in enumerate(arrived) if not 102.0 <= at < 102.3]
    found = given([arrived[n] for n in kept], [counts[n] for n in kept], RATE)
    assert (found >= np.repeat([arrived[n] for n in kept], PIECE) - 1e-9).all()
