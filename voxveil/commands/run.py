"""`voxveil run` (and plain `voxveil`): the main job in the way that this machine can do it."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.errors import ConfigError
from voxveil.commands.voice_options import add_voice_options

HELP = "do the main job: the app where a screen is, else live in the terminal, else the bundled sample"
WAYS = ("auto", "app", "live", "sample")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The way, the voice, and where the sample's output goes."""
    parser.add_argument("--as", dest="way", choices=WAYS, default="auto", help="insist on one way (default: auto)")
    add_voice_options(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="FOLDER", help="where the sample goes (default: out)"
    )


def run(args: argparse.Namespace) -> int:
    """Choose the way and go it."""
    way = choose_way() if args.way == "auto" else args.way
    if way == "sample":
        from voxveil.sample import run_sample

        return run_sample(args)
    from voxveil.cli import main

    if way == "live":
        return main(["live", *_bundle(args), *_voice(args)])
    if (args.voice, args.mix, args.new, args.prosody) != (None, None, None, 1.0):
        raise ConfigError(
            "the app keeps voice and liveliness itself, so choose them in its window; or say --as live for a call in "
            "the terminal with those options"
        )
    return main(["app", *_bundle(args)])


def choose_way() -> str:
    """ "app" with a screen, "live" with a microphone, else "sample"."""
    from voxveil.surroundings import has_microphone, has_screen

    if has_screen():
        return "app"
    return "live" if has_microphone() else "sample"


def _bundle(args: argparse.Namespace) -> list[str]:
    return ["--bundle", str(args.bundle)] if args.bundle else []


def _voice(args: argparse.Namespace) -> list[str]:
    words = ["--prosody", str(args.prosody)]
    for option, value in (("--voice", args.voice), ("--new", args.new)):
        if value is not None:
            words += [option, str(value)]
    return [*words, "--mix", *args.mix] if args.mix else words
