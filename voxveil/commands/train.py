"""`voxveil train STAGE --config FILE …`: hands over to the training package."""

from __future__ import annotations

import argparse

from voxveil.commands.extras import need

HELP = (
    "train a stage (vocoder, ear, partner, vqvae, joint, reference, reference-vocoder) or a network that losses use "
    "(formants, pitch-head)"
)
PASS_THROUGH = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None here: the words go to Lightning's command line as they are."""


def run(args: argparse.Namespace) -> int:
    """Import training only now, and run it with the remaining words."""
    need("lightning", "train")
    from training.perception.cli import TOOLS

    if args.rest and args.rest[0] in TOOLS:
        from training.perception.cli import main as tool

        return tool(args.rest)
    from training.cli import main

    return main(args.rest)
