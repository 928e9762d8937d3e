"""The rings, with the output ring's promise: what it gives was written by the worker for this moment, or is zero."""

from __future__ import annotations

import numpy as np
import pytest

from realtime.board import RING_FRAMES, XRUNS, Board
from realtime.rings import FADE_S, STALL_S, CaptureRing, PlayRing

RATE = 48_000
FADE = round(FADE_S * RATE)


@pytest.fixture
def play(board: Board) -> PlayRing:
    board.put("out_open", 1)
    return PlayRing(board, RATE)


def pull(play: PlayRing, count: int, at: list[float]) -> np.ndarray:
    """What the device gets at a steady pace; `at` is its clock."""
    out = np.full(count, 7.0, np.float32)
    at[0] += count / RATE
    play.read_into(out, at[0])
    return out


def xruns(board: Board, kind: str) -> int:
    return int(board.fields["xruns"][0][XRUNS.index(kind)])


def test_capture_gives_everything_in_order_over_the_ring_end(board: Board) -> None:
    ring = CaptureRing(board)
    rng = np.random.default_rng(1)
    sent, got = [], []
    out = np.zeros(30_000, np.float32)
    for _ in range(40):
        frames = rng.standard_normal(rng.integers(1, 20_000)).astype(np.float32)
        ring.write(frames)
        sent.append(frames)
        count = ring.take(out)
        got.append(out[:count].copy())
    assert sum(map(len, sent)) > RING_FRAMES, "the test must wrap around"
    assert np.array_equal(np.concatenate(sent), np.concatenate(got))
    assert ring.waiting == 0


def test_capture_counts_flags(board: Board) -> None:
    ring = CaptureRing(board)
    ring.count_flags(True, False, True, False)
    ring.count_flags(True, False, False, True)
    assert [xruns(board, kind) for kind in XRUNS[:4]] == [2, 0, 1, 1]


def test_nothing_written_is_zero(play: PlayRing) -> None:
    at = [0.0]
    for _ in range(20):
        assert not pull(play, 240, at).any()


def test_every_sample_is_what_was_written_or_zero_or_faded(play: PlayRing) -> None:
    """Random blocks, late and early, against a plain model of the ring: nothing else may ever come out."""
    rng = np.random.default_rng(2)
    at, due = [0.0], 960
    truth = np.zeros(3_000_000, np.float32)
    heard = []
    for _ in range(1500):
        if rng.random() < 0.9:
            due = max(due, play.read_position - int(rng.integers(0, 400)))
            frames = rng.uniform(0.1, 1.0, int(rng.integers(900, 1000))).astype(np.float32)
            start = max(due, play.read_position, play.written)
            late = play.write_at(due, frames)
            assert late == min(max(start - due, 0), len(frames))
            truth[start : start + len(frames) - late] = frames[late:]
            due += len(frames)
        heard += [pull(play, int(count), at) for count in rng.multinomial(960, [0.25] * 4)]
    got = np.concatenate(heard)
    wanted = truth[: len(got)]
    assert np.all(got[wanted == 0.0] == 0.0)
    ratio = got[wanted > 0] / wanted[wanted > 0]
    assert ratio.min() >= 0.0
    assert ratio.max() <= 1.0 + 1e-6
    assert np.mean(ratio > 0.999) > 0.5, "most of it must get through unchanged"


def test_a_late_block_is_cut_and_the_delay_stays(play: PlayRing) -> None:
    at = [0.0]
    pull(play, 960, at)
    frames = np.arange(1, 961, dtype=np.float32) / 1000
    assert play.write_at(play.read_position - 300, frames) == 300
    got = pull(play, 960, at)
    assert np.allclose(got[FADE : 660 - FADE], frames[300 + FADE : 960 - FADE])
    assert not got[660:].any()


def test_ends_and_begins_without_a_click(play: PlayRing) -> None:
    at = [0.0]
    play.write_at(0, np.ones(4800, np.float32))
    got = np.concatenate([pull(play, 240, at) for _ in range(24)])
    steps = np.abs(np.diff(np.concatenate([[0.0], got])))
    assert steps.max() < 1.5 / FADE
    assert np.all(got[FADE : 4800 - FADE] == 1.0)
    assert not got[4800:].any()


@pytest.mark.parametrize("field", ["muted", "out_open"])
def test_mute_and_shut_silence_within_a_millisecond_and_open_again(board: Board, play: PlayRing, field: str) -> None:
    at = [0.0]
    shut = 1 if field == "muted" else 0
    play.write_at(0, np.ones(48_000, np.float32))
    assert pull(play, 480, at)[-1] == 1.0
    board.put(field, shut)
    silenced = pull(play, 480, at)
    assert not silenced[FADE + 1 :].any()
    assert not pull(play, 480, at).any()
    board.put(field, 1 - shut)
    assert np.all(pull(play, 480, at)[FADE:] == 1.0)


def test_a_stalled_device_does_not_play_the_backlog(board: Board, play: PlayRing) -> None:
    at = [0.0]
    play.write_at(0, np.ones(24_000, np.float32))
    pull(play, 240, at)
    at[0] += 10 * STALL_S
    assert not pull(play, 240, at).any()
    assert xruns(board, "stalled output") == 1
    assert play.read_position >= play.written


def test_a_device_that_asks_for_all_that_it_missed_gets_none_of_it(board: Board, play: PlayRing) -> None:
    at = [0.0]
    play.write_at(0, np.ones(4_800, np.float32))
    pull(play, 240, at)
    assert not pull(play, round(1.3 * RATE), at).any()
    assert xruns(board, "stalled output") == 1


def test_more_than_the_ring_holds_is_refused(play: PlayRing) -> None:
    with pytest.raises(ValueError, match="more sound than the ring holds"):
        play.write_at(RING_FRAMES, np.ones(1, np.float32))


def test_silence_is_counted(board: Board, play: PlayRing) -> None:
    at = [0.0]
    play.write_at(0, np.ones(480, np.float32))
    for _ in range(3):
        pull(play, 480, at)
    assert board.count("silent_frames") == 960
