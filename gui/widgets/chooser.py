"""A labelled chooser: icon, caption, list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStyle,
    QStyleOptionComboBox,
    QVBoxLayout,
    QWidget,
)

from gui.theme.current import Theme
from gui.theme.icons import pixmap

GAP = 2
"""Pixels that styles leave on either side of a combo box's text."""


class _List(QComboBox):
    """A combo box that says when it is about to open, does not change under a passing mouse wheel, and ends a text that
    is too long with an ellipsis.
    """

    opening = Signal()

    def showPopup(self) -> None:
        self.opening.emit()
        super().showPopup()

    def shown(self) -> str:
        """The chosen text as far as there is room for it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return str(option.currentText)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 2 * GAP
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def wheelEvent(self, event: object) -> None:
        if self.hasFocus():
            super().wheelEvent(event)  # type: ignore[arg-type]
        else:
            event.ignore()  # type: ignore[attr-defined]


class Chooser(QWidget):
    """`chosen(value)` when the user picks an entry; `opening` before the list is shown."""

    chosen = Signal(str)
    opening = Signal()

    def __init__(self, caption: str, icon: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon_name = theme, icon
        self._icon = QLabel()
        label = QLabel(caption)
        label.setProperty("role", "caption")
        self.list = _List()
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.list.setMinimumContentsLength(14)
        self.list.setAccessibleName(caption)
        label.setBuddy(self.list)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._icon)
        head.addWidget(label, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.list)
        self.list.activated.connect(lambda _: self.chosen.emit(self.value))
        self.list.opening.connect(self.opening)
        theme.changed.connect(self._recolour)
        self._recolour()

    @property
    def value(self) -> str:
        """The value of the entry that is shown."""
        return str(self.list.currentData() or "")

    def fill(self, entries: Sequence[tuple[str, str]], value: str, absent: str = "") -> None:
        """Show (value, text) entries with `value` chosen; one that is not among them is shown as `absent`."""
        entries = list(entries)
        if value not in [entry[0] for entry in entries]:
            entries.append((value, absent or value))
        shown = [(str(self.list.itemData(k)), self.list.itemText(k)) for k in range(self.list.count())]
        if shown != entries:
            self.list.clear()
            for data, text in entries:
                self.list.addItem(text, data)
                self.list.setItemData(self.list.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
        self.list.setCurrentIndex([entry[0] for entry in entries].index(value))

    def _recolour(self) -> None:
        self._icon.setPixmap(pixmap(self._icon_name, self._theme.colours.quiet, 18, self.devicePixelRatioF()))
