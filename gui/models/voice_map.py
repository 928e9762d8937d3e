"""Where the voices stand on a map of two axes, and which mix a point between them means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.voices import VoiceBank
from gui.models.voices import VoiceChoice

AT_VOICE = 0.06
"""A click nearer than this to a voice (the map is 1 wide) means the voice itself."""
ROOM = np.array([0.15, 0.24])
"""What a voice and its name need of the map's width and height, which is about twice as wide as high."""


class VoiceMap:
    """The bank's rows on their two main axes (principal components), scaled into the unit square."""

    def __init__(self, bank: VoiceBank) -> None:
        self.names = list(bank.names)
        rows = np.stack([bank.row(name) for name in self.names]).astype(np.float64)
        spread = rows.std(axis=0)
        centred = (rows - rows.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        flat = centred @ axes[:2].T
        if flat.shape[1] < 2:
            flat = np.hstack([flat, np.zeros((len(flat), 2 - flat.shape[1]))])
        self.points: NDArray[np.float64] = _spread_out(_even(flat))

    def choice_at(self, x: float, y: float) -> VoiceChoice:
        """The voice at a point of the unit square: the one that stands there, or a mix of the two nearest."""
        distance = np.hypot(self.points[:, 0] - x, self.points[:, 1] - y)
        order = np.argsort(distance)
        first = int(order[0])
        if distance[first] < AT_VOICE or len(order) == 1:
            return VoiceChoice("named", a=self.names[first])
        second = int(order[1])
        line = self.points[second] - self.points[first]
        along = float(np.dot([x - self.points[first, 0], y - self.points[first, 1]], line) / np.dot(line, line))
        return VoiceChoice("mix", a=self.names[first], b=self.names[second], weight=round(min(1.0, max(0.0, along)), 2))

    def place(self, choice: VoiceChoice) -> tuple[float, float] | None:
        """Where a choice stands; a new person stands nowhere on the map."""
        if choice.kind == "new" or choice.a not in self.names:
            return None
        first = self.points[self.names.index(choice.a)]
        if choice.kind == "mix" and choice.b in self.names:
            second = self.points[self.names.index(choice.b)]
            first = first + (second - first) * choice.weight
        return float(first[0]), float(first[1])


def _even(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Into the unit square, half by place and half by rank: one odd voice must not press all others into a corner."""
    low, high = flat.min(axis=0), flat.max(axis=0)
    place = (flat - low) / np.where(high - low > 1e-9, high - low, 1.0)
    rank = flat.argsort(axis=0).argsort(axis=0) / max(1, len(flat) - 1)
    return np.asarray((place + rank) / 2)


def _spread_out(points: NDArray[np.float64], rounds: int = 80) -> NDArray[np.float64]:
    """Push near neighbours apart until their names can be read and clicked; the neighbourhood stays."""
    points = points / ROOM
    high = 1.0 / ROOM
    for _ in range(rounds):
        difference = points[:, None] - points[None]
        distance = np.hypot(difference[..., 0], difference[..., 1])
        np.fill_diagonal(distance, np.inf)
        push = np.clip(1.0 - distance, 0.0, None) / 2
        if not push.any():
            break
        # Two voices on the same spot have no direction to part in: give each its own.
        angle = np.arange(len(points)) * 2.4
        own = np.broadcast_to(np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None], difference.shape)
        apart = distance[..., None] > 1e-6
        direction = np.where(apart, difference / np.maximum(distance, 1e-6)[..., None], own)
        points = np.clip(points + (push[..., None] * direction).sum(axis=1), 0.0, high)
    return np.asarray(points * ROOM)
