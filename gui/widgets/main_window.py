"""The one window."""

from __future__ import annotations

import base64

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.models.call import CallModel
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from gui.theme.icons import icon, pixmap
from gui.widgets.call_page import CallPage
from gui.widgets.notice_bar import NoticeBar


class MainWindow(QMainWindow):
    """Header with pages and menu; shortcuts; what happens on close is decided by the app (`closing`)."""

    closing = Signal(object)

    def __init__(
        self,
        call: CallModel,
        page: CallPage,
        files: QWidget,
        menu: QMenu,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._call, self._store, self._theme = call, store, theme
        self.page, self.files = page, files
        self.setWindowTitle("Voxveil")
        self.setMinimumSize(900, 600)
        self.resize(1060, 720)
        self.notice = NoticeBar(theme)
        self.pages = QStackedWidget()
        self.pages.addWidget(page)
        self.pages.addWidget(files)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(14, 10, 14, 14)
        layout.setSpacing(10)
        layout.addLayout(self._header(menu))
        layout.addWidget(self.notice)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self._shortcuts()
        call.problem.connect(self.notice.show_problem)
        theme.changed.connect(self._recolour)
        self._recolour()
        self._restore_geometry()
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def _header(self, menu: QMenu) -> QHBoxLayout:
        self._mark = QLabel()
        name = QLabel("Voxveil")
        name.setProperty("role", "title")
        self.call_button, self.files_button = QPushButton(self.tr("Call")), QPushButton(self.tr("Files"))
        group = QButtonGroup(self)
        for number, button in enumerate((self.call_button, self.files_button)):
            button.setCheckable(True)
            button.setMinimumWidth(96)
            group.addButton(button, number)
        self.call_button.setChecked(True)
        group.idClicked.connect(self.pages.setCurrentIndex)
        self.menu_button = QToolButton()
        self.menu_button.setProperty("role", "link")
        self.menu_button.setAccessibleName(self.tr("Menu"))
        self.menu_button.setToolTip(self.tr("Menu (F10)"))
        self.menu_button.setMenu(menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._mark)
        row.addWidget(name)
        row.addStretch(1)
        row.addWidget(self.call_button)
        row.addWidget(self.files_button)
        row.addStretch(1)
        row.addWidget(self.menu_button)
        return row

    def _shortcuts(self) -> None:
        def key(sequence: str, action: object) -> None:
            # Once for each press: a key that is held repeats, and would switch the sound on and off.
            QShortcut(QKeySequence(sequence), self, activated=action, autoRepeat=False)  # type: ignore[call-overload]

        key("Ctrl+Return", self._call.toggle)
        key("Ctrl+M", self._call.toggle_muted)
        key("Ctrl+R", self.page.buttons.record.click)
        key("Ctrl+N", self.page.mixer.new_person.click)
        key("Ctrl+1", self.call_button.click)
        key("Ctrl+2", self.files_button.click)
        key("F10", self.menu_button.showMenu)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space is push-to-talk while that is on, wherever the keyboard is, except where text is typed."""
        if not isinstance(event, QKeyEvent) or event.type() not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        if event.key() != Qt.Key.Key_Space or not self._store.values.push_to_talk or not self._call.running:
            return False
        if not self.isActiveWindow() or isinstance(QApplication.focusWidget(), QLineEdit):
            return False
        if not event.isAutoRepeat():
            self._call.hold_to_talk(event.type() == QEvent.Type.KeyPress)
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._call.set_shown(self.isVisible() and not self.isMinimized())
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            # A key released over another window never arrives here: leaving means letting go.
            self._call.hold_to_talk(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._call.set_shown(True)
        self.page.buttons.start.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._call.set_shown(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._store.values.geometry = base64.b64encode(self.saveGeometry().data()).decode()
        self._store.save()
        self.closing.emit(event)

    def _restore_geometry(self) -> None:
        try:
            self.restoreGeometry(base64.b64decode(self._store.values.geometry))
        except ValueError:  # edited by hand; the default size will do
            self._store.values.geometry = ""

    def _recolour(self) -> None:
        colours = self._theme.colours
        self._mark.setPixmap(pixmap("icon", colours.text, 30, self.devicePixelRatioF()))
        self.menu_button.setIcon(icon("menu", colours.text))
