"""The engine's reasons as the window says them: what happened and what to do, in the user's language.

The engine speaks to the terminal, too: in English, and naming commands. What is not known here is shown as it came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QObject


def in_words(reason: str, names: Mapping[str, str] | None = None) -> str:
    """A reason of `Snapshot.reason` or of an error as one or two sentences; "" stays "".

    Args:
        reason: as the engine gave it.
        names: what devices are called, by their id, for those that the engine only knows by id.
    """
    for pattern, text in _Table().rows():
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
    return any(re.search(pattern, reason) for pattern, _ in _Table().rows())


def part_in_words(name: str) -> str:
    """What a part of the delay (`Snapshot.delay_parts`) is called."""
    return _Table().parts().get(name, name)


def trouble_in_words(kind: str) -> str:
    """What a kind of trouble (`Snapshot.xruns`) is called."""
    return _Table().troubles().get(kind, kind)


class _Table(QObject):
    """The texts; a class, so that translations find them."""

    def parts(self) -> dict[str, str]:
        """By the engine's own names."""
        return {
            "input device": self.tr("microphone"),
            "block": self.tr("a block"),
            "look-ahead": self.tr("look-ahead"),
            "resampling": self.tr("resampling"),
            "compute and wait": self.tr("computing and waiting"),
            "output device": self.tr("virtual microphone or loudspeaker"),
        }

    def troubles(self) -> dict[str, str]:
        """By the engine's own names."""
        return {
            "input overflow": self.tr("microphone overflow"),
            "input underflow": self.tr("microphone gaps"),
            "output underflow": self.tr("output gaps"),
            "output overflow": self.tr("output overflow"),
            "late block": self.tr("late blocks"),
            "early block": self.tr("early blocks"),
            "backlog dropped": self.tr("backlog dropped"),
            "bad input": self.tr("bad samples in"),
            "bad output": self.tr("bad samples out"),
            "stalled output": self.tr("stalled output"),
        }

    def rows(self) -> list[tuple[str, str]]:
        """What the reason looks like, and the text for it, in which {name} is what the pattern calls so."""
        busy = self.tr("The computer is too busy, so nothing is sent. Close other programs.")
        return [
            # On the way
            ("^(starting the engine|opening the devices)$", self.tr("Opening microphone and virtual microphone.")),
            ("^opening the devices again$", self.tr("Nothing is sent. The devices are being opened again.")),
            ("^loading the voice$", self.tr("Silence is sent until the new voice is ready.")),
            (
                "^waiting for (the first )?sound$",
                self.tr("Nothing is sent yet: waiting for sound from the microphone."),
            ),
            ("^muted$", self.tr("Others hear nothing until you switch the sound on again.")),
            ("^restarting the model$", self.tr("Nothing is sent. The voice had stopped and is being started again.")),
            ("^(this machine is too busy|the model comes too late)", busy),
            # Devices
            (
                "^Voxveil makes its own virtual microphone",
                self.tr(
                    "There is no virtual microphone: PulseAudio or PipeWire has to run. Or choose where your voice "
                    "goes to."
                ),
            ),
            (
                "^No virtual microphone is installed. Get (?P<product>.*), then",
                self.tr(
                    "No virtual microphone is installed. Get {product} and start Voxveil again, or choose where your "
                    "voice goes to."
                ),
            ),
            (
                "^there is no input device “(?P<name>.*?)”",
                self.tr("The microphone “{name}” is not connected. Connect it, or choose another one."),
            ),
            (
                "^there is no output device “(?P<name>.*?)”",
                self.tr("“{name}” is not connected. Connect it, or choose where your voice goes to."),
            ),
            (
                "^“(?P<name>.*?)” fits \\d+ input devices",
                self.tr("Several microphones are called “{name}”. Choose one."),
            ),
            (
                "(the audio server has no microphone|there is no audio input device)",
                self.tr(
                    "No microphone was found. Connect one, and allow programs to use it in the "
                    "system’s privacy settings."
                ),
            ),
            (
                "“(?P<name>.*?)” is Voxveil's own output",
                self.tr("“{name}” is what Voxveil itself plays. Choose your own microphone."),
            ),
            (
                "^the audio server refuses “(?P<name>.*?)”",
                self.tr(
                    "“{name}” may not be used. Close other programs that use it, or allow it in the privacy settings."
                ),
            ),
            (
                "“?(?P<name>[^“”]*)”? (refuses every sample rate|cannot be opened)",
                self.tr("“{name}” cannot be opened. Close other programs that use it, or choose another device."),
            ),
            (
                "^the microphone (gives no sound|is gone|is suspended)",
                self.tr(
                    "The microphone gives no sound, so nothing is sent. Is it connected? It is used "
                    "again once it is back."
                ),
            ),
            (
                "^the output device (takes no sound|is gone|is suspended)",
                self.tr(
                    "The sound cannot be delivered, so nothing is sent. It goes on by itself once the device is back."
                ),
            ),
            ("^the system chose another microphone", self.tr("Nothing is sent. The system chose another microphone.")),
            # The sound system and ourselves
            (
                "(no PulseAudio or PipeWire server answers|PulseAudio or PipeWire server does not answer)",
                self.tr(
                    "The computer’s sound system does not run. Restart the computer, or start PipeWire or PulseAudio."
                ),
            ),
            (
                "^the audio (server (has ended|stood still)|system did not answer)",
                self.tr(
                    "Nothing is sent: the computer’s sound system stopped. It goes on by itself once that is back."
                ),
            ),
            (
                "^the (engine|model)'s process keeps ending",
                self.tr("The voice stops again and again. Close other programs, or restart the computer."),
            ),
            ("no such bundle folder", self.tr("The voices were not found. Install Voxveil again.")),
            (
                "(?P<name>[^/\\\\]+) is not the file that the manifest vouches for",
                self.tr("The voices are damaged ({name}). Install Voxveil again."),
            ),
            (
                "(?P<name>[^/\\\\]+) (is missing|does not load)",
                self.tr("The voices are incomplete ({name}). Install Voxveil again."),
            ),
            (
                "^(?P<name>.*): the recording ended early",
                self.tr(
                    "The recording ended early; the disk may be full. What was recorded until then is kept: {name}"
                ),
            ),
            (
                "^(?P<name>.*): the disk was too slow",
                self.tr("The disk was too slow, so the recording has gaps. It is kept: {name}"),
            ),
            (
                "(No space left on device|disk is full)",
                self.tr("The disk is full. Make room; then record again."),
            ),
            (
                "^cannot play sound",
                self.tr("The sound cannot be played. Are loudspeakers or headphones connected?"),
            ),
            (
                "Permission denied",
                self.tr("That folder may not be written to. Choose another one under Menu, Recordings."),
            ),
        ]
