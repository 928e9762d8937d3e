"""How this app starts `voxveil` commands of its own as child processes, from source and when packaged."""

from __future__ import annotations

import os
import signal as signals
import sys
from contextlib import suppress
from warnings import catch_warnings, simplefilter

from PySide6.QtCore import QProcess


def voxveil_command(*words: str) -> tuple[str, list[str]]:
    """(program, arguments) that run `voxveil WORDS…`."""
    if getattr(sys, "frozen", False):
        return sys.executable, list(words)
    return sys.executable, ["-m", "voxveil", *words]


def whole_lines(process: QProcess, rest: bool = False) -> list[str]:
    """What a child has printed since the last time, line by line. A line without an end waits for it, unless the child
    itself has ended (`rest`): a pipe hands over what it has, in the middle of a word too.
    """
    lines = []
    while process.canReadLine():
        lines.append(bytes(process.readLine().data()))
    if rest:
        lines.append(bytes(process.readAllStandardOutput().data()))
    return [line.decode(errors="replace").rstrip("\r\n") for line in lines if line]


def interrupt(process: QProcess) -> None:
    """Ask a child to stop and clean up behind itself (as Ctrl+C would); where that cannot be asked, end it."""
    if process.processId() and sys.platform != "win32":
        os.kill(process.processId(), signals.SIGINT)
    else:
        process.kill()


def discard(process: QProcess) -> None:
    """Delete an ended child soon. Its connections go at once: Qt crashes if its parent is collected before it with
    Python functions still connected.
    """
    for signal in (process.finished, process.readyReadStandardOutput, process.errorOccurred):
        with suppress(RuntimeError), catch_warnings():
            simplefilter("ignore")  # one that nobody listened to
            signal.disconnect()
    process.deleteLater()
