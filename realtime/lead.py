"""How long before its time a block must be ready, learnt from how long blocks took, as in a jitter buffer."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

SAFETY_S = 0.002
"""On top of the worst case seen: the play ring's fade and a little more."""
CEILING_S = 0.08
"""A machine that needs more than this is too slow; then there is silence and not a call with a long delay."""
FIRST_STEP_S = 0.001
"""What the first late block of a window adds to the lead; each further one adds twice as much as the one before."""
COLD = 2.0
"""In a call a block takes that many times as long as when nothing comes between two (docs/benchmarks.md)."""
WINDOW_S = 5.0
"""The worst case of the last one to two windows counts."""
FALL_S_PER_S = 0.0015
"""How fast an unneeded lead is given back: 1500 ppm, 2.6 cents of pitch, which nobody hears."""


class Lead:
    """The wanted lead, in seconds from a block's last sample to its time at the output device.

    Args:
        floor_s: never less than this.
        start_s: what an earlier run had learnt, or 0.
    """

    def __init__(self, floor_s: float, start_s: float = 0.0) -> None:
        self._floor = floor_s
        self.target = min(max(floor_s, start_s), CEILING_S)
        self._now = self._before = 0.0
        self._age = 0.0
        self._misses = 0

    def note(self, need_s: float, elapsed_s: float) -> None:
        """A block was ready in time, and would have been with a lead of `need_s`; lets the target fall if it may."""
        self._now = max(self._now, need_s)
        self._age += elapsed_s
        if self._age >= WINDOW_S:
            self._before, self._now, self._age = self._now, need_s, 0.0
            self._misses = 0
        wanted = min(max(self._floor, max(self._now, self._before) + SAFETY_S), CEILING_S)
        most = FALL_S_PER_S * elapsed_s
        self.target = max(wanted, self.target - most) if wanted < self.target else wanted

    def missed(self, need_s: float) -> bool:
        """A block was late; the target rises a little, or much when that happens again and again.

        A single hiccup of a busy machine costs its one block and not a longer delay for everything after it.

        Returns:
            Whether a lead below CEILING_S would have saved the block at all.
        """
        if need_s + SAFETY_S > CEILING_S:
            return False
        step = FIRST_STEP_S * 2.0**self._misses
        self._misses += 1
        self.target = min(need_s + SAFETY_S, self.target + step)
        self._now = max(self._now, self.target - SAFETY_S)
        return True


def guess(took_s: Sequence[float]) -> float:
    """The lead to begin with before anything was learnt: without it, the first blocks of each call would be late.

    Args:
        took_s: by blocks that were worked on one after the other, in seconds.
    """
    return min(COLD * median(took_s) + SAFETY_S, CEILING_S)
