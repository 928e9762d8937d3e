"""The chain with models made to misbehave, and time as the test makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from core.spec import BLOCK, SAMPLE_RATE
from realtime.board import XRUNS, Board
from realtime.chain import BACKLOG_S, Chain
from realtime.rings import CaptureRing, PlayRing
from realtime.schedule import BLOCK_S, LATE_RUN, STEADY_RUN

RATE = SAMPLE_RATE
MARGIN_S = 0.012
CHUNK = BLOCK // 4
Step = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Model:
    """Stands for the model: what it does with a block (and with the voice) is the test's affair."""

    def __init__(self, step: Step, think: Callable[[], None]) -> None:
        self._step, self._think = step, think
        self.fresh = 0

    def initial_state(self) -> None:
        self.fresh += 1

    def step(
        self, block: np.ndarray, state: Any, voice: np.ndarray, knob: float, timings: Any = None
    ) -> tuple[Any, None]:
        self._think()
        return self._step(block, voice).astype(np.float32), None


class Bench:
    """Microphone, chain and output device on one clock, 24 kHz both, so that nothing is resampled."""

    def __init__(self, board: Board, step: Step) -> None:
        for field, value in (
            ("in_rate", RATE), ("out_rate", RATE), ("margin", MARGIN_S), ("epoch", 1), ("voice_dim", 3),
            ("out_open", 1), ("gate_db", -120.0), ("prosody", 1.0),
        ):  # fmt: skip
            board.put(field, value)
        self.board = board
        self.now = 0.0
        self.compute_s = 0.002
        self.model = Model(step, self._think)
        self.capture, self.play = CaptureRing(board), PlayRing(board, RATE)
        self.chain = Chain(board, self.model, 0, clock=lambda: self.now)
        self._chunks: Iterator[np.ndarray] = iter(())
        self._next = 0.0
        self._got: list[np.ndarray] = []

    def run(self, blocks: int, talk: Callable[[int], np.ndarray] | float = 0.1, work: bool = True) -> np.ndarray:
        """Let so many blocks of time pass; what the output device got meanwhile."""
        self._chunks, self._got = self._cut(blocks, talk), []
        while self._tick():
            if work:
                self.chain.advance()
        return np.concatenate(self._got)

    @staticmethod
    def _cut(blocks: int, talk: Callable[[int], np.ndarray] | float) -> Iterator[np.ndarray]:
        for index in range(blocks):
            frames = talk(index) if callable(talk) else np.full(BLOCK, talk, np.float32)
            yield from np.asarray(frames, np.float32).reshape(-1, CHUNK)

    def _tick(self) -> bool:
        """The devices' next call; whether there was one."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._next += CHUNK / RATE
        self.now = max(self.now, self._next)
        self.capture.write(chunk, self._next)
        out = np.full(CHUNK, 9.0, np.float32)
        self.play.read_into(out, self._next)
        self._got.append(out)
        return True

    def _think(self) -> None:
        """The model takes its time, and the devices go on meanwhile."""
        done = self.now + self.compute_s
        while self._next + CHUNK / RATE <= done and self._tick():
            pass
        self.now = done

    def xruns(self, kind: str) -> int:
        return int(self.board.fields["xruns"][0][XRUNS.index(kind)])


@pytest.fixture
def bench(board: Board, request: pytest.FixtureRequest) -> Bench:
    return Bench(board, getattr(request, "param", lambda block, voice: np.full(BLOCK, 0.5)))


def test_only_the_model_is_heard_and_after_it_has_settled(bench: Bench) -> None:
    """The microphone gives 0.1, the model 0.5: nothing but 0.5, its fades and zeros may come out."""
    got = bench.run(100)
    assert np.all((got == 0.0) | (got <= 0.5))
    quiet = round(STEADY_RUN * BLOCK_S * RATE)
    assert not got[:quiet].any()
    assert np.all(got[-50 * BLOCK :] == 0.5)
    assert not np.isclose(got, 0.1, atol=1e-4).any() or np.isclose(got, 0.1, atol=1e-4).sum() <= 2
    assert bench.board.get("delay_wait") == pytest.approx(MARGIN_S, abs=1e-3)


def test_nonsense_from_the_model_is_silence_and_a_new_start(board: Board) -> None:
    calls = [0]

    def step(block: np.ndarray, voice: np.ndarray) -> np.ndarray:
        calls[0] += 1
        return np.full(BLOCK, np.nan if calls[0] in (50, 51) else 0.5)

    bench = Bench(board, step)
    got = bench.run(100)
    assert np.isfinite(got).all()
    assert bench.xruns("bad output") == 2
    assert bench.model.fresh == 3
    assert np.all(got[-20 * BLOCK :] == 0.5)
    assert np.count_nonzero(got[30 * BLOCK :] == 0.0) >= 2 * BLOCK - 100


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_nonsense_from_the_microphone_never_reaches_the_model(board: Board, value: float) -> None:
    seen = []

    def step(block: np.ndarray, voice: np.ndarray) -> np.ndarray:
        seen.append(float(np.abs(block).max()))
        assert np.isfinite(block).all()
        return np.full(BLOCK, 0.5)

    bench = Bench(board, step)
    got = bench.run(60, talk=lambda index: np.full(BLOCK, value if index % 3 == 0 else 0.1, np.float32))
    assert max(seen) <= 1.0
    assert np.all(got[-10 * BLOCK :] == 0.5)
    assert (bench.xruns("bad input") > 0) == (not np.isfinite(value))


def test_a_stop_drops_what_piled_up_and_the_delay_is_what_it_was(bench: Bench) -> None:
    bench.run(100)
    before, blocks = bench.board.get("delay_wait"), bench.board.count("blocks")
    silent = bench.run(round(0.5 / BLOCK_S), work=False)
    assert not silent[round(0.1 * RATE) :].any()
    bench.run(100)
    assert bench.xruns("backlog dropped") > 0.4 / BLOCK_S
    assert bench.board.get("delay_wait") == pytest.approx(before, abs=3e-3)
    assert bench.board.count("blocks") - blocks <= 101, "old sound must not be worked on"
    assert BACKLOG_S < 0.5
    assert np.all(bench.run(20) == 0.5)


def test_a_model_that_is_much_too_slow_is_silenced_until_it_is_not(bench: Bench) -> None:
    bench.run(60)
    bench.compute_s = 0.25
    slow = bench.run(60)
    assert not slow[LATE_RUN * 10 * BLOCK :].any()
    assert bench.board.get("overloaded") == 1.0
    bench.compute_s = 0.002
    bench.run(120)
    assert bench.board.get("overloaded") == 0.0
    assert np.all(bench.run(20) == 0.5)


def test_the_filter_that_follows_a_clock_is_part_of_the_delay_once_it_is_needed(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(board, lambda block, voice: np.full(BLOCK, 0.5))
    bench.run(20)
    assert board.get("delay_resample") == 0.0
    ppm = [80.0]
    monkeypatch.setattr(bench.chain._schedule, "steer", lambda end: ppm[0])
    bench.run(20)
    assert board.get("delay_resample") == pytest.approx(0.75e-3)
    ppm[0] = 0.0
    bench.run(20)
    assert board.get("delay_resample") == pytest.approx(0.75e-3), "it stays: to leave it out again would be a jump"


def test_a_new_voice_comes_without_a_step(board: Board) -> None:
    bench = Bench(board, lambda block, voice: np.full(BLOCK, voice[0]))
    board.cell("voice")[:3] = (0.2, 5.0, 0.2)
    bench.chain = Chain(board, bench.model, 0, clock=lambda: bench.now)
    bench.run(60)
    board.cell("voice")[:3] = (0.6, 5.0, 0.2)
    board.put("voice_serial", 1)
    got = bench.run(60)
    assert np.abs(np.diff(got)).max() < 0.1, "the row must move in small steps"
    assert np.all(got[-10 * BLOCK :] == np.float32(0.6))
    assert not np.any(got == 0.0), "a gap"


def test_another_model_takes_over_without_a_gap_or_a_step(board: Board) -> None:
    bench = Bench(board, lambda block, voice: np.full(BLOCK, 0.2))
    bench.run(60)
    heard = []

    def step(block: np.ndarray, voice: np.ndarray) -> np.ndarray:
        heard.append(voice.copy())
        return np.full(BLOCK, 0.6)

    row = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    bench.chain.change(Model(step, lambda: None), 240, lambda: row)
    assert bench.chain.changing
    got = bench.run(60)
    assert not bench.chain.changing
    assert np.all(got > 0.19), "a gap"
    assert np.abs(np.diff(got)).max() < 1.1 * 0.4 / BLOCK, "a step"
    assert np.all(got[-20 * BLOCK :] == np.float32(0.6))
    assert all(np.array_equal(voice, row) for voice in heard)
    assert board.get("delay_model") == 0.01


def test_gain_and_recording(board: Board) -> None:
    bench = Bench(board, lambda block, voice: block)
    bench.run(60)
    board.put("gain_db", 6.0206)
    board.put("record", 1)
    start = board.count("record_written")
    got = bench.run(60)
    assert np.allclose(got[-20 * BLOCK :], 0.2, atol=1e-4)
    recorded = board.record_ring[start : board.count("record_written")]
    assert len(recorded) >= 59 * BLOCK
    assert np.allclose(recorded[BLOCK:], 0.2, atol=1e-4)


def test_ten_minutes_of_nothing_do_not_slow_it_down_or_wear_it_out(bench: Bench) -> None:
    bench.run(60)
    got = bench.run(1000, talk=0.0)
    assert np.all(got == 0.5)
    assert not bench.board.fields["xruns"][0].any()
    assert bench.board.get("in_rms") == -120.0
