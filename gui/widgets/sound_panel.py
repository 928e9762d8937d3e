"""One side of the call: its name, its moving picture and its level."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

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
        self.spectrogram = Spectrogram(picture, theme)
        self.meter = LevelMeter(meter, theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 9, 14, 12)
        layout.setSpacing(7)
        layout.addWidget(label)
        layout.addWidget(self.spectrogram, 1)
        layout.addWidget(self.meter)
