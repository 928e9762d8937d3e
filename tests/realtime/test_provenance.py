"""The check that what comes out is the vocoder's must pass every fade of the play ring, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from realtime.board import Board
from realtime.rings import PlayRing
from tests.realtime.provenance import SILENT, STRANGER, Frames, places

RATE, BLOCK, CHUNK = 48_000, 960, 120


def hardly_in_time(board: Board, seed: int, blocks: int = 100) -> tuple[Frames, Frames]:
    """What comes out, and what was written, when each block comes within a millisecond of being too late.

    The ring begins to fade, and comes back before it has reached silence, or after.
    """
    board.put("out_open", 1)
    play, rng, now = PlayRing(board, RATE), np.random.default_rng(seed), 0.0
    heard, written = [], []
    for _ in range(blocks):
        before = play.written
        play.write_at(max(before, play.read_position), 0.02 * rng.standard_normal(BLOCK).astype(np.float32))
        written.append(board.out_ring[np.arange(before, play.written) % len(board.out_ring)])
        left = play.written - int(rng.integers(-30, 70))
        while play.read_position < left:
            piece = np.zeros(min(CHUNK, left - play.read_position), np.float32)
            now += len(piece) / RATE
            play.read_into(piece, now)
            heard.append(piece)
    return np.concatenate(heard), np.concatenate(written)


@pytest.mark.parametrize("seed", range(5))
def test_every_fade_of_the_ring_is_known(board: Board, seed: int) -> None:
    """Also those beside samples that are the same number in two places by chance, as 1 % of these are."""
    heard, written = hardly_in_time(board, seed)
    found = places(heard, written)
    assert np.array_equal(found == SILENT, heard == 0.0)
    assert not np.any(found == STRANGER)
    faded = (found >= 0) & (heard != written[found])
    assert faded.mean() > 0.02
    assert np.all(np.diff(found[found >= 0]) > 0), "in the order in which they were written"


def test_gaps_of_a_server_may_cut_a_fade(board: Board) -> None:
    heard, written = hardly_in_time(board, 7)
    cuts = np.sort(np.random.default_rng(8).choice(len(heard), 200, replace=False))
    heard = np.insert(heard, np.repeat(cuts, 40), np.float32(0.0))
    assert not np.any(places(heard, written) == STRANGER)


@pytest.mark.parametrize("lost", [40, 128])
def test_a_recorder_may_lose_a_piece_amid_a_fade(board: Board, lost: int) -> None:
    """Or PipeWire a turn: the beginning of a fade, its end, or one that was about to reach silence."""
    heard, written = hardly_in_time(board, 9)
    found = places(heard, written)
    faded = np.flatnonzero((found >= 0) & (heard != written[found]))
    for at in faded[(faded > 10_000) & (faded < 30_000)][::7]:
        for first in (at, at - lost):
            piece = np.delete(heard, slice(first, first + lost))[first - 2000 : first + 2000]
            strangers = np.flatnonzero(places(piece, written) == STRANGER)
            assert not len(strangers), f"without {lost} from {first}: {first - 2000 + strangers}"


@pytest.mark.parametrize("size", [8, 64, 4800])
@pytest.mark.parametrize("gain", [1.0, 0.01])
@pytest.mark.parametrize("mixed", [False, True])
def test_the_microphone_is_a_stranger(board: Board, size: int, gain: float, mixed: bool) -> None:
    """A sixth of a millisecond of it, however quiet, alone or below the voice, amid the voice or amid silence."""
    heard, written = hardly_in_time(board, 3)
    raw = gain * 0.04 * np.random.default_rng(4).standard_normal(size).astype(np.float32)
    for at in (20_000, 50_000):
        leaky = heard.copy()
        leaky[at - 100 : at] = 0.0
        piece = leaky[at : at + size]
        piece[:] = piece + raw if mixed else raw
        assert np.all((places(leaky, written) == STRANGER)[at + 1 : at + size - 1])


def test_a_jump_of_the_gain_is_a_stranger(board: Board) -> None:
    heard, written = hardly_in_time(board, 5)
    heard[30_000:30_050] *= 0.5
    assert np.any(places(heard, written) == STRANGER)
    heard[30_000:30_050] *= 2.0
    heard[40_000] *= -0.5
    assert np.any(places(heard, written) == STRANGER)
