"""A slider with its name, its value in words, and what its ends mean."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget


class LabelledSlider(QWidget):
    """`moved(value)` while the user drags or types; `words(value)` gives the text beside it."""

    moved = Signal(int)

    def __init__(
        self,
        name: str,
        low: int,
        high: int,
        value: int,
        words: Callable[[int], str],
        tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = words
        label = QLabel(name)
        label.setProperty("role", "caption")
        self._value = QLabel()
        self._value.setProperty("role", "quiet")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(low, high)
        self.slider.setPageStep(max(1, (high - low) // 10))
        self.slider.setAccessibleName(name)
        self.setToolTip(tip)
        label.setBuddy(self.slider)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(0)
        layout.addWidget(label, 0, 0)
        layout.addWidget(self._value, 0, 1, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.slider, 1, 0, 1, 2)
        self.slider.valueChanged.connect(self._show)
        self.slider.setValue(value)
        self._show(value)
        self.slider.valueChanged.connect(self.moved)

    def _show(self, value: int) -> None:
        self._value.setText(self._words(value))
        self.slider.setAccessibleDescription(self._words(value))
