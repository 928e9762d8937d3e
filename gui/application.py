"""Puts the app together: settings, theme, language, models, window, tray; and takes it apart again."""

from __future__ import annotations

import sys
from types import TracebackType

from PySide6.QtCore import QObject
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from core.bundle import Bundle
from core.errors import VoxveilError
from gui.engine_port import EnginePort
from gui.models.bundles import Bundles
from gui.models.call import CallModel
from gui.models.devices import DevicesModel
from gui.models.files import FilesModel
from gui.models.presets import Presets
from gui.models.preview import Preview
from gui.models.reasons import in_words
from gui.models.settings import SettingsStore
from gui.models.virtual_mic import VirtualMicModel
from gui.models.voices import VoicesModel
from gui.own_voices import OwnVoices
from gui.platform.hotkeys import Hotkeys
from gui.platform.player import Player
from gui.theme.current import Theme
from gui.widgets.call_page import CallPage
from gui.widgets.file_page import FilePage
from gui.widgets.main_menu import MainMenu
from gui.widgets.main_window import MainWindow
from gui.widgets.tray import Tray
from gui.widgets.welcome import Welcome


class App(QObject):
    """Everything of one run of the app, from settings to window."""

    def __init__(
        self,
        engine: EnginePort,
        bundle: Bundle,
        store: SettingsStore,
        theme: Theme,
        bundles: Bundles | None = None,
    ) -> None:
        super().__init__()
        self.engine, self.store, self.theme = engine, store, theme
        self.bundle, self.bundles = bundle, bundles or Bundles(store)
        self.voices = VoicesModel(bundle.voices, store, self)
        self.call = CallModel(engine, bundle.path, self.voices, store, self)
        self.devices = DevicesModel(store, self)
        self.virtual_mic = VirtualMicModel(self)
        self.files = FilesModel(bundle.path, self.voices, store, self)
        self.player = Player(self)
        self.preview = Preview(bundle.path, self.voices, self.player, self)
        self.presets = Presets(self.call, self.voices, store, self)
        self.menu = MainMenu(self.presets, self.bundles, store, theme)
        page = CallPage(engine, self.call, self.devices, self.voices, self.preview, store, theme)
        file_page = FilePage(self.files, self.voices, self.player, theme)
        self.window = MainWindow(self.call, page, file_page, self.menu, store, theme)
        self.own_voices = OwnVoices(bundle, store, theme, self.window)
        self.tray = Tray(self.call, self)
        self.hotkeys = Hotkeys(self)
        self._quitting = False
        self._closed = False
        self._connect(page)

    def _connect(self, page: CallPage) -> None:
        notice = self.window.notice
        self.window.closing.connect(self._window_closes)
        self.tray.asked_for_window.connect(self.raise_window)
        self.tray.asked_to_quit.connect(self.quit)
        self.hotkeys.pressed.connect(self.fulfil)
        self.menu.mute_key_chosen.connect(self._take_mute_key)
        self.menu.asked_to_quit.connect(self.quit)
        self.menu.asked_for_welcome.connect(self.welcome)
        self.menu.asked_for_voice.connect(self.own_voices.add)
        self.own_voices.changed.connect(self._take_own_voices)
        self.menu.delay_chosen.connect(self._choose_delay)
        page.mixer.asked_to_remove.connect(self.own_voices.remove)
        self.menu.noted.connect(notice.show_note)
        for source in (self.devices, self.preview, self.own_voices):
            source.problem.connect(lambda text: notice.show_problem(in_words(text, self.store.values.device_names)))
        self.presets.problem.connect(notice.show_problem)
        self.presets.used.connect(page.sound.follow_settings)
        self.call.recording_changed.connect(self._tell_recording)
        self.call.protection_changed.connect(lambda: self.virtual_mic.watch(self.call.running))
        self.virtual_mic.others_play.connect(self._tell_who_plays)

    def open(self, start: bool = False, minimized: bool = False) -> None:
        """Show the window (or only the tray), and the welcome when this is the first time."""
        self.tray.show()
        if not minimized:
            self.window.show()
        elif not self.tray.available:
            self.window.showMinimized()
        self._take_mute_key()
        self.virtual_mic.make()
        self.devices.refresh()
        if start:
            self.call.start()
        elif not self.store.values.welcomed and not minimized:
            self.welcome()

    def _take_mute_key(self) -> None:
        self.hotkeys.release_all()
        key = self.store.values.mute_key
        if not self.hotkeys.permitted:
            self.menu.mute_key_state = ""
        elif not key:
            self.menu.mute_key_state = "none"
        elif self.hotkeys.take(key, "toggle-mute"):
            self.menu.mute_key_state = "taken"
        else:
            self.menu.mute_key_state = "refused"

    def welcome(self) -> None:
        """The short first set-up."""
        dialog = Welcome(
            self.engine, self.call, self.devices, self.virtual_mic, self.player, self.store, self.theme, self.window
        )
        dialog.finished.connect(lambda _: self.window.page.choosers.follow_settings())
        dialog.open()

    def _take_own_voices(self, bundle: Bundle) -> None:
        if self.bundles.keep(bundle):
            self.use_bundle(bundle)

    def _choose_delay(self, name: str) -> None:
        try:
            bundle, wrong = self.bundles.choose(name)
        except VoxveilError as error:
            self.menu.show_delay()
            self.window.notice.show_problem(str(error))
            return
        self.use_bundle(bundle)
        if wrong:
            self.tell_voices_are_gone(wrong)

    def use_bundle(self, bundle: Bundle) -> None:
        """Use other graphs and voices from now on."""
        same_graphs = graphs_of(bundle) == graphs_of(self.bundle)
        self.bundle = bundle
        self.own_voices.take_bundle(bundle)
        self.voices.take_bank(bundle.voices)
        self.call.use_bundle(bundle.path, same_graphs)
        self.files.use_bundle(bundle.path)
        self.preview.use_bundle(bundle.path)

    def raise_window(self) -> None:
        """Bring the window to the front."""
        self.window.showNormal() if self.window.isMinimized() else self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def fulfil(self, wish: str) -> None:
        """Do what a later start (or a desktop's hotkey) asks for."""
        wishes = {
            "raise": self.raise_window,
            "start": lambda: None if self.call.running else self.call.start(),
            "stop": self.call.stop,
            "mute": lambda: self.call.set_muted(True),
            "unmute": lambda: self.call.set_muted(False),
            "toggle-mute": self.call.toggle_muted,
            "quit": self.quit,
        }
        wishes[wish]()

    def quit(self) -> None:
        """End the call and the app."""
        self._quitting = True
        self.window.setUpdatesEnabled(False)  # nothing is drawn any more into a window that goes
        self.window.close()
        QApplication.quit()

    def close(self) -> None:
        """Free everything; the engine's processes are gone afterwards."""
        if not self._closed:
            self._closed = True
            self.window.hide()
            self.tray.icon.hide()
            self.own_voices.close()
            self.hotkeys.close()
            self.preview.close()
            self.player.stop()
            self.files.close()
            self.devices.close()
            self.call.close()
            self.virtual_mic.close()
            self.store.save()

    def report_fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A fault of ours inside the window: said in words; engine and call go on in their own process."""
        sys.__excepthook__(kind, error, trace)
        text = self.tr("Something went wrong inside this window ({error}). Your call goes on as shown at the left.")
        self.window.notice.show_problem(text.format(error=f"{kind.__name__}: {error}"))

    def tell_voices_are_gone(self, why: str) -> None:
        """The user's own copy of the voices could not be read."""
        text = self.tr("The voices that you added cannot be used ({why}). Those that come with Voxveil are there.")
        self.window.notice.show_problem(text.format(why=why))

    def _tell_who_plays(self, names: list[str]) -> None:
        """Servers move programs into the call when their own output goes."""
        notice = self.window.notice
        if names:
            text = self.tr(
                "Others in your call also hear {programs}, which your system plays into it. Choose another output for "
                "it in the sound settings."
            )
            notice.show_problem(text.format(programs=", ".join(names)))
        else:
            notice.show_note(self.tr("Nothing but your new voice plays into the call now."))

    def _window_closes(self, event: QCloseEvent) -> None:
        if self._quitting:
            return
        if self.tray.available:
            if self.store.values.close_to_tray is None:
                self._ask_about_tray()
            if self.store.values.close_to_tray:
                event.ignore()
                self.window.hide()
                return
        elif self.call.running and not self._sure_to_quit():
            event.ignore()
            return
        self.quit()

    def _ask_about_tray(self) -> None:
        box = QMessageBox(self.window)
        box.setWindowTitle("Voxveil")
        box.setText(self.tr("Keep Voxveil running when its window is closed?"))
        box.setInformativeText(self.tr("It then stays in the tray, and a running call stays protected."))
        keep = box.addButton(self.tr("Keep running"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Quit"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        self.menu.tray.setChecked(box.clickedButton() is keep)
        self.store.values.close_to_tray = box.clickedButton() is keep
        self.store.save()

    def _sure_to_quit(self) -> bool:
        box = QMessageBox(self.window)
        box.setWindowTitle("Voxveil")
        box.setText(self.tr("Quit Voxveil?"))
        box.setInformativeText(self.tr("The call program will hear silence from then on."))
        leave = box.addButton(self.tr("Quit"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        return box.clickedButton() is leave

    def _tell_recording(self) -> None:
        if self.call.last_recording is not None and self.call.recording_to is None:
            text = self.tr("Recorded: {path}").format(path=self.call.last_recording)
            self.call.last_recording = None
            self.window.notice.show_note(text)


def graphs_of(bundle: Bundle) -> dict[str, str]:
    """sha256 of each graph's file."""
    return {name: digest for name, digest in bundle.manifest["files"].items() if name.endswith(".onnx")}
