"""When each block is due at the output, and what becomes of one that is late.

The delay stays constant by construction. It is known at which position of the play ring the next block is due; a block
that is late loses the part whose time has passed, and when lateness persists, there is silence and the position is set
anew. The two devices' clocks are matched by the drift loop, through the output resampler's ratio.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.spec import BLOCK, SAMPLE_RATE
from realtime.board import Board, Timer
from realtime.drift import DriftLoop
from realtime.lead import Lead
from realtime.rings import PlayRing

Frames = NDArray[np.float32]
BLOCK_S = BLOCK / SAMPLE_RATE
LATE_RUN = 3
"""After so many late blocks in a row the machine is too slow, and there is silence until it is not."""
STEADY_RUN = 4
"""At the start and after such a loss, so many blocks in a row must be on time before there is a voice."""
PLACE_S = 0.003
SETTLE_RUN = 50
"""Before there is a voice again, the lead must stay within PLACE_S of its target, or this many blocks pass."""
WAKING_RUN = 25
"""Blocks after a start from which nothing is learnt: devices that were asleep come in bursts first."""
EARLY_S = 0.03
"""A lead that is longer than its target by this is cut."""


class Schedule:
    """Where in the play ring one run's blocks go.

    Args:
        board: with `out_rate`, `margin` and `lead` (seconds, what an earlier run had learnt) set.
        play: the worker's side of it.
        clock: seconds.
    """

    def __init__(self, board: Board, play: PlayRing, clock: Callable[[], float]) -> None:
        self._board, self._play, self._clock = board, play, clock
        self._out_rate = play.rate
        self._epoch = board.count("epoch")
        self._drift = DriftLoop()
        self._wait = Lead(board.get("margin"), board.get("lead"))
        self._timer = Timer(board, "output wait")
        self._due = 0
        self._synced = False
        self._late_run = 0
        self._steady = self._settling = self._voiced = 0
        self._last_end = 0.0
        self._elapsed = BLOCK_S
        self._lead = self._fall = 0.0

    @property
    def speaking(self) -> bool:
        """Whether blocks come steadily enough for the voice to be heard."""
        return self._steady == STEADY_RUN

    def lose_place(self) -> None:
        """Set the position anew with the next block; there is silence until blocks have been steady."""
        self._synced = False
        self._steady = self._settling = self._voiced = 0
        self._drift.jump()

    def steer(self, end: float) -> float:
        """Measure the lead of the next block, choose the output's ratio; ppm."""
        position = self._play.position_at(end, self._out_rate * BLOCK_S)
        if self._synced and self._steady < STEADY_RUN and self._settling < SETTLE_RUN:
            # While nothing is heard the place is taken anew until it stays where it should be.
            if abs((self._due - position) / self._out_rate - self._wait.target) > PLACE_S:
                self._synced, self._steady = False, 0
            self._settling += 1
        if not self._synced:
            self._due = max(round(position + self._wait.target * self._out_rate), self._play.read_position)
            self._synced = True
            self._late_run = 0
            self._last_end = end
        self._lead = (self._due - position) / self._out_rate
        self._elapsed = min(max(end - self._last_end, 0.0), 0.1)
        self._last_end = end
        self._board.put("delay_wait", self._lead)
        ppm = self._drift.update(self._wait.target - self._lead, self._elapsed, self._fall)
        self._board.put("drift_ppm", self._drift.drift_ppm)
        return ppm

    def place(self, frames: Frames) -> None:
        """Put the block where it is due, cut or drop it when that is past or too far ahead."""
        board, play = self._board, self._play
        if board.count("epoch") != self._epoch:
            return  # the devices were opened anew meanwhile: this was heard before
        ahead = (self._due - play.position_at(self._clock(), self._out_rate * BLOCK_S)) / self._out_rate
        self._timer.add(max(0.0, ahead))
        board.put("fill", max(0.0, ahead))
        if ahead > self._wait.target + EARLY_S:
            # The device has stopped taking sound, or takes it in leaps: nothing may pile up.
            board.add_xrun("early block")
            self.lose_place()
            return
        slack = (self._due - play.read_position) / self._out_rate
        if slack >= 0.0:
            self._on_time(frames, self._lead - slack)
        else:
            self._late(frames, self._lead - slack)
        still = board.count("overloaded") and self._steady < STEADY_RUN
        board.put("overloaded", float(self._late_run >= LATE_RUN or not self._synced or bool(still)))
        board.put("lead", self._wait.target)

    def _on_time(self, frames: Frames, need: float) -> None:
        self._late_run = 0
        self._steady = min(self._steady + 1, STEADY_RUN)
        if self.speaking:
            before = self._wait.target
            self._voiced += 1
            if self._voiced > WAKING_RUN:
                self._wait.note(need, self._elapsed)
            self._fall = min(0.0, self._wait.target - before) / max(self._elapsed, 1e-3)
            self._play.write_at(self._due, frames)
            self._board.put("fed_time", self._clock())
        self._due += len(frames)

    def _late(self, frames: Frames, need: float) -> None:
        self._board.add_xrun("late block")
        self._late_run += 1
        self._fall = 0.0
        if self._late_run >= LATE_RUN or not self._wait.missed(need):
            self.lose_place()
            return
        if self.speaking:
            self._play.write_at(self._due, frames)
        # The blocks to come get the longer lead at once; the gap before them is silence.
        shift = max(0, round((self._wait.target - self._lead) * self._out_rate))
        self._due += len(frames) + shift
        self._drift.jump()
