"""Starting the app: language, the bundle that is wanted, one instance, and the window."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox

from core.errors import VoxveilError
from gui.application import App
from gui.models.bundles import Bundles
from gui.models.settings import SettingsStore
from gui.platform.single_instance import SingleInstance, send_wish
from gui.theme.current import Theme
from gui.theme.icons import app_icon

TRANSLATIONS = Path(__file__).resolve().parent / "translations"


def install_language(application: QApplication, choice: str) -> list[QTranslator]:
    """Load our texts and Qt's own for the chosen language (`system`: the desktop's); returns what must be kept."""
    locale = QLocale.system() if choice == "system" else QLocale(choice)
    kept: list[QTranslator] = []
    if QLocale(locale.uiLanguages()[0]).language() is QLocale.Language.English:
        return kept  # the texts are English; Qt would go on to the next language that the user knows
    qt_texts = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in (("voxveil", str(TRANSLATIONS)), ("qtbase", qt_texts)):
        translator = QTranslator(application)
        if translator.load(locale, name, "_", folder):
            application.installTranslator(translator)
            kept.append(translator)
    return kept


def main(bundle: Path | None = None, start: bool = False, minimized: bool = False, send: str | None = None) -> int:
    """Run the app; the exit status. Only one runs: a second start raises the first one's window.

    Raises:
        VoxveilError: the bundle cannot be read (also shown in a window), or nobody is there to take `send`.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Voxveil")
    application.setDesktopFileName("voxveil")
    application.setStyle("Fusion")
    application.setWindowIcon(app_icon())
    application.setQuitOnLastWindowClosed(False)
    if send_wish(send or ("start" if start else "raise")):
        return 0
    if send is not None:
        raise VoxveilError("the app does not run, so nobody can be told; start it with `voxveil app`")
    store = SettingsStore()
    install_language(application, store.values.language)
    theme = Theme(store.values.theme)
    theme.apply()
    try:
        bundles = Bundles(store, bundle)
        loaded, wrong = bundles.load()
    except VoxveilError as error:
        QMessageBox.critical(None, "Voxveil", str(error))
        raise
    from realtime.engine import Engine

    app = App(Engine(), loaded, store, theme, bundles)
    instance = SingleInstance()
    instance.wished.connect(app.fulfil)
    sys.excepthook = app.report_fault
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: app.quit())  # seen at the next look, 33 ms later at most
    app.open(start=start, minimized=minimized)
    if wrong:
        app.tell_voices_are_gone(wrong)
    try:
        return application.exec()
    finally:
        instance.close()
        app.close()
