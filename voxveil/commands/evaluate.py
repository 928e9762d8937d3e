"""`voxveil evaluate`: quality, intelligibility, prosody and privacy of a bundle on real talkers."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

HELP = "measure a bundle on recordings of real talkers; writes report.html and report.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the recordings are, which of them, and what to measure with."""
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to measure (default: the one that ships)")
    parser.add_argument("--talkers", type=Path, metavar="FOLDER", help="recordings of real talkers")
    parser.add_argument("--heldout", type=Path, default=Path("configs/data/heldout_talkers.txt"), metavar="FILE")
    parser.add_argument(
        "--split", default="test", help="held-out talkers to use: test, val, or '' for all in the folder"
    )
    parser.add_argument(
        "--limit", type=int, default=10_000, metavar="N", help="at most N recordings, spread over talkers"
    )
    parser.add_argument("--whisper", type=Path, metavar="FOLDER", help="Whisper model for word errors")
    parser.add_argument(
        "--prepare-whisper", type=Path, metavar="FOLDER", help="put the recogniser together there, and stop"
    )
    parser.add_argument("--voices", default="", metavar="A,B", help="voices to use in turn (default: the whole bank)")
    parser.add_argument("--prosody", type=float, default=1.0, help="0 flat to 1 as spoken")
    parser.add_argument("--out", type=Path, default=Path("out/evaluation"), metavar="FOLDER")


def run(args: argparse.Namespace) -> int:
    """Measure and report."""
    from core.errors import ConfigError
    from voxveil.commands.extras import need

    need("jiwer", "eval")
    from evaluation.intelligibility import assemble

    if args.prepare_whisper:
        assemble(args.prepare_whisper)
        print(f"{args.prepare_whisper}: Whisper base is ready")
        return 0
    if args.talkers is None:
        raise ConfigError("say where the recordings are: --talkers FOLDER")
    from evaluation.run import Plan, evaluate

    evaluate(
        Plan(
            bundle=args.bundle,
            talkers=args.talkers,
            heldout=args.heldout,
            split=args.split,
            limit=args.limit,
            whisper=args.whisper,
            out=args.out,
            voices=tuple(v for v in args.voices.split(",") if v),
            prosody=args.prosody,
            command="voxveil " + shlex.join(sys.argv[1:]),
        )
    )
    print(f"{args.out / 'report.html'}")
    return 0
