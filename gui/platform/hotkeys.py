"""Keys that work while other windows have the keyboard, where the system permits that: on X11, through libxcb.

Wayland and macOS do not let a program take keys by itself: there a key is bound to `voxveil app --send toggle-mute` in
the desktop's settings, and the shortcuts inside the window stay.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_uint, c_uint8, c_uint16, c_uint32, c_void_p
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Qt, Signal
from PySide6.QtGui import QKeySequence

KEY_PRESS, KEY_RELEASE = 2, 3
SHIFT, LOCK, CONTROL, ALT, NUM_LOCK, META = 1, 2, 4, 8, 16, 64
IGNORED = LOCK | NUM_LOCK
"""Caps Lock and Num Lock are no part of a hotkey, so each is taken with and without them."""
MODIFIERS = {
    Qt.KeyboardModifier.ShiftModifier: SHIFT,
    Qt.KeyboardModifier.ControlModifier: CONTROL,
    Qt.KeyboardModifier.AltModifier: ALT,
    Qt.KeyboardModifier.MetaModifier: META,
}
KEYSYMS = {Qt.Key.Key_Pause: 0xFF13, Qt.Key.Key_Insert: 0xFF63, Qt.Key.Key_Space: 0x20}
ASYNC = 1


class _Event(ctypes.Structure):
    _fields_ = (
        ("response_type", c_uint8), ("detail", c_uint8), ("sequence", c_uint16), ("time", c_uint32), ("root", c_uint32),
        ("event", c_uint32), ("child", c_uint32), ("root_x", ctypes.c_int16), ("root_y", ctypes.c_int16),
        ("event_x", ctypes.c_int16), ("event_y", ctypes.c_int16), ("state", c_uint16),
    )  # fmt: skip


class _Screens(ctypes.Structure):
    _fields_ = (("data", POINTER(c_uint32)), ("rem", c_int), ("index", c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", c_uint),)


class Hotkeys(QObject):
    """`pressed(wish)` for each key that was taken with `take`; nothing ever happens where the system forbids it."""

    pressed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes: dict[tuple[int, int], str] = {}
        self._released = (0, 0)
        self._connection: Any = None
        if os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
            self._connect()

    @property
    def permitted(self) -> bool:
        """Whether the system lets programs take keys."""
        return self._connection is not None

    def take(self, keys: str, wish: str) -> bool:
        """Take a key such as "Ctrl+Alt+M"; False when the system forbids it or another program has it."""
        if self._connection is None:
            return False
        symbol, modifiers = _symbol(keys)
        codes = self._xcb.key_symbols_get_keycode(self._symbols, symbol) if symbol else None
        code = codes[0] if codes else 0
        if not code:
            return False
        for extra in (0, LOCK, NUM_LOCK, LOCK | NUM_LOCK):
            cookie = self._xcb.grab_key_checked(self._connection, 1, self._root, modifiers | extra, code, ASYNC, ASYNC)
            error = self._xcb.request_check(self._connection, cookie)
            if error:
                self._free(error)
                self._release(code, modifiers)
                return False
        self._wishes[code, modifiers] = wish
        return True

    def release_all(self) -> None:
        """Give all keys back."""
        for code, modifiers in self._wishes:
            self._release(code, modifiers)
        self._wishes.clear()

    def close(self) -> None:
        """Give all keys back and hang up."""
        if self._connection is not None:
            self.release_all()
            self._notifier.setEnabled(False)
            self._xcb.key_symbols_free(self._symbols)
            self._xcb.disconnect(self._connection)
            self._connection = None

    def _connect(self) -> None:
        try:
            self._xcb = _library()
        except (OSError, AttributeError):
            return
        screen = c_int()
        connection = self._xcb.connect(None, byref(screen))
        if self._xcb.connection_has_error(connection):
            self._xcb.disconnect(connection)
            return
        self._connection = connection
        screens = self._xcb.setup_roots_iterator(self._xcb.get_setup(connection))
        self._root = int(screens.data[0])
        self._symbols = self._xcb.key_symbols_alloc(connection)
        self._notifier = QSocketNotifier(self._xcb.get_file_descriptor(connection), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def _read(self) -> None:
        if self._connection is None:
            return
        if self._xcb.connection_has_error(self._connection):
            self._notifier.setEnabled(False)  # the screen has gone, and with it our window
            return
        while event := self._xcb.poll_for_event(self._connection):
            kind, at = event.contents.response_type & 0x7F, (event.contents.detail, event.contents.time)
            wish = self._wishes.get((event.contents.detail, event.contents.state & 0xFF & ~IGNORED))
            self._free(event)
            if kind == KEY_RELEASE:
                self._released = at
            # A key that is held comes as releases and presses, two and two at the same time.
            elif kind == KEY_PRESS and wish is not None and at != self._released:
                self.pressed.emit(wish)

    def _release(self, code: int, modifiers: int) -> None:
        for extra in (0, LOCK, NUM_LOCK, LOCK | NUM_LOCK):
            self._xcb.ungrab_key(self._connection, code, self._root, modifiers | extra)
        self._xcb.flush(self._connection)

    def _free(self, pointer: Any) -> None:
        self._xcb.free(ctypes.cast(pointer, c_void_p))


def _symbol(keys: str) -> tuple[int, int]:
    """(X keysym, X modifiers) of a key sequence's first key; (0, 0) for one that cannot be taken."""
    sequence = QKeySequence(keys)
    if sequence.isEmpty():
        return 0, 0
    combination = sequence[0]  # type: ignore[index]  # its stubs lack what it can
    key = combination.key()
    modifiers = sum(bit for qt, bit in MODIFIERS.items() if qt in combination.keyboardModifiers())
    if key in KEYSYMS:
        return KEYSYMS[key], modifiers
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35:
        return 0xFFBE + (key - Qt.Key.Key_F1), modifiers
    if 0x21 <= int(key) <= 0x7E:
        return ord(chr(int(key)).lower()), modifiers
    return 0, 0


