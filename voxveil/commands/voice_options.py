"""The options that choose bundle, voice and prosody, shared by every command that makes sound."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.bundle import Bundle
from core.errors import ConfigError, VoiceError
from core.voices import Row, any_seed

ANYBODY = "any"


def add_voice_options(parser: argparse.ArgumentParser) -> None:
    """Adds --bundle, --voice | --mix | --new, --prosody."""
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to use (default: the one that ships)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--voice", metavar="NAME", help="a voice of the bank (see `voxveil voices list`)")
    who.add_argument("--mix", nargs=3, metavar=("A", "B", "W"), help="between two voices: W 0 is all A, 1 is all B")
    who.add_argument(
        "--new",
        type=_seed,
        nargs="?",
        const=ANYBODY,
        metavar="SEED",
        help="a person nobody is: a seed always gives the same one, without one it is somebody else each time",
    )
    parser.add_argument("--prosody", type=float, default=1.0, metavar="0..1", help="melody kept: 0 flat, 1 as spoken")


def chosen_voice(args: argparse.Namespace, bundle: Bundle) -> tuple[Row, str]:
    """The row that the options ask for, float32 [V], and its name for people.

    Raises:
        VoiceError: unknown name or a weight outside 0..1. ConfigError: prosody outside 0..1.
    """
    if not 0.0 <= args.prosody <= 1.0:
        raise ConfigError(f"--prosody lies between 0 (flat) and 1 (as spoken), not {args.prosody:g}")
    if args.mix is not None:
        first, second, weight = args.mix
        try:
            share = float(weight)
        except ValueError as error:
            raise VoiceError(f"--mix A B W wants a number for W, not '{weight}'") from error
        return bundle.voices.mix(first, second, share), f"{first} + {second} ({share:g})"
    if args.new is not None:
        seed = any_seed() if args.new == ANYBODY else args.new
        if seed < 0:
            raise VoiceError(f"--new wants a seed of 0 or more, not {seed}")
        return bundle.voices.new(seed), f"nobody #{seed}"
    name = args.voice or bundle.default_voice
    return bundle.voices.row(name), name


def _seed(text: str) -> int | str:
    if text == ANYBODY:
        return text
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"wants a number (the seed) or nothing after it, not '{text}'") from error
