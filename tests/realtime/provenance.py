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
SLOWEST = 0.98 / 48
"""The least by which it changes in a fade."""

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
    before = found[start - 1] if start and found[start - 1] >= 0 else None
    after = found[end] if end < len(found) and found[end] >= 0 else None
    if before is None and after is None:
        # A fade in that turned into a fade out, with silence on both sides, may come from anywhere.
        _place_anywhere(heard, written, found, start, end)
        return
    # The neighbours belong to it: the gain has no steps there either (next to silence it has). A recorder that comes
    # late loses a piece, and what is left has then two parts, each in line with its own neighbour.
    left = right = 0
    if before is not None:
        left = _in_line(heard[start - 1 : end], written[before : before + end - start + 1]) - 1
    if after is not None:
        first = max(0, after - (end - start))
        right = _in_line(heard[start : end + 1][::-1], written[first : after + 1][::-1]) - 1
    if left + right < end - start:
        if before is not None and after is not None:
            return
        # What was lost may have been where the fade began: the rest of it then lies beside silence alone.
        _place_anywhere(heard, written, found, start + left, end - right, steep=True)
    if after is not None:
        found[end - right : end] = np.arange(after - right, after)
    if before is not None:
        found[start : start + left] = np.arange(before + 1, before + 1 + left)


def _place_anywhere(heard: Frames, written: Frames, found: Places, start: int, end: int, steep: bool = False) -> None:
    """Where the samples from `start` to `end` fit last, if anywhere; see `_fits`."""
    fits = _fits(heard[start:end], written, steep)
    if len(fits):
        found[start:end] = fits[-1] + np.arange(end - start)


def _in_line(piece: Frames, original: Frames) -> int:
    """How many of the first samples of `piece` are those of `original` under a gain without steps."""
    size = min(len(piece), len(original))
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = piece[:size].astype(np.float64) / original[:size]
        good = (gain > 0.0) & (gain <= 1.0 + 1e-6)
        good[1:] &= np.abs(np.diff(gain)) <= FASTEST
    return size if good.all() else int(np.argmin(good))


def _fits(piece: Frames, written: Frames, steep: bool = False) -> Places:
    """The places at which `piece` can begin.

    Args:
        steep: the gain moves as fast as the play ring's fade does, but for one step where that turned round. Without
            it a piece that is much quieter than the voice fits anywhere.
    """
    left = np.arange(len(written) - len(piece) + 1)
    before: NDArray[np.float64] | None = None
    turns = np.zeros(len(left), np.int64)
    for step, value in enumerate(piece.astype(np.float64)):
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = value / written[left + step]
        good = (gain > 0.0) & (gain <= 1.0 + 1e-6)
        if before is not None:
            good &= np.abs(gain - before) <= FASTEST
            turns += np.abs(gain - before) < SLOWEST
            good &= (turns <= 1) | (not steep)
        left, before, turns = left[good], gain[good], turns[good]
        if not len(left):
            break
    return left


def assert_voice_or_silence(heard: Frames, written: Frames, talk: Frames) -> None:
    """Each recorded sample is zero, or bit by bit one that the worker wrote, or that one under the play ring's fade.

    The check must be able to fail: the talker's own samples must not pass it.
    """
    strangers = places(heard, written) == STRANGER
    where = [(int(at), float(heard[at])) for at in np.flatnonzero(strangers)[:50]]
    assert not where, f"{strangers.sum()} of {len(heard)} samples were not written by the vocoder: {where}"
    assert np.mean(places(talk[:TRIED], written) == STRANGER) > 0.99
