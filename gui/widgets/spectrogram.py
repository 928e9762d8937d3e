"""A scrolling picture of sound, low tones at the bottom, the newest at the right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.models.spectrum_image import SpectrumImage, colour_table
from gui.theme.current import Theme

COLUMN = 2
"""Logical pixels a spectrum: at 50 a second, 600 pixels are six seconds."""
LIGHT_STOPS = ("#e8edeb", "#b9dcd2", "#5fb3a4", "#1f7c78", "#0f4a5c", "#0b2540")
DARK_STOPS = ("#12191b", "#123a40", "#17686a", "#2fa58f", "#a9d98a", "#fbf3b4")


class Spectrogram(QWidget):
    """Paints a `SpectrumImage`; `push` new spectra, nothing is repainted without them."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture = SpectrumImage(self._table())
        self.setAccessibleName(name)
        self.setMinimumHeight(48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._recolour)

    def sizeHint(self) -> QSize:
        return QSize(560, 120)

    def push(self, rows: NDArray[np.float32]) -> None:
        """Append spectra (n, 80) in dB."""
        if len(rows):
            self._picture.push(rows)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture.image.devicePixelRatio() != ratio:
            self._fit()
        painter = QPainter(self)
        corners = QPainterPath()
        corners.addRoundedRect(QRectF(self.rect()), 8, 8)
        painter.setClipPath(corners)
        for x, part in self._picture.pieces():
            painter.drawImage(
                QPointF(x / ratio, 0), self._picture.image, QRectF(part), Qt.ImageConversionFlag.AutoColor
            )
        painter.end()

    def _fit(self) -> None:
        ratio = self.devicePixelRatioF()
        step = max(1, round(COLUMN * ratio))
        # One column more than fits, so that the rounded width never leaves a gap at the right.
        self._picture.resize(round(self.width() * ratio) + step, round(self.height() * ratio), step)
        self._picture.image.setDevicePixelRatio(ratio)

    def _recolour(self) -> None:
        self._picture.recolour(self._table())
        self.update()

    def _table(self) -> NDArray[np.uint32]:
        return colour_table(DARK_STOPS if self._theme.colours.dark else LIGHT_STOPS)
