"""The bank as a map: every voice is a spot, a click between two voices mixes them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.models.voice_map import VoiceMap
from gui.models.voices import VoicesModel, display
from gui.theme.current import Theme

MARGIN = 26.0
KEY_STEP = 0.04


class VoiceMapView(QWidget):
    """Mouse: click or drag. Keyboard: arrows move the point, Enter is not needed."""

    def __init__(self, voices: VoicesModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._voices, self._theme = voices, theme
        self._map = VoiceMap(voices.bank)
        voices.bank_changed.connect(self._take_bank)
        self._asked: tuple[float, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 130)
        self.setAccessibleName(self.tr("Map of voices"))
        self.setToolTip(self.tr("Click a voice, or between two voices to mix them. Arrow keys move the point."))
        voices.chosen.connect(self._describe)
        theme.changed.connect(self.update)
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(300, 190)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: (-KEY_STEP, 0.0),
            Qt.Key.Key_Right: (KEY_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, KEY_STEP),
            Qt.Key.Key_Down: (0.0, -KEY_STEP),
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        # Steps add up from the last point asked for: a step inside a voice's own circle must be able to leave it.
        x, y = self._asked or self._map.place(self._voices.choice) or (0.5, 0.5)
        self._pick(x + step[0], y + step[1])

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, choice = self._theme.colours, self._voices.choice
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.focus if self.hasFocus() else colours.line), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(colours.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        here = self._map.place(choice)
        if here is not None and choice.kind == "mix":
            ends = [self._map.points[self._map.names.index(name)] for name in (choice.a, choice.b)]
            painter.setPen(QPen(QColor(colours.accent), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(*[self._to_widget(float(x), float(y)) for x, y in ends])
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        for name, (x, y) in zip(self._map.names, self._map.points, strict=True):
            at = self._to_widget(float(x), float(y))
            used = choice.kind != "new" and name in (choice.a, choice.b)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent if used else colours.quiet))
            painter.drawEllipse(at, 4.5, 4.5)
            painter.setPen(QColor(colours.text if used else colours.quiet))
            below = QRectF(at.x() - 50, at.y() + (9 if used and choice.kind != "mix" else 4), 100, 16)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, display(name))
        if here is not None:
            painter.setPen(QPen(QColor(colours.accent), 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._to_widget(*here), 9, 9)
        painter.end()

    def _choose(self, at: QPointF) -> None:
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        self._pick((at.x() - MARGIN) / width, 1.0 - (at.y() - MARGIN) / height)

    def _pick(self, x: float, y: float) -> None:
        x, y = min(1.0, max(0.0, x)), min(1.0, max(0.0, y))
        choice = self._map.choice_at(x, y)
        if choice != self._voices.choice:
            self._voices.choose(choice)
        self._asked = (x, y)

    def _to_widget(self, x: float, y: float) -> QPointF:
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        return QPointF(MARGIN + x * width, MARGIN + (1.0 - y) * height)

    def _take_bank(self) -> None:
        self._map = VoiceMap(self._voices.bank)
        self.update()

    def _describe(self) -> None:
        self._asked = None
        self.setAccessibleDescription(self._voices.title)
        self.update()
