"""The user's own voices: made from recordings, removed again, on a copy of the voices that ship."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from core.bundle import Bundle, replace_voices
from gui.models.background import Background
from gui.models.new_voice import NewVoice
from gui.models.settings import SettingsStore
from gui.models.voices import display
from gui.theme.current import Theme
from gui.widgets.add_voice import AddVoice


class OwnVoices(QObject):
    """`changed(bundle)` when a bundle with other voices is to be used; `problem` in a line of text."""

    changed = Signal(object)
    problem = Signal(str)

    def __init__(self, bundle: Bundle, store: SettingsStore, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._bundle, self._store, self._theme, self._window = bundle, store, theme, window
        self._jobs = Background("own voices", self)

    def take_bundle(self, bundle: Bundle) -> None:
        """Add to, and remove from, this one from now on."""
        self._bundle = bundle

    def add(self) -> AddVoice:
        """Make a voice from recordings, one at a time; the dialog."""
        for dialog in self._window.findChildren(AddVoice):
            if dialog.isVisible():
                dialog.raise_()
                dialog.activateWindow()
                return dialog
        for before in self.findChildren(NewVoice):
            before.close()  # a cancelled one, which removes its copy when it ends
        making = NewVoice(self._bundle.path, self)
        making.made.connect(self.changed)
        dialog = AddVoice(making, self._bundle.voices.names, self._store, self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()
        return dialog

    def remove(self, name: str) -> None:
        """Take an added voice out of the bank, if the user is sure: a person may ask for that at any time."""
        box = QMessageBox(self._window)
        box.setWindowTitle("Voxveil")
        box.setText(self.tr("Remove the voice “{name}”?").format(name=display(name)))
        text = self.tr("It cannot be brought back; recordings stay. A running call goes on in another voice.")
        box.setInformativeText(text)
        remove = box.addButton(self.tr("Remove"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.exec()
        if box.clickedButton() is remove:
            bundle = self._bundle
            self._jobs.run(
                lambda: replace_voices(bundle, bundle.voices.remove(name)),
                done=self.changed.emit,
                failed=self.problem.emit,
            )

    def close(self) -> None:
        """End what is under way, and remove what was read aloud."""
        for dialog in self._window.findChildren(AddVoice):
            dialog.reject()
        for making in self.findChildren(NewVoice):
            making.close()
        self._jobs.close()
