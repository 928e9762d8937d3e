"""Where each recorded sample came from: silence, a sample that the worker wrote (faded or not), or neither.

Two neighbours of full strength, taken together, name their place in what was written; one alone does not, because
among 240 000 samples of noise in float32 about 3 in 100 have a twin. What lies between such pairs must then be what was
written in that very place, times a gain from 0 to 1 that moves no faster than the play ring's fade.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]
Places = NDArray[np.int64]
SILENT, STRANGER = -1, -2
FASTEST = 1.02 / 48
"""The most by which the gain may change in a sample: a fade of 1 ms at 48 kHz, and rounding."""

TRIED = 48_000
"""Samples of the microphone that are tried to pass as the voice."""


def places(heard: Frames, written: Frames) -> Places:
    """For each sample of `heard` [n] its index in `written` [m], or SILENT, or STRANGER."""
    found = np.full(len(heard), STRANGER, np.int64)
    found[heard == 0.0] = SILENT
    pairs, first = np.unique(_pairs(written), return_index=True)
    ours = _pairs(heard)
    at = np.minimum(np.searchsorted(pairs, ours), len(pairs) - 1)
    same = np.flatnonzero((pairs[at] == ours) & (heard[:-1] != 0.0) & (heard[1:] != 0.0))
    for step in (0, 1):
        found[same + step] = first[at[same]] + step
    open_ = np.flatnonzero(found == STRANGER)
    for run in np.split(open_, np.flatnonzero(np.diff(open_) > 1) + 1):
        if len(run):
            _place_faded(heard, written, found, run[0], run[-1] + 1)
    return found


def _pairs(frames: Frames) -> NDArray[np.uint64]:
    bits = np.ascontiguousarray(frames).view(np.uint32).astype(np.uint64)
    return bits[:-1] << np.uint64(32) | bits[1:]


def _place_faded(heard: Frames, written: Frames, found: Places, start: int, end: int) -> None:
    """Find the place of one run of samples that are not of full strength, by their neighbours' or by all of it."""
    # The neighbours belong to it: the gain has no steps there either (next to silence it has).
    first = start - (start > 0 and found[start - 1] >= 0)
    last = end + (end < len(heard) and found[end] >= 0)
    piece = heard[first:last].astype(np.float64)
    near = {found[i] - i + first for i in (start - 1, end) if 0 <= i < len(heard) and found[i] >= 0}
    # A fade in that turned into a fade out, with silence on both sides, may come from anywhere.
    candidates = np.array(sorted(near)) if near else np.arange(len(written) - len(piece) + 1)
    left = _fits(piece, written, candidates)
    if len(left):
        found[start:end] = np.arange(start, end) - first + left[-1]


def _fits(piece: NDArray[np.float64], written: Frames, candidates: Places) -> Places:
    """Those places at which `piece` can begin."""
    left = candidates[(candidates >= 0) & (candidates + len(piece) <= len(written))]
    before: NDArray[np.float64] | None = None
    for step, value in enumerate(piece):
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = value / written[left + step]
        good = (gain > 0.0) & (gain <= 1.0 + 1e-6)
        if before is not None:
            good &= np.abs(gain - before) <= FASTEST
        left, before = left[good], gain[good]
        if not len(left):
            break
    return left


def assert_voice_or_silence(heard: Frames, written: Frames, talk: Frames) -> None:
    """Each recorded sample is zero, or bit by bit one that the worker wrote, or that one under the play ring's fade.

    The check must be able to fail: the talker's own samples must not pass it.
    """
    strangers = places(heard, written) == STRANGER
    assert not strangers.any(), f"{strangers.sum()} of {len(heard)} samples were not written by the vocoder"
    assert np.mean(places(talk[:TRIED], written) == STRANGER) > 0.99
