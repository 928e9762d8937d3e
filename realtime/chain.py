"""What the worker does with sound: capture ring, resampling, model, resampling, play ring; on time or not at all.

The chain keeps the delay constant by construction: `realtime.schedule` says when each block is due at the output, and
what has waited too long before the model saw it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.spec import BLOCK, HEARD_HZ, SAMPLE_RATE
from realtime import dynamics
from realtime.board import RECORD_FRAMES, SPECTRA, Board, Timer
from realtime.resample import Resampler
from realtime.rings import CaptureRing, PlayRing
from realtime.schedule import BLOCK_S, Schedule
from realtime.spectra import BandSpectrum

Frames = NDArray[np.float32]
BACKLOG_S = 0.06
"""Sound that waited longer than this before the model saw it is dropped."""
WARM_RUN = 10
"""Blocks that a new model hears beside the old one before it is heard itself."""
VOICE_FADE = 0.2
"""Part of the way to a new voice that a block goes: 5 blocks, 100 ms."""


class Model(Protocol):
    """What the chain needs of `realtime.pipeline.Pipeline`."""

    def initial_state(self) -> Any:
        """The state before the first block."""

    def step(
        self, block: Frames, state: Any, voice: Frames, knob: float, timings: dict[str, float] | None = None
    ) -> tuple[Frames, Any]:
        """One block of 480 samples in, one out."""


@dataclass
class Coming:
    """A model that will take over.

    Attributes:
        model, delay_s, state: it, and as in the chain.
        voice: reads the voice for it.
        blocks: that it has heard so far.
    """

    model: Model
    delay_s: float
    state: Any
    voice: Callable[[], Frames]
    blocks: int = 0


class Chain:
    """One run of the model between one pair of devices.

    Args:
        board: the engine's shared memory, with `in_rate`, `out_rate` and `margin` (seconds) set.
        model: the model.
        model_delay: samples at 24 kHz by which the model's output is later than its input.
        clock: seconds; the tests bring their own.
    """

    def __init__(self, board: Board, model: Model, model_delay: int, clock: Callable[[], float] = monotonic) -> None:
        self._board, self._model, self._clock = board, model, clock
        self._model_delay_s = model_delay / SAMPLE_RATE
        self.epoch = board.count("epoch")
        in_rate, out_rate = board.count("in_rate"), board.count("out_rate")
        self._in_rate, self._out_rate = in_rate, out_rate
        self._capture = CaptureRing(board)
        self._capture.skip()
        self._schedule = Schedule(board, PlayRing(board, out_rate), clock)
        self._taken = np.zeros(int(in_rate * 0.25), np.float32)
        self._resample_in = Resampler(in_rate, SAMPLE_RATE, len(self._taken), HEARD_HZ)
        self._resample_out = Resampler(SAMPLE_RATE, out_rate, BLOCK)
        self._steered = not self._resample_out.identity  # a device of our own rate needs it once its clock is found
        self._waiting = np.zeros(len(self._taken) * SAMPLE_RATE // in_rate + 2 * BLOCK, np.float32)
        self._filled = 0
        self._state = model.initial_state()
        self._voice = self._wanted_voice().copy()
        self._voice_serial = board.count("voice_serial")
        self._gate = dynamics.Gate()
        self._spectra = BandSpectrum(), BandSpectrum()
        self._coming: Coming | None = None
        self._fade_in = np.linspace(0.0, 1.0, BLOCK, dtype=np.float32)
        self._block = np.zeros(BLOCK, np.float32)
        self._times: dict[str, float] = {}
        self._timer = {
            name: Timer(board, name)
            for name in (
                "ring wait", "resample in", "encoder", "decoder", "vocoder", "pipeline", "resample out", "block"
            )
        }  # fmt: skip
        board.put("delay_block", BLOCK_S)
        board.put("delay_model", self._model_delay_s)
        board.put("delay_resample", self._resampling_s)

    @property
    def _resampling_s(self) -> float:
        into = 0.0 if self._resample_in.identity else self._resample_in.delay_s
        return into + (self._resample_out.delay_s if self._steered else 0.0)

    def advance(self) -> int:
        """Take what the microphone delivered and work through every complete block; how many there were."""
        waiting_s = self._capture.waiting / self._in_rate
        if waiting_s > BACKLOG_S:
            self._drop_backlog()
            return 0
        delivered = self._capture.time
        count = self._capture.take(self._taken)
        if not count:
            return 0
        now = self._clock()
        self._timer["ring wait"].add(now - delivered)
        taken = self._taken[:count]
        bad = dynamics.clean(taken)
        if bad:
            self._board.add_xrun("bad input", bad)
        np.clip(taken, -8.0, 8.0, out=taken)
        if not self._resample_in.identity:
            taken = self._resample_in.process(taken)
        self._timer["resample in"].add(self._clock() - now)
        self._waiting[self._filled : self._filled + len(taken)] = taken
        self._filled += len(taken)
        blocks = 0
        while self._filled >= BLOCK:
            self._filled -= BLOCK
            self._block[:] = self._waiting[:BLOCK]
            self._waiting[: self._filled] = self._waiting[BLOCK : BLOCK + self._filled].copy()
            self._run_block(delivered - self._filled / SAMPLE_RATE)
            blocks += 1
        return blocks

    def _drop_backlog(self) -> None:
        """The worker was away: forget what piled up, so that the delay afterwards is the delay before."""
        dropped = self._capture.skip() + self._filled
        self._board.add_xrun("backlog dropped", max(1, round(dropped / self._in_rate / BLOCK_S)))
        self._board.put("overloaded", 1.0)
        self._filled = 0
        self._resample_in.reset()
        self._schedule.lose_place()

    def _run_block(self, end: float) -> None:
        """One block of 24 kHz sound that was complete (as delivered by the device) at `end`."""
        start = self._clock()
        board = self._board
        board.put("worker_busy", start)
        block = self._block
        gain = dynamics.amplitude(board.get("gain_db"))
        if gain != 1.0:
            block *= np.float32(gain)
        dynamics.limit(block)
        in_peak, in_rms = dynamics.peak_rms(block)
        self._follow_voice()
        self._times.clear()
        voice, self._state = self._model.step(block, self._state, self._voice, board.get("prosody"), self._times)
        if self._coming is not None:
            voice = self._cross_over(self._coming, block, voice)
        modelled = self._clock()
        if not np.isfinite(voice).all():
            board.add_xrun("bad output")
            voice = np.zeros(BLOCK, np.float32)
            self._state = self._model.initial_state()
        dynamics.limit(voice)
        self._gate.apply(in_rms, board.get("gate_db"), voice)
        ppm = self._schedule.steer(end)
        if ppm and not self._steered:
            self._steered = True
            board.put("delay_resample", self._resampling_s)
        frames = self._resample_out.process(voice, ppm) if self._steered else voice
        resampled = self._clock()
        self._schedule.place(frames)
        for name, seconds in self._times.items():
            self._timer[name].add(seconds)
        self._timer["pipeline"].add(modelled - start)
        self._timer["resample out"].add(resampled - modelled)
        self._timer["block"].add(self._clock() - start)
        out_peak, out_rms = dynamics.peak_rms(voice)
        for field, value in (
            ("in_peak", in_peak), ("in_rms", in_rms), ("out_peak", out_peak), ("out_rms", out_rms)
        ):  # fmt: skip
            board.put(field, value)
        self._publish(block, voice)
        board.put("worker_busy", 0.0)

    def change(self, model: Model, model_delay: int, voice: Callable[[], Frames]) -> None:
        """Let another model take over, without a gap: it listens along first, then the two are crossfaded.

        Args:
            model_delay: as in the constructor.
            voice: gives the voice for the new model, asked before each block of it.
        """
        self._coming = Coming(model, model_delay / SAMPLE_RATE, model.initial_state(), voice)

    @property
    def changing(self) -> bool:
        """Whether another model is about to take over."""
        return self._coming is not None

    def _cross_over(self, coming: Coming, block: Frames, old: Frames) -> Frames:
        serial = self._board.count("voice_serial")  # before the voice is read: one that comes later is followed
        row = coming.voice()
        new, coming.state = coming.model.step(block, coming.state, row, self._board.get("prosody"), None)
        coming.blocks += 1
        if coming.blocks <= WARM_RUN:
            return old
        self._model, self._state, self._voice = coming.model, coming.state, row.copy()
        self._model_delay_s = coming.delay_s
        self._voice_serial = serial
        self._board.put("delay_model", coming.delay_s)
        self._coming = None
        mixed: Frames = old + self._fade_in * (new - old)
        return mixed

    def _follow_voice(self) -> None:
        serial = self._board.count("voice_serial")
        wanted = self._wanted_voice()
        if serial != self._voice_serial:
            self._voice += np.float32(VOICE_FADE) * (wanted - self._voice)
            if np.max(np.abs(wanted - self._voice)) < 1e-2 * max(1.0, float(np.max(np.abs(wanted)))):
                self._voice[:] = wanted
                self._voice_serial = serial

    def _wanted_voice(self) -> Frames:
        row: Frames = self._board.cell("voice")[: self._board.count("voice_dim")].astype(np.float32, copy=False)
        return row

    def _publish(self, block: Frames, voice: Frames) -> None:
        """Pictures for the app, and the recording where one is wanted."""
        board = self._board
        at = board.count("spectra_written") % SPECTRA
        board.in_spectra[at] = self._spectra[0].row(block)
        board.out_spectra[at] = self._spectra[1].row(voice)
        board.put("spectra_written", board.count("spectra_written") + 1)
        if board.count("record"):
            start = board.count("record_written") % RECORD_FRAMES
            board.record_ring[start : start + BLOCK] = voice if self._schedule.speaking else 0.0
            board.put("record_written", board.count("record_written") + BLOCK)
        board.put("blocks", board.count("blocks") + 1)
