"""`voxveil voices list|mix|new|remove`: the voice bank of a bundle."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.bundle import Bundle

HELP = "list the voices, keep a mix or a new person under a name, remove one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One action, each with its own words."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to use (default: the one that ships)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|mix|new|remove")
    actions.add_parser("list", parents=[common], help="name, sex, pitch and note of every voice")
    mix = actions.add_parser("mix", parents=[common], help="keep a voice between two under a name")
    mix.add_argument("name", metavar="NAME", help="how to call it")
    mix.add_argument("first", metavar="A")
    mix.add_argument("second", metavar="B")
    mix.add_argument("weight", type=float, metavar="W", help="0 is all A, 1 is all B")
    new = actions.add_parser("new", parents=[common], help="keep a person nobody is under a name")
    new.add_argument("name", metavar="NAME", help="how to call them")
    new.add_argument("--seed", type=int, help="the same seed gives the same person (default: drawn)")
    remove = actions.add_parser("remove", parents=[common], help="take a voice out of the bank")
    remove.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Do the action; the bank and the manifest that vouches for it are written anew where it changes them."""
    from core.bundle import Bundle, replace_voices

    bundle = Bundle.load(args.bundle)
    bank = bundle.voices
    if args.action == "list":
        _show(bundle)
        return 0
    if args.action == "mix":
        row = bank.mix(args.first, args.second, args.weight)
        sexes = {bank.infos[bank.index(name)].sex for name in (args.first, args.second)}
        sex = sexes.pop() if len(sexes) == 1 else "?"
        replace_voices(bundle, bank.add(args.name, row, sex, f"{args.first} + {args.second} ({args.weight:g})"))
        print(f"{args.name} is in the bank: {args.first} + {args.second} ({args.weight:g})")
    elif args.action == "new":
        seed = _seed(args.seed)
        replace_voices(bundle, bank.add(args.name, bank.new(seed), "?", f"nobody #{seed}"))
        print(f"{args.name} is in the bank: nobody #{seed}")
    else:
        replace_voices(bundle, bank.remove(args.name))
        print(f"{args.name} is no longer in the bank")
    return 0


def _seed(wanted: int | None) -> int:
    import secrets

    from core.errors import VoiceError

    if wanted is None:
        return secrets.randbelow(1_000_000)
    if wanted < 0:
        raise VoiceError(f"--seed wants 0 or more, not {wanted}")
    return wanted


def _show(bundle: Bundle) -> None:
    import math

    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("voice", "sex", "pitch", "note"):
        table.add_column(heading)
    for info in bundle.voices.infos:
        pitch = f"{math.exp(float(bundle.voices.row(info.name)[-2])):.0f} Hz"
        mark = " (default)" if info.name == bundle.default_voice else ""
        table.add_row(info.name + mark, info.sex, pitch, info.note)
    Console().print(table)
