"""`voxveil live`: microphone to virtual microphone in the terminal, or a file through the same engine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from voxveil.commands.voice_options import add_voice_options

HELP = "anonymize live, from a microphone to a virtual microphone (or a file, in real time)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Devices, voice (by default another one in every call), and what to show."""
    parser.add_argument("--input", metavar="DEVICE", help="microphone: id or (part of a) name; default: the system's")
    parser.add_argument(
        "--output", metavar="DEVICE", help="output: id or name; default: the virtual microphone “Voxveil”"
    )
    parser.add_argument("--file", type=Path, metavar="IN", help="use an audio file as the microphone, in real time")
    parser.add_argument("--write", type=Path, metavar="OUT", help="with --file: where to write what comes out")
    add_voice_options(parser)
    parser.add_argument(
        "--backend", choices=("auto", "pipewire", "pulse", "sounddevice"), default="auto", help="way to the devices"
    )
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help="where the graphs run")
    parser.add_argument("--gain-db", type=float, default=0.0, metavar="DB", help="input gain, -30 to 30")
    parser.add_argument("--gate-db", type=float, default=-120.0, metavar="DB", help="noise gate in dBFS; -120 is off")
    parser.add_argument("--margin-ms", type=float, metavar="MS", help="least time that finished sound waits")
    parser.add_argument("--chunk-ms", type=float, metavar="MS", help="what one device callback carries")
    parser.add_argument("--mute", action="store_true", help="start muted")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the anonymized voice to a file")
    parser.add_argument("--force", action="store_true", help="replace what --write and --record name, if it exists")
    parser.add_argument("--monitor", metavar="DEVICE", help="also play the anonymized voice there (use headphones)")
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after N seconds")
    parser.add_argument("--json", action="store_true", help="one JSON object a second instead of the status line")


def run(args: argparse.Namespace) -> int:
    """Run until Ctrl-C, the end of --seconds or of the file; 2 when it cannot work.

    A call gets a voice drawn from the bank unless one was chosen; a file, which should come out alike each time, gets
    the bundle's.
    """
    from core.audio_file import check_target, check_writable
    from core.bundle import Bundle
    from core.errors import ConfigError
    from realtime.config import EngineConfig
    from voxveil.commands.voice_options import chosen_voice
    from voxveil.session import drive

    if (args.file is None) != (args.write is None):
        raise ConfigError("--file and --write go together: a file to read and a file to write")
    bundle = Bundle.load(args.bundle)
    chosen = args.voice is not None or args.mix is not None or args.new is not None
    drawn = args.file is None and not chosen and bundle.voices.makes_people
    if drawn:
        args.voice = bundle.voices.anybody()  # one voice in all calls is what gives most away (docs/privacy.md)
    row, name = chosen_voice(args, bundle)
    name += ", drawn for this call" if drawn else ""
    common = {
        "bundle": str(bundle.path.resolve()),
        "voice_row": tuple(row.tolist()),
        "prosody": args.prosody,
        "provider": args.provider,
        "gain_db": args.gain_db,
        "gate_db": args.gate_db,
        "muted": args.mute,
        "margin_ms": args.margin_ms,
        "chunk_ms": args.chunk_ms,
    }
    if args.record is not None:
        check_writable(args.record, args.force)
    if args.file is not None:
        check_target(args.file, args.write, args.force)
        config = EngineConfig(
            **common, input=str(args.file.resolve()), output=str(args.write.resolve()), backend="file"
        )
    else:
        config = EngineConfig(
            **common, input=args.input, output=args.output, backend=args.backend, monitor=args.monitor
        )
        if args.monitor is not None:
            print("You hear yourself: use headphones, or the microphone picks the voice up again.", file=sys.stderr)
    return drive(config, bundle, name, args.seconds, args.json, args.record)
