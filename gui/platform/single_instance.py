"""One app a user: a second start hands its wish to the first and ends.

The wishes are also the way to global hotkeys on every desktop: bind `voxveil app --send mute` to a key.
"""

from __future__ import annotations

import getpass
import hashlib
import os

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from gui.models.settings import config_folder

WISHES = ("raise", "start", "stop", "mute", "unmute", "toggle-mute", "quit")
WAIT_MS = 500


def _name() -> str:
    # One name a user, a configuration folder and a screen: portable copies and tests do not meet the user's own app.
    text = "\n".join((getpass.getuser(), str(config_folder()), os.environ.get("DISPLAY", "")))
    return "voxveil-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def send_wish(wish: str) -> bool:
    """Hand `wish` to the running app; False when none runs."""
    socket = QLocalSocket()
    socket.connectToServer(_name())
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(wish.encode() + b"\n")
    socket.waitForBytesWritten(WAIT_MS)
    socket.disconnectFromServer()
    return True


class SingleInstance(QObject):
    """Listens for the wishes of later starts."""

    wished = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        # A crash leaves the socket's file behind; nobody answered on it, so it is clutter.
        QLocalServer.removeServer(_name())
        self._server.listen(_name())
        self._server.newConnection.connect(self._accept)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _accept(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(lambda: self._read(socket))
        socket.disconnected.connect(socket.deleteLater)

    def _read(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            wish = bytes(socket.readLine().data()).decode(errors="replace").strip()
            if wish in WISHES:
                self.wished.emit(wish)
