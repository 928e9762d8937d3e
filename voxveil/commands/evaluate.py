"""`voxveil evaluate`: quality, intelligibility, prosody and privacy of a bundle on real talkers."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

HELP = "measure a bundle on recordings of real talkers; writes report.html and report.json"
DEFAULT_LIMIT = 72


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the recordings are, which of them, and what to measure with."""
    add = parser.add_argument
    add("--bundle", type=Path, metavar="FOLDER", help="bundle to measure (default: the one that ships)")
    add("--talkers", type=Path, metavar="FOLDER", help="recordings: manifest.jsonl, LibriSpeech, or a folder a talker")
    add("--out", type=Path, default=Path("out/evaluation"), metavar="FOLDER", help="for report and cache")
    add("--heldout", type=Path, default=Path("configs/data/heldout_talkers.txt"), metavar="FILE", help="talker, split")
    add("--split", default="test", help="held-out talkers to use: test, val, or '' for all in the folder")
    add("--only-talkers", type=Path, metavar="FILE", help="use exactly the talkers in FILE, one a line")
    add("--limit", type=int, default=DEFAULT_LIMIT, metavar="N", help="at most N recordings, spread over the talkers")
    add("--linking", type=int, default=0, metavar="N", help="attack the privacy with N recordings (default: not)")
    add("--lessons", type=int, default=270, metavar="N", help="recordings of others that attackers learn from")
    add("--whisper", type=Path, metavar="FOLDER", help="Whisper model for word errors")
    add("--prepare-whisper", type=Path, metavar="FOLDER", help="put the recogniser together there, and stop")
    add("--target-reference", type=Path, metavar="FOLDER", help="speech of the target voices, a folder each")
    add("--voices", default="", metavar="A,B", help="voices to use in turn (default: the whole bank)")
    add("--prosody", type=float, default=1.0, help="0 flat to 1 as spoken")
    add("--baselines", action="store_true", help="also measure McAdams (VoicePrivacy B2) and a pitch shift")
    add(
        "--model-card", type=Path, metavar="FILE", help="write the card from OUT's report.json and the bundle, and stop"
    )
    add("--quick", action="store_true", help="20 recordings and two voices: a first look")


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
    if args.model_card:
        from core.bundle import Bundle
        from evaluation.card import write_card

        write_card(args.out / "report.json", Bundle.load(args.bundle), args.model_card)
        print(f"{args.model_card}")
        return 0
    if args.talkers is None:
        raise ConfigError("say where the recordings are: --talkers FOLDER")
    if args.limit < 1 or args.linking < 0:
        raise ConfigError("--limit wants 1 or more, --linking 0 or more")
    if not 0.0 <= args.prosody <= 1.0:
        raise ConfigError(f"--prosody lies between 0 and 1, not {args.prosody:g}")
    from evaluation.quick import RECORDINGS, pair
    from evaluation.run import Plan, evaluate

    voices = tuple(v for v in args.voices.split(",") if v)
    evaluate(
        Plan(
            bundle=args.bundle,
            talkers=args.talkers,
            out=args.out,
            heldout=args.heldout,
            split=args.split,
            only=_lines(args.only_talkers) if args.only_talkers else (),
            limit=min(args.limit, RECORDINGS) if args.quick else args.limit,
            linking=args.linking,
            lessons=args.lessons,
            whisper=args.whisper,
            reference=args.target_reference,
            voices=voices or (pair(args.bundle) if args.quick else ()),
            prosody=args.prosody,
            baselines=args.baselines,
            command="voxveil " + shlex.join(sys.argv[1:]),
        )
    )
    print(f"{args.out / 'report.html'}")
    return 0


def _lines(path: Path) -> tuple[str, ...]:
    from core.errors import ConfigError

    if not path.is_file():
        raise ConfigError(f"{path}: no such list of talkers")
    lines = path.read_text("utf8").splitlines()
    return tuple(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
