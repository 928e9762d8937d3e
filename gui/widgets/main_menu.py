"""The menu behind the three lines."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QActionGroup, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from core.assets import BALANCED, LOW
from gui.models.bundles import Bundles
from gui.models.presets import Presets
from gui.models.settings import SettingsStore
from gui.theme.current import Theme
from gui.widgets.keyboard_help import KeyboardHelp
from gui.widgets.presets_menu import PresetsMenu


class MainMenu(QMenu):
    """Presets, added voices, recordings, delay, looks, language, help, quit."""

    asked_for_welcome = Signal()
    asked_to_quit = Signal()
    asked_for_voice = Signal()
    delay_chosen = Signal(str)
    noted = Signal(str)
    mute_key_chosen = Signal()

    def __init__(
        self, presets: Presets, bundles: Bundles, store: SettingsStore, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bundles, self._store, self._theme = bundles, store, theme
        self.mute_key_state = ""
        self.presets = PresetsMenu(presets, self)
        self.addMenu(self.presets)
        self.addAction(self.tr("Add a voice…")).triggered.connect(self.asked_for_voice)
        recordings = self.addMenu(self.tr("Recordings"))
        recordings.addAction(self.tr("Open the folder")).triggered.connect(self._open_recordings)
        recordings.addAction(self.tr("Choose another folder…")).triggered.connect(self._choose_recordings)
        self.addSeparator()
        self._delays = self._choices(
            self.tr("Delay"),
            {LOW: self.tr("As short as it can be"), BALANCED: self.tr("10 ms more: keeps more of the melody")},
            self.delay_chosen.emit,
        )
        self._delays.setEnabled(bundles.named is None)
        self.show_delay()
        looks = self._choices(
            self.tr("Appearance"),
            {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")},
            self._choose_theme,
        )
        check(looks, theme.choice)
        languages = self._choices(
            self.tr("Language"),
            {"system": self.tr("As the system"), "en": "English", "de": "Deutsch"},
            self._choose_language,
        )
        check(languages, store.values.language)
        self.tray = self.addAction(self.tr("Keep running when the window is closed"))
        self.tray.setCheckable(True)
        self.tray.setChecked(bool(store.values.close_to_tray))
        self.tray.toggled.connect(self._choose_tray)
        self.addSeparator()
        self.addAction(self.tr("Set up again…")).triggered.connect(self.asked_for_welcome)
        self.addAction(self.tr("Keyboard…")).triggered.connect(self._show_keys)
        self.addSeparator()
        leave = self.addAction(self.tr("Quit"))
        leave.setShortcut("Ctrl+Q")
        leave.triggered.connect(self.asked_to_quit)

    def show_delay(self) -> None:
        """Check what is wanted."""
        check(self._delays, self._bundles.shipped)

    def _choices(self, title: str, choices: dict[str, str], act: Callable[[str], None]) -> QMenu:
        menu = self.addMenu(title)
        group = QActionGroup(menu)
        for value, text in choices.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData(value)
            action.triggered.connect(lambda _=False, value=value: act(value))
            group.addAction(action)
        return menu

    def _choose_theme(self, value: str) -> None:
        self._store.values.theme = value
        self._store.save()
        self._theme.choose(value)

    def _choose_language(self, value: str) -> None:
        self._store.values.language = value
        self._store.save()
        self.noted.emit(self.tr("The language changes when Voxveil is started again."))

    def _choose_tray(self, on: bool) -> None:
        self._store.values.close_to_tray = on
        self._store.save()

    def _open_recordings(self) -> None:
        folder = self._store.values.recordings()
        if folder.is_dir():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        else:
            self.noted.emit(self.tr("Nothing has been recorded yet."))

    def _choose_recordings(self) -> None:
        folder = QFileDialog.getExistingDirectory(self.parentWidget(), self.tr("Folder for recordings"))
        if folder:
            self._store.values.record_folder = folder
            self._store.save()

    def _show_keys(self) -> None:
        help_box = KeyboardHelp(self._store, lambda: self.mute_key_state, self.parentWidget())
        help_box.mute_key_chosen.connect(self.mute_key_chosen)
        help_box.open()


def check(menu: QMenu, chosen: str) -> None:
    """Mark the choice with this value."""
    for action in menu.actions():
        action.setChecked(action.data() == chosen)
