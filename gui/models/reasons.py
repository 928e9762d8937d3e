"""The engine's reasons as the window says them: what happened and what to do, in the user's language.

The engine speaks to the terminal, too: in English, and naming commands. What is not known here is shown as it came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication


def in_words(reason: str, names: Mapping[str, str] | None = None) -> str:
    """A reason of `Snapshot.reason` or of an error as one or two sentences; "" stays "".

    Args:
        reason: as the engine gave it.
        names: what devices are called, by their id, for those that the engine only knows by id.
    """
    for pattern, text in _table():
        match = re.search(pattern, reason)
        if match is not None:
            found = match.groupdict()
            if "name" in found:
                found["name"] = (names or {}).get(found["name"], found["name"])
            return text.format(**found)
    plain = re.sub(r"\s*[(;,]?\s*(run )?`voxveil [^`]*`[^;)]*\)?", "", reason).strip()
    if not plain:
        return ""
    return plain[0].upper() + plain[1:] + ("" if plain.endswith((".", "?", "!", "…")) else ".")


def known(reason: str) -> bool:
    """Whether the window has words of its own for this reason."""
    return any(re.search(pattern, reason) for pattern, _ in _table())


def _table() -> list[tuple[str, str]]:
    def tr(text: str) -> str:
        return QCoreApplication.translate("Reasons", text)

    busy = tr("The computer is too busy, so nothing is sent. Close other programs.")
    return [
        # On the way
        ("^(starting the engine|opening the devices)$", tr("Opening microphone and virtual microphone.")),
        ("^opening the devices again$", tr("Nothing is sent. The devices are being opened again.")),
        ("^loading the voice$", tr("Silence is sent until the new voice is ready.")),
        ("^waiting for (the first )?sound$", tr("Nothing is sent yet: waiting for sound from the microphone.")),
        ("^muted$", tr("Others hear nothing until you switch the sound on again.")),
        ("^restarting the model$", tr("Nothing is sent. The voice had stopped and is being started again.")),
        ("^(this machine is too busy|the model comes too late)", busy),
        # Devices
        (
            "^there is no input device “(?P<name>.*?)”",
            tr("The microphone “{name}” is not connected. Connect it, or choose another one."),
        ),
        (
            "^there is no output device “(?P<name>.*?)”",
            tr("“{name}” is not connected. Connect it, or choose where your voice goes to."),
        ),
        ("^“(?P<name>.*?)” fits \\d+ input devices", tr("Several microphones are called “{name}”. Choose one.")),
        (
            "(the audio server has no microphone|there is no audio input device)",
            tr("No microphone was found. Connect one, and allow programs to use it in the system’s privacy settings."),
        ),
        (
            "“(?P<name>.*?)” is Voxveil's own output",
            tr("“{name}” is what Voxveil itself plays. Choose your own microphone."),
        ),
        (
            "^the audio server refuses “(?P<name>.*?)”",
            tr("“{name}” may not be used. Close other programs that use it, or allow it in the privacy settings."),
        ),
        (
            "“?(?P<name>[^“”]*)”? (refuses every sample rate|cannot be opened)",
            tr("“{name}” cannot be opened. Close other programs that use it, or choose another device."),
        ),
        (
            "^the microphone (gives no sound|is gone|is suspended)",
            tr("The microphone gives no sound, so nothing is sent. Is it connected? It is used again once it is back."),
        ),
        (
            "^the output device (takes no sound|is gone|is suspended)",
            tr("The sound cannot be delivered, so nothing is sent. It goes on by itself once the device is back."),
        ),
        ("^the system chose another microphone", tr("Nothing is sent. The system chose another microphone.")),
        # The sound system and ourselves
        (
            "(no PulseAudio or PipeWire server answers|PulseAudio or PipeWire server does not answer)",
            tr("The computer’s sound system does not run. Restart the computer, or start PipeWire or PulseAudio."),
        ),
        (
            "^the audio (server has ended|system did not answer)",
            tr("Nothing is sent: the computer’s sound system stopped. It goes on by itself once that is back."),
        ),
        (
            "^the (engine|model)'s process keeps ending",
            tr("The voice stops again and again. Close other programs, or restart the computer."),
        ),
        ("no such bundle folder", tr("The voices were not found. Install Voxveil again.")),
        (
            "(?P<name>[^/\\\\]+) is not the file that the manifest vouches for",
            tr("The voices are damaged ({name}). Install Voxveil again."),
        ),
        (
            "(?P<name>[^/\\\\]+) (is missing|does not load)",
            tr("The voices are incomplete ({name}). Install Voxveil again."),
        ),
        (
            "^(?P<name>.*): the recording ended early",
            tr("The recording ended early; the disk may be full. What was recorded until then is kept: {name}"),
        ),
        (
            "^(?P<name>.*): the disk was too slow",
            tr("The disk was too slow, so the recording has gaps. It is kept: {name}"),
        ),
        (
            "(No space left on device|disk is full)",
            tr("The disk is full. Make room; then record again."),
        ),
        (
            "^cannot play sound",
            tr("The sound cannot be played. Are loudspeakers or headphones connected?"),
        ),
        (
            "Permission denied",
            tr("That folder may not be written to. Choose another one under Menu, Recordings."),
        ),
    ]
