"""`voxveil play FILE`: listen to a recording (the app uses it for before and after)."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "play a recording through the speakers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, on which device."""
    parser.add_argument("source", type=Path, metavar="FILE", help="a recording")
    parser.add_argument("--output", metavar="DEVICE", help="name or number of the device (default: the system's)")


def run(args: argparse.Namespace) -> int:
    """Play it to its end; Ctrl+C stops."""
    from core.audio_file import read_mono
    from core.errors import DeviceError

    samples, rate = read_mono(args.source)
    device = int(args.output) if args.output and args.output.isdecimal() else args.output
    try:
        import sounddevice

        sounddevice.play(samples, rate, device=device, blocking=True)
    except (OSError, ValueError) as error:
        raise DeviceError(f"cannot play sound ({error}); is an output device connected?") from error
    except sounddevice.PortAudioError as error:
        raise DeviceError(f"cannot play sound ({error}); is an output device connected?") from error
    return 0
