"""What this machine offers: a screen that answers, a microphone. Asked before anything starts."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from core.errors import VoxveilError

KNOCK_SECONDS = 1.0


def has_screen() -> bool:
    """Whether a window can be opened. The display that the environment names is asked: Qt aborts on a dead one."""
    if sys.platform != "linux":
        return "SSH_CONNECTION" not in os.environ
    return _wayland_answers() or _x_answers()


def has_microphone() -> bool:
    """Whether an audio server or a driver shows something to listen to; the monitor of an output counts too."""
    from realtime.devices import list_devices

    try:
        return any(device.kind == "input" for device in list_devices(monitors=True))
    except VoxveilError:
        return False


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    return bool(name) and _knock(socket.AF_UNIX, str(Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name))


def _x_answers() -> bool:
    """DISPLAY is [host]:number[.screen]; without a host it is a socket of this machine, perhaps an abstract one."""
    host, colon, rest = os.environ.get("DISPLAY", "").rpartition(":")
    number = rest.split(".")[0]
    if not colon or not number.isdigit():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _knock(socket.AF_UNIX, path) or _knock(socket.AF_UNIX, "\0" + path)
    return _knock(socket.AF_INET, (host, 6000 + int(number)))


def _knock(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        caller.settimeout(KNOCK_SECONDS)
        try:
            caller.connect(address)
        except OSError:
            return False
        return True
