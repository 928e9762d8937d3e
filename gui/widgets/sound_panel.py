"""One side of the call: its name, its moving picture and its level."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.theme.current import Theme
from gui.widgets.level_meter import LevelMeter
from gui.widgets.spectrogram import Spectrogram


class SoundPanel(QFrame):
    """Caption, spectrogram and meter."""

    def __init__(self, caption: str, picture: str, meter: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        label = QLabel(caption)
        label.setProperty("role", "caption")
        self.remark = QLabel()
        self.remark.setProperty("role", "error")
        head = QHBoxLayout()
        head.addWidget(label, 1)
        head.addWidget(self.remark)
        self.spectrogram = Spectrogram(picture, theme)
        self.meter = LevelMeter(meter, theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 9, 14, 12)
        layout.setSpacing(7)
        layout.addLayout(head)
        layout.addWidget(self.spectrogram, 1)
        layout.addWidget(self.meter)

    def feed(self, rms_db: float, peak_db: float, now: float, remark: str = "") -> None:
        """Show these levels (dBFS) and a remark; a clipped level is said in words, too, not in colour alone."""
        self.meter.feed(rms_db, peak_db, now)
        text = self.tr("Too loud") if self.meter.clipped else remark
        if text != self.remark.text():
            self.remark.setText(text)
