"""The large card that says in words, colour and shape whether the voice is protected."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.models.call import CallModel
from gui.models.protection import Level
from gui.models.reasons import part_in_words
from gui.models.voices import VoicesModel
from gui.theme.current import Theme
from gui.theme.icons import pixmap

ICON = 48
ICONS = {Level.BUSY: "protected"}
DELAY_EVERY = 15
"""The delay's number follows every half second: calmer to read than every look."""


class StateCard(QFrame):
    """Shows `CallModel.protection`; its text is also its accessible name, announced when it changes."""

    def __init__(self, call: CallModel, voices: VoicesModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._call, self._voices, self._theme = call, voices, theme
        self._looks = 0
        self._icon = QLabel()
        self._icon.setFixedSize(ICON, ICON)
        self.title = QLabel()
        self.detail = QLabel()
        self.detail.setWordWrap(True)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.detail.setMinimumHeight(56)
        self.delay = QLabel()
        self.delay.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.delay.setCursor(Qt.CursorShape.WhatsThisCursor)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self._icon)
        head.addWidget(self.title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 10)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.detail)
        layout.addWidget(self.delay)
        call.protection_changed.connect(self._show_level)
        call.looked.connect(self._count_looks)
        voices.chosen.connect(self._show_level)
        theme.changed.connect(self._show_level)
        self._show_level()

    @property
    def level(self) -> Level:
        """The level that is shown."""
        return self._call.protection.level

    def _show_level(self) -> None:
        level = self.level
        ink = self._theme.colours.levels[level][1]
        self._icon.setPixmap(pixmap(ICONS.get(level, level.value), ink, ICON, self.devicePixelRatioF()))
        title, detail = self._words()
        self.title.setText(title)
        self.title.setStyleSheet(f"font-size: 27px; font-weight: 700; color: {ink};")
        self.detail.setText(detail)
        self.detail.setStyleSheet(f"font-size: 15px; color: {ink};")
        self._show_delay()
        self.setAccessibleName(f"{title}. {detail}")
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self.update()

    def _words(self) -> tuple[str, str]:
        reason = self._call.reason
        match self.level:
            case Level.OFF:
                return self.tr("Off"), self.tr("Nothing is sent. Press Start when you are ready.")
            case Level.PREPARING:
                return self.tr("Getting ready"), reason or self.tr("Silence is sent until the new voice is ready.")
            case Level.PROTECTED:
                text = self.tr("Others hear {voice}. Your own voice stays on this computer.")
                return self.tr("Protected"), text.format(voice=self._voices.title)
            case Level.BUSY:
                text = self.tr("The computer is busy: some moments were sent as silence. Your own voice was not sent.")
                return self.tr("Protected, with gaps"), text
            case Level.MUTED:
                return self.tr("Muted"), self.tr("Others hear nothing until you switch the sound on again.")
            case Level.SILENT:
                return self.tr("Silent"), reason or self.tr("Nothing is sent: the voice is not ready. Trying again.")
            case Level.FAILED:
                return self.tr("Stopped"), reason or self.tr("Nothing is sent. Press Start to try again.")

    def _count_looks(self) -> None:
        self._looks += 1
        if self._looks % DELAY_EVERY == 0:
            self._show_delay()

    def _show_delay(self) -> None:
        snapshot, ink = self._call.snapshot, self._theme.colours.levels[self.level][1]
        self.delay.setStyleSheet(f"font-size: 14px; font-weight: 600; color: {ink};")
        known = snapshot.delay_ms > 0 and self.level in (Level.PROTECTED, Level.BUSY)
        self.delay.setText(self.tr("Delay {ms} ms").format(ms=round(snapshot.delay_ms)) if known else " ")
        named = [(part_in_words(name), ms) for name, ms in snapshot.delay_parts.items()]
        parts = "".join(f"<tr><td>{name}&nbsp;&nbsp;</td><td align=right>{ms:.1f} ms</td></tr>" for name, ms in named)
        head = self.tr("Measured from the microphone to the call:")
        self.delay.setToolTip(f"{head}<table>{parts}</table>" if known else "")
        spoken = "; ".join(f"{name} {ms:.1f} ms" for name, ms in named)
        self.delay.setAccessibleName(self.delay.text().strip() or self.tr("Delay not known yet"))
        self.delay.setAccessibleDescription(spoken if known else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.levels[self.level][0]))
        painter.drawRoundedRect(self.rect(), 16, 16)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_level()
