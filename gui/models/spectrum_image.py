"""A scrolling spectrogram as a ring of finished pixels: a new column costs a column, a repaint costs a copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

BANDS = 80
LOW_DB, HIGH_DB = -95.0, -20.0
"""What the colours span; below is ground, above is the brightest."""


def colour_table(stops: tuple[str, ...]) -> NDArray[np.uint32]:
    """256 opaque RGB values through evenly spaced colours."""
    colours = np.array([[QColor(stop).red(), QColor(stop).green(), QColor(stop).blue()] for stop in stops], dtype=float)
    at = np.linspace(0.0, len(stops) - 1.0, 256)
    channels = [np.interp(at, np.arange(len(stops)), colours[:, k]).astype(np.uint32) for k in range(3)]
    table: NDArray[np.uint32] = np.full(256, 0xFF000000, dtype=np.uint32)
    for shift, channel in zip((16, 8, 0), channels, strict=True):
        table |= channel << np.uint32(shift)
    return table


class SpectrumImage:
    """Pixels of `width` x `height` device pixels; each spectrum is `step` pixels wide; the newest is rightmost."""

    def __init__(self, table: NDArray[np.uint32]) -> None:
        self._table = table
        self._levels = np.zeros((1, 1), dtype=np.uint8)
        self._next = 0
        self.step = 1
        self.resize(1, 1, 1)

    def resize(self, width: int, height: int, step: int) -> None:
        """Take another size; what was drawn is dropped."""
        width = max(step, width - width % step)
        height = max(1, height)
        self.step = step
        self._next = 0
        self._levels = np.zeros((height, width), dtype=np.uint8)
        self._pixels: NDArray[np.uint32] = np.full((height, width), self._table[0], dtype=np.uint32)
        self.image = QImage(self._pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
        # Band centres on the picture's rows, the lowest band at the bottom.
        at = np.linspace(BANDS - 1.0, 0.0, height)
        below = np.minimum(at.astype(int), BANDS - 2)
        weight = at - below
        self._spread = np.zeros((BANDS, height), dtype=np.float32)
        self._spread[below, np.arange(height)] = 1.0 - weight
        self._spread[below + 1, np.arange(height)] += weight

    def recolour(self, table: NDArray[np.uint32]) -> None:
        """Use other colours, also for what was drawn."""
        self._table = table
        self._pixels[:] = table[self._levels]

    def push(self, rows: NDArray[np.float32]) -> None:
        """Append spectra (n, 80) in dB; a value that is no number counts as silence."""
        width = self._levels.shape[1]
        rows = np.nan_to_num(rows[-(width // self.step) :], nan=LOW_DB, posinf=HIGH_DB, neginf=LOW_DB)
        scaled = (rows @ self._spread - LOW_DB) * (255.0 / (HIGH_DB - LOW_DB))
        columns = np.clip(scaled, 0.0, 255.0).astype(np.uint8).T
        columns = np.repeat(columns, self.step, axis=1)
        at = (self._next + np.arange(columns.shape[1])) % width
        self._levels[:, at] = columns
        self._pixels[:, at] = self._table[columns]
        self._next = int((self._next + columns.shape[1]) % width)

    def pieces(self) -> list[tuple[int, QRect]]:
        """(x on the picture, part of `image`) to draw, oldest first."""
        height, width = self._levels.shape
        old = width - self._next
        pieces = [(0, QRect(self._next, 0, old, height))]
        if self._next:
            pieces.append((old, QRect(0, 0, self._next, height)))
        return pieces
