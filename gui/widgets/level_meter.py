"""A horizontal level meter: level, held peak, clip lamp."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.models.meter import FLOOR_DB, MeterBallistics, fraction
from gui.theme.current import Theme

HIGH_DB = -12.0
LAMP = 16.0


class LevelMeter(QWidget):
    """`feed` it levels in dBFS; it repaints only when a pixel changes."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ballistics = MeterBallistics()
        self._shown: tuple[int, int, bool] = (-1, -1, False)
        self._name = name
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        theme.changed.connect(self.update)

    @property
    def clipped(self) -> bool:
        """Whether the clip lamp is lit."""
        return self._ballistics.clipped

    def sizeHint(self) -> QSize:
        return QSize(200, 12)

    def feed(self, rms_db: float, peak_db: float, now: float | None = None) -> None:
        """Show these levels."""
        self._ballistics.feed(rms_db, peak_db, time.monotonic() if now is None else now)
        width = self.width() * self.devicePixelRatioF()
        level, peak = self._ballistics.level, self._ballistics.peak
        shown = (round(fraction(level) * width), round(fraction(peak) * width), self._ballistics.clipped)
        if shown != self._shown:
            self._shown = shown
            self.update()
            if peak > FLOOR_DB and self.hasFocus():
                self.setAccessibleDescription(f"{peak:.0f} dB")

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        height = float(self.height())
        track = QRectF(0, 0, self.width() - LAMP - 6, height)
        painter.setBrush(QColor(colours.sunken))
        painter.drawRoundedRect(track, height / 2, height / 2)
        level = fraction(self._ballistics.level)
        if level > 0:
            high = self._ballistics.level > HIGH_DB
            painter.setBrush(QColor(colours.meter_high if high else colours.meter))
            bar = QRectF(track)
            bar.setWidth(max(height, track.width() * level))
            painter.drawRoundedRect(bar, height / 2, height / 2)
        peak = fraction(self._ballistics.peak)
        if peak > 0:
            painter.setBrush(QColor(colours.text))
            painter.drawRoundedRect(QRectF(max(0.0, track.width() * peak - 3), 1, 3, height - 2), 1.5, 1.5)
        lamp = QRectF(self.width() - LAMP, 0, LAMP, height)
        painter.setBrush(QColor(colours.danger if self._ballistics.clipped else colours.sunken))
        painter.drawRoundedRect(lamp, height / 2, height / 2)
        painter.end()
