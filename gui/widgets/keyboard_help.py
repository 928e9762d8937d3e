"""What the keys do, and the choice of the one that mutes from every window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QKeySequenceEdit,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.models.settings import SettingsStore


class KeyboardHelp(QDialog):
    """`mute_key_chosen` after another key was chosen (or none)."""

    mute_key_chosen = Signal()

    def __init__(self, store: SettingsStore, state: Callable[[], str], parent: QWidget | None = None) -> None:
        """Args:
        state: how it stands with the key: "taken", "refused" (another program's), "none" (none is chosen), or ""
            where the desktop gives no keys.
        """
        super().__init__(parent)
        self._store = store
        self.setWindowTitle(self.tr("Keyboard"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        keys = [
            ("Ctrl+Return", self.tr("start or stop")),
            ("Ctrl+M", self.tr("mute or unmute")),
            ("Ctrl+R", self.tr("record or stop recording")),
            ("Ctrl+N", self.tr("new person")),
            ("Ctrl+1, Ctrl+2", self.tr("calls, files")),
            ("F10", self.tr("the menu")),
            ("Space", self.tr("talk, while “Push to talk” is on")),
        ]
        rows = "".join(
            f"<tr><td><b>{_as_on_the_keyboard(key)}</b>&nbsp;&nbsp;&nbsp;</td><td>{text}</td></tr>"
            for key, text in keys
        )
        table = QLabel(f"<table>{rows}</table>")
        self.mute_key = QKeySequenceEdit(store.values.mute_key)
        self.mute_key.setMaximumSequenceLength(1)
        self.mute_key.setClearButtonEnabled(True)
        self.mute_key.setAccessibleName(self.tr("Key that mutes from every window"))
        for button in self.mute_key.findChildren(QToolButton):  # Qt leaves its picture without a word
            button.setAccessibleName(self.tr("No key"))
        form = QFormLayout()
        form.addRow(self.tr("Mute from every window:"), self.mute_key)
        self.note = QLabel()
        self.note.setProperty("role", "quiet")
        self.note.setWordWrap(True)
        self._state = state
        self._show()
        self.mute_key.setEnabled(bool(state()))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())  # the style's own does not fit
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(12)
        layout.addWidget(table)
        layout.addLayout(form)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self.mute_key.editingFinished.connect(self._choose)

    def _choose(self) -> None:
        key = self.mute_key.keySequence().toString()
        if key != self._store.values.mute_key:
            self._store.values.mute_key = key
            self._store.save()
            self.mute_key_chosen.emit()
            self._show()

    def _show(self) -> None:
        command = "<code>voxveil app --send toggle-mute</code>"
        texts = {
            "taken": self.tr("This key works in every window."),
            "refused": self.tr("Another program uses this key; choose another one."),
            "none": self.tr("No key is chosen."),
            "": self.tr("This desktop gives keys to its own settings only: bind a key there to {command}"),
        }
        self.note.setText(texts[self._state()].format(command=command))


def _as_on_the_keyboard(key: str) -> str:
    """In the words that Qt has for keys in the user's language, or the signs on a Mac's keys."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
