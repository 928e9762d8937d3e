"""Two devices whose clocks differ, simulated: the whole chain, with time as the test makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from realtime.board import XRUNS, Board
from realtime.chain import Chain
from realtime.drift import MAX_PPM, SLEW_PPM_S, DriftLoop
from realtime.rings import CaptureRing, PlayRing
from realtime.schedule import BLOCK_S

CHUNK_S = 0.005
COMPUTE_S = 0.003
MARGIN_S = 0.012
SETTLE_S = 20.0


class Echo:
    """Stands for the model where only time matters: gives back what it gets."""

    def initial_state(self) -> None:
        return None

    def step(
        self, block: np.ndarray, state: Any, voice: Any, knob: float, timings: Any = None
    ) -> tuple[np.ndarray, None]:
        return block.copy(), None


@dataclass
class Run:
    """What a simulation saw after it had settled."""

    leads_ms: list[float] = field(default_factory=list)
    drifts_ppm: list[float] = field(default_factory=list)
    heard: list[np.ndarray] = field(default_factory=list)
    silent: int = 0
    troubles: dict[str, int] = field(default_factory=dict)


def simulate(board: Board, in_rate: int, out_rate: int, ppm: float, seconds: float, jitter_s: float, keep: bool) -> Run:
    """Run the chain between a microphone with a true clock and an output that is `ppm` fast.

    Each device calls every 5 ms of its own time; the moment at which the call is served is late by up to `jitter_s`.
    """
    rng = np.random.default_rng(7)
    now = [0.0]
    board.put("in_rate", in_rate)
    board.put("out_rate", out_rate)
    board.put("margin", MARGIN_S)
    board.put("epoch", 1)
    board.put("voice_dim", 3)
    board.put("out_open", 1)
    board.put("gate_db", -120.0)
    capture, play = CaptureRing(board), PlayRing(board, out_rate)
    chain = Chain(board, Echo(), 0, clock=lambda: now[0])
    in_chunk, out_chunk = round(CHUNK_S * in_rate), round(CHUNK_S * out_rate)
    next_in, next_out = CHUNK_S, CHUNK_S / 3
    in_step, out_step = in_chunk / in_rate, out_chunk / out_rate / (1 + 1e-6 * ppm)
    sent, run = 0, Run()
    buffer = np.zeros(out_chunk, np.float32)
    settled = False
    while next_in < seconds:
        if next_in <= next_out:
            served = next_in + rng.uniform(0, jitter_s)
            tone = 0.5 * np.sin(2 * np.pi * 250.0 / in_rate * np.arange(sent, sent + in_chunk))
            sent += in_chunk
            capture.write(tone.astype(np.float32), served)
            now[0] = served + COMPUTE_S
            chain.advance()
            next_in += in_step
        else:
            served = next_out + rng.uniform(0, jitter_s)
            play.read_into(buffer, served)
            next_out += out_step
            if not settled and next_out > SETTLE_S:
                settled = True
                board.put("silent_frames", 0)
                before = board.fields["xruns"][0].copy()
            if settled:
                run.leads_ms.append(1e3 * board.get("delay_wait"))
                run.drifts_ppm.append(board.get("drift_ppm"))
                if keep:
                    run.heard.append(buffer.copy())
    run.silent = board.count("silent_frames")
    counts = board.fields["xruns"][0] - before
    run.troubles = {kind: int(count) for kind, count in zip(XRUNS, counts, strict=True) if count}
    return run


@pytest.mark.parametrize(
    ("in_rate", "out_rate", "ppm"),
    [(48_000, 48_000, 500.0), (48_000, 48_000, -500.0), (44_100, 48_000, 300.0), (16_000, 44_100, -300.0)],
)
def test_drift_is_found_and_nothing_breaks(board: Board, in_rate: int, out_rate: int, ppm: float) -> None:
    run = simulate(board, in_rate, out_rate, ppm, 45.0, 1e-3, keep=True)
    assert run.silent == 0
    assert run.troubles == {}
    leads = np.array(run.leads_ms)
    assert np.max(np.abs(leads - np.median(leads))) < 5.0
    assert np.mean(run.drifts_ppm[-2000:]) == pytest.approx(ppm, rel=0.15)
    heard = np.concatenate(run.heard)
    second = np.abs(np.diff(heard, 2)).max()
    assert second < 1.3 * 0.5 * (2 * np.pi * 250.0 / out_rate) ** 2, "a click"
    pitch = pitch_track(heard, out_rate)
    assert np.max(np.abs(pitch / np.median(pitch) - 1)) < 1.5e-3, "an audible change of pitch"


def pitch_track(heard: np.ndarray, rate: int) -> np.ndarray:
    """Frequency per half second, by the slope of the phase."""
    size = rate // 2
    count = len(heard) // size
    times = np.arange(count * size) / rate
    mixed = (heard[: count * size] * np.exp(-2j * np.pi * 250.0 * times)).reshape(count, 10, -1).mean(axis=2)
    steps = np.angle(mixed[:, 1:] * mixed[:, :-1].conj()).mean(axis=1)
    return 250.0 + steps / (2 * np.pi * 0.05)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("ppm", [500.0, -500.0])
def test_an_hour(board: Board, ppm: float) -> None:
    run = simulate(board, 48_000, 48_000, ppm, 3600.0, 1e-3, keep=False)
    assert run.silent == 0
    assert run.troubles == {}
    leads = np.array(run.leads_ms)
    assert np.max(np.abs(leads - np.median(leads))) < 5.0
    assert abs(np.mean(leads[-10_000:]) - np.mean(leads[:10_000])) < 0.5, "the delay grew"
    assert np.mean(run.drifts_ppm[-100_000:]) == pytest.approx(ppm, abs=5.0)


@pytest.mark.parametrize("ppm", [-500.0, 0.0, 500.0])
def test_the_loop_alone_for_an_hour(ppm: float) -> None:
    """With 2 ms of jitter in what is measured: the error stays small, and the ratio changes slowly."""
    rng = np.random.default_rng(8)
    loop, lead, target = DriftLoop(), 0.012, 0.012
    leads, ratios = [], []
    for _ in range(round(3600 / BLOCK_S)):
        correction = loop.update(target - lead + rng.uniform(-2e-3, 2e-3), BLOCK_S)
        lead += BLOCK_S * 1e-6 * (correction - ppm)
        leads.append(lead)
        ratios.append(correction)
    after = np.array(leads[round(SETTLE_S / BLOCK_S) :])
    assert np.max(np.abs(after - target)) < 1e-3
    assert np.mean(ratios[-50_000:]) == pytest.approx(ppm, abs=5.0)
    assert np.max(np.abs(np.diff(ratios))) <= SLEW_PPM_S * BLOCK_S + 1e-9
    assert np.max(np.abs(ratios)) <= MAX_PPM


def test_the_loop_comes_back_from_its_bounds() -> None:
    """A clock beyond what can be corrected, then a good one: no wind-up."""
    loop, lead = DriftLoop(), 0.012
    for step in range(round(240 / BLOCK_S)):
        ppm = 3000.0 if step < round(20 / BLOCK_S) else 0.0
        lead += BLOCK_S * 1e-6 * (loop.update(0.012 - lead, BLOCK_S) - ppm)
    assert abs(lead - 0.012) < 1e-3
    assert abs(loop.drift_ppm) < 20.0


def test_a_jump_keeps_what_is_known_of_the_clocks() -> None:
    loop = DriftLoop()
    for _ in range(2000):
        loop.update(0.5e-3, BLOCK_S)
    known = loop.drift_ppm
    assert known > 100.0
    loop.jump()
    loop.update(0.0, BLOCK_S)
    assert loop.drift_ppm == pytest.approx(known, abs=1.0)
