"""`voxveil export CHECKPOINT… OUT`: hands over to the export package."""

from __future__ import annotations

import argparse

from voxveil.commands.extras import need

HELP = "pack checkpoints into a bundle: three ONNX graphs, the voices and a manifest"
PASS_THROUGH = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None here: `export` has its own parser, so that it can be used without this package."""


def run(args: argparse.Namespace) -> int:
    """Import export only now, and run it with the remaining words."""
    need("onnxscript", "train")
    from export.cli import main

    return main(args.rest)