def _library() -> Any:
    """The functions of libxcb and libxcb-keysyms that are needed here (`xcb_` left off), typed."""
    core = ctypes.CDLL(ctypes.util.find_library("xcb") or "libxcb.so.1")
    symbols = ctypes.CDLL(ctypes.util.find_library("xcb-keysyms") or "libxcb-keysyms.so.1")
    functions = {
        "connect": (core, c_void_p, [c_char_p, POINTER(c_int)]),
        "disconnect": (core, None, [c_void_p]),
        "connection_has_error": (core, c_int, [c_void_p]),
        "get_setup": (core, c_void_p, [c_void_p]),
        "setup_roots_iterator": (core, _Screens, [c_void_p]),
        "get_file_descriptor": (core, c_int, [c_void_p]),
        "poll_for_event": (core, POINTER(_Event), [c_void_p]),
        "flush": (core, c_int, [c_void_p]),
        "grab_key_checked": (
            core, _Cookie, [c_void_p, c_uint8, c_uint32, c_uint16, c_uint8, c_uint8, c_uint8],
        ),
        "ungrab_key": (core, _Cookie, [c_void_p, c_uint8, c_uint32, c_uint16]),
        "request_check": (core, c_void_p, [c_void_p, _Cookie]),
        "key_symbols_alloc": (symbols, c_void_p, [c_void_p]),
        "key_symbols_free": (symbols, None, [c_void_p]),
        "key_symbols_get_keycode": (symbols, POINTER(c_uint8), [c_void_p, c_uint32]),
    }  # fmt: skip
    made: dict[str, Any] = {}
    for name, (library, result, arguments) in functions.items():
        function = getattr(library, f"xcb_{name}")
        function.restype, function.argtypes = result, arguments
        made[name] = staticmethod(function)
    free = ctypes.CDLL(None).free
    free.restype, free.argtypes = None, [c_void_p]
    made["free"] = staticmethod(free)
    return type("Xcb", (), made)
