"""`voxveil app`: the desktop app for live calls."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

HELP = "the desktop app for live calls"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Bundle, and wishes to an app that runs already."""
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to use (default: the one that ships)")
    parser.add_argument("--start", action="store_true", help="start protecting at once, with the remembered choices")
    parser.add_argument("--minimized", action="store_true", help="begin in the tray, or minimized where there is none")
    parser.add_argument(
        "--send",
        choices=("raise", "start", "stop", "mute", "unmute", "toggle-mute", "quit"),
        help="tell the app that runs already what to do; bind this to a key of your desktop",
    )


def run(args: argparse.Namespace) -> int:
    """Open the window, or hand a wish to the one that is open."""
    from core.errors import ConfigError
    from voxveil.surroundings import has_screen

    # Qt ends the process without an error to catch when there is no screen; a platform named by hand is believed.
    if not os.environ.get("QT_QPA_PLATFORM") and not has_screen():
        raise ConfigError("there is no screen to open a window on; use `voxveil live` in the terminal")
    try:
        from gui.start import main
    except ImportError as error:
        raise ConfigError(
            f"the window system cannot be loaded ({error}); on Debian: apt-get install libegl1 libgl1 libxkbcommon0 "
            "libfontconfig1 libdbus-1-3 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0"
        ) from error
    return main(bundle=args.bundle, start=args.start, minimized=args.minimized, send=args.send)
